"""In a backtest a model that never answers costs what it says in simulated time, and no decision."""

import pytest

from alphastrike.app.circuit_rows import intervention_rows
from tests.markets import EAGER, configured, small_market
from tests.runs import KINDS, finished
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says

HALF = '{"tool": "adj'


def a_config(llm, host="http://127.0.0.1:1", **triggers):
    return configured(
        strategy={"name": "ema_cross"},
        backtest={"llm": llm},
        llm={
            "latency_ms": 900,
            "triggers": {"losses": 2, "cooldown_hours": 12.0} | triggers,
            # The first failure is waited for; the rest of the run needs no more of them.
            "ollama": {"host": host, "deadline_s": 0.2, "failures": 1, "rest_hours": 720.0},
        },
        **EAGER,
    )


@pytest.fixture(scope="module")
def market():
    return small_market(hours=1_000)


@pytest.fixture(scope="module")
def ruled(market):
    """The run with the rule table alone."""
    return finished(a_config("rules"), market.history, market.funding)


@pytest.mark.parametrize(
    ("fate", "cause", "stepped"),
    [
        ("stall", "deadline", True),
        ("stall", "deadline", False),
        ("drip", "deadline", False),
        ("cut", "cut", False),
    ],
)
def test_every_decision_is_the_rule_tables_at_the_same_close(fate, cause, stepped, market, ruled):
    server = ScriptedOllama([says(HALF, then=fate) for _ in range(3)])
    with in_a_thread(server):
        config = a_config("ollama", server.host)
        recording, run = finished(config, market.history, market.funding, stepped=stepped)

    reviewed = run.circuit.breaker.history
    rows = intervention_rows(run.circuit)
    assert {one.advice.cause for one in reviewed} == {cause, "resting"}
    assert reviewed[0].answered_ms - reviewed[0].request.event_time_ms <= 200 + 50
    assert len(rows) == len(intervention_rows(ruled[1].circuit)) > 3
    for kind in KINDS:
        assert recording.joined(kind).tobytes() == ruled[0].joined(kind).tobytes(), kind


def test_nothing_but_a_trigger_wakes_the_model(market):
    with in_a_thread(server := ScriptedOllama()):
        calm = a_config("ollama", server.host, losses=50, drawdown_above=0.99, win_rate_below=0.001)
        recording, run = finished(calm, market.history, market.funding)

    assert recording.joined("trades").size > 20
    assert run.circuit.breaker.history == server.asked == []
