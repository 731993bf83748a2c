"""A model that stalls, drips or breaks off: every close is decided, and the rule table acts."""

import asyncio

import pytest

from alphastrike.app.paper import open_paper
from alphastrike.app.paper_files import journal_path
from alphastrike.app.paper_market import embedded_market
from alphastrike.app.paper_session import open_session, run_session
from alphastrike.app.retrace import verify_journal
from alphastrike.domain.outcomes import Code
from alphastrike.live.journal import read_journal
from alphastrike.live.state_folder import read_status
from tests.papers import DURATION_MS, a_guarded_paper, on_paper, silent
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says

RECORDS = ("fills", "equity", "decisions", "trades")
HALF = '{"tool": "adj'
ANSWER = '{"tool": "adjust_leverage", "args": {"new_leverage": 1, "reason": "late"}}'
PATIENT, QUICK = {"deadline_s": 600.0}, {"deadline_s": 0.3}


class Restless:
    """A market like a venue's: no close waits for anything. Before one of them something is done."""

    def __init__(self, session, at, act):
        self.session, self.at, self.act = session, at, act
        self.closes = 0

    async def until(self, market_ms):
        self.closes += 1
        if self.closes == self.at:
            await self.act(self.session)

    async def settle(self, longest_s):
        """There is no such thing."""


def restless(state, config, at=0, act=None):
    session = open_session(state, is_fresh=False)
    market, feed = embedded_market(config, Restless(session, at, act))
    run = open_paper(config, market)
    return asyncio.run(run_session(session, run, feed, (silent, silent), DURATION_MS))


@pytest.fixture(scope="module")
def ruled(tmp_path_factory):
    """The same market with the rule table alone."""
    return on_paper(tmp_path_factory.mktemp("ruled"), a_guarded_paper("rules"))


def assert_traded_as(result, other):
    assert other.fills.size > 10
    for name in RECORDS:
        assert getattr(result, name).tobytes() == getattr(other, name).tobytes(), name


def test_no_close_waits_for_a_model_that_does_not_answer(ruled, tmp_path):
    server = ScriptedOllama([says(HALF, then=fate) for fate in ("stall", "drip", "stall")])
    with in_a_thread(server):
        # The conversation outlasts the run: every close is lived through while it is still going on.
        result = restless(tmp_path, a_guarded_paper("ollama", server.host, ollama=PATIENT))

    assert {row["cause"] for row in result.reviews} == {"no_answer"}
    assert_traded_as(result, ruled)
    assert verify_journal(journal_path(tmp_path)).is_finished


@pytest.mark.parametrize(
    ("fates", "causes"),
    [(("drip", "stall", "stall"), {"deadline"}), (("cut", "stall", "stall"), {"cut", "deadline"})],
)
def test_the_rule_table_acts_within_the_deadline_as_if_it_had_been_asked(fates, causes, ruled, tmp_path):
    server, said = ScriptedOllama([says(HALF, then=fate) for fate in fates]), []
    with in_a_thread(server):
        result = on_paper(tmp_path, a_guarded_paper("ollama", server.host, ollama=QUICK), said.append)

    assert {row["cause"] for row in result.reviews} == causes
    assert sum("the rule table answered: " in line for line in said) == len(result.reviews)
    assert {row["source"] for row in result.interventions} == {"rules"}
    assert all(row["answered_ms"] - row["ts_ms"] <= 300 + 50 for row in result.reviews)
    assert_traded_as(result, ruled)


def test_an_answer_after_the_deadline_is_heard_refused_and_lived_through_again(ruled, tmp_path):
    server = ScriptedOllama([says(ANSWER, then="pause"), *(says(HALF, then="stall") for _ in range(9))])
    asked_ms = ruled.reviews[0]["ts_ms"]
    third_after = int((ruled.equity["ts_ms"] <= asked_ms).sum()) + 3

    async def wake(session):
        server.resumed.set()
        await session.settle(60.0)

    with in_a_thread(server):
        config = a_guarded_paper("ollama", server.host, ollama=PATIENT)
        result = restless(tmp_path, config, third_after, wake)

    records = list(read_journal(journal_path(tmp_path)))
    told = [record.number for record in records if record.kind == "told"]
    assert len(told) == 1
    assert records[told[0] + 1].data["outcomes"][0]["code"] == Code.LATE_ADVICE.value
    assert_traded_as(result, ruled)
    assert verify_journal(journal_path(tmp_path)).is_finished


def test_an_answer_in_time_is_heard_between_two_closes_of_a_market_that_waits_for_nobody(ruled, tmp_path):
    server = ScriptedOllama([says(ANSWER), *(says(HALF, then="stall") for _ in range(9))])
    asked_ms = ruled.reviews[0]["ts_ms"]
    next_close = int((ruled.equity["ts_ms"] <= asked_ms).sum()) + 1

    async def look_for_orders(session):
        while not read_status(session.state)["interventions"]:
            await session.nap(0.01)

    with in_a_thread(server):
        config = a_guarded_paper("ollama", server.host, ollama=PATIENT, latency_ms=900)
        result = restless(tmp_path, config, next_close, look_for_orders)

    first = result.interventions[0]
    assert (first["source"], first["outcome"], first["ts_ms"]) == ("ollama", "applied", asked_ms + 900)
    assert verify_journal(journal_path(tmp_path)).is_finished
