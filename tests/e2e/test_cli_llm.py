"""`alphastrike llm list | veto | expire` as an operator types them."""

import json
from pathlib import Path

import pytest

from alphastrike.live.order_box import waiting_orders
from alphastrike.live.state_folder import owned, write_status

STATE = Path("data/state")


def ordered():
    return tuple(order.text for order in waiting_orders(STATE))


HALVED = {
    "intervention_id": "i000001", "tool": "adjust_position_size", "symbol": "BTCUSDT", "value": 0.5,
    "from_ms": 1_704_067_200_000, "expires_ms": 1_704_153_600_000, "reason": "five losses",
}  # fmt: skip
NO_SHORTS = {**HALVED, "intervention_id": "i000002", "tool": "disable_shorts", "symbol": "", "value": 0.0}


@pytest.fixture
def running(alphastrike):
    """The command line, beside a process that has two interventions in force."""
    with owned(STATE):
        write_status(STATE, {"interventions": [HALVED, NO_SHORTS]})
        yield alphastrike


def test_what_is_in_force_is_listed(running):
    shown, printed = running("llm", "list"), running("llm", "list", "--json")

    first, second = shown.stdout.splitlines()
    assert " ".join(first.split()) == (
        "i000001 BTCUSDT adjust_position_size 0.5 until 2024-01-02 00:00 UTC 'five losses'"
    )
    assert second.startswith("i000002  account      disable_shorts ")
    assert json.loads(printed.stdout) == [HALVED, NO_SHORTS]


def test_the_running_process_is_told_what_was_asked(running):
    outcomes = [
        running("llm", "veto", "i000002", "i000002"),
        running("llm", "expire", "--all"),
        running("llm", "expire", "i000001", "--json"),
    ]

    assert [outcome.exit_code for outcome in outcomes] == [0, 0, 0]
    assert "told to veto i000002; " in outcomes[0].stdout
    assert json.loads(outcomes[2].stdout) == {"told": "expire", "interventions": ["i000001"]}
    assert ordered() == ("veto i000002", "expire i000001 i000002", "expire i000001")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("i000009",), "error: IDS: observed 'i000009', allowed what is active: i000001, i000002\n"),
        (
            ("i000001", "--all"),
            "error: IDS: observed both or neither of ids and --all, allowed one of them\n",
        ),
        ((), "error: IDS: observed both or neither of ids and --all, allowed one of them\n"),
    ],
)
def test_what_cannot_be_ended_is_named_and_nobody_is_told(running, arguments, message):
    outcome = running("llm", "veto", *arguments)

    assert (outcome.exit_code, outcome.stderr) == (2, message)
    assert ordered() == ()


def test_where_nothing_runs_nothing_can_be_ended(alphastrike):
    listed, refused = alphastrike("llm", "list"), alphastrike("llm", "veto", "--all")

    assert "no intervention is active" in listed.stdout
    assert refused.exit_code == 2
    assert "observed no running process, allowed the folder of one" in refused.stderr


def test_all_of_nothing_is_nothing(alphastrike):
    with owned(STATE):
        outcome = alphastrike("llm", "expire", "--all")

    assert outcome.exit_code == 0
    assert "no intervention is active" in outcome.stdout
    assert ordered() == ()
