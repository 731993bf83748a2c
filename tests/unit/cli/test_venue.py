"""`alphastrike venue simulate` serves a wire that exists, and says so when it does not."""


def test_a_dialect_nobody_brings_is_a_usage_fault(alphastrike):
    outcome = alphastrike("venue", "simulate", "--dialect", "nobody", "--json")

    assert outcome.exit_code == 2
    assert "--dialect" in outcome.stderr
    assert outcome.stdout == ""
