"""Paper on a venue's live feed, over the venue's own wire, in simulated time."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alphastrike.app.discovery import available
from alphastrike.app.kept_market import market_of
from alphastrike.app.paper_entry import PaperTerms, paper_on_venue
from alphastrike.app.paper_files import journal_path
from alphastrike.app.paper_session import open_session
from alphastrike.app.practice import PracticePlan, open_simulator, practice_access
from alphastrike.app.replay.source import source_of
from alphastrike.app.retrace import verify_journal
from alphastrike.backtest.artifacts import write_run
from alphastrike.domain.errors import ConfigError
from alphastrike.live.driver import heard_in
from alphastrike.live.journal import read_journal
from alphastrike.marketdata.series import with_funding
from alphastrike.simulator.feed import CandleFeed, practice_instrument
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.virtual_time import run_in_simulated_time
from tests.markets import EAGER, configured, small_market

HOUR_S = 3600
PAST_HOURS, LIVE_HOURS = 24, 10  # an hour of a practice exchange costs about a fifth of a second
MARKET = small_market(hours=PAST_HOURS + LIVE_HOURS + 12, symbols=("BTCUSDT", "ETHUSDT"))
CONFIG = configured(
    paper={"interval": "1h", "warm_up_days": 1, "most_days": 20},
    strategy={"name": "ema_cross"},
    data={"symbols": ["BTCUSDT", "ETHUSDT"]},
    **EAGER,
)


def wire_adapters():
    found = {name: load() for name, load in available("adapters").items()}
    return sorted(name for name, plugin in found.items() if hasattr(plugin, "open") and plugin.dialect)


def each_venue():
    """One in every run, all in the long one: an hour at a practice exchange is a second of work."""
    first, *others = wire_adapters()
    return [first, *(pytest.param(name, marks=pytest.mark.long) for name in others)]


async def traded(
    name: str, state: Path, *, hours: int, wait_hours: int = 0, config=CONFIG, funding_s=0.0, waits_ms=None
):
    """A paper session on a practice exchange that has lived for a day (and `wait_hours` more).

    `waits_ms` gets the time from each close's arrival until it was dealt with.
    """
    waits_ms = [] if waits_ms is None else waits_ms
    adapter = available("adapters")[name]()
    instruments = (
        practice_instrument("BTCUSDT", "0.1", "0.001"),
        practice_instrument("ETHUSDT", "0.01", "0.01"),
    )
    clock = LoopClock(int(MARKET.history.open_time_ms[0]))
    host = open_simulator(PracticePlan(adapter.dialect), CandleFeed(MARKET.history, instruments, parts=1))
    running = asyncio.create_task(host.run(clock))
    await asyncio.sleep((PAST_HOURS + wait_hours) * HOUR_S + 60)
    access = practice_access(host, clock, seed=1)
    reach = (adapter, replace(access, sender=SlowFunding(access.sender, funding_s)))
    said: list[str] = []
    decided_ms: dict[int, int] = {}
    terms = PaperTerms(1.0, hours * HOUR_S * 1000)

    def watch(picture):
        decided_ms[picture.time_ms] = clock.now_ms()

    try:
        result = await paper_on_venue(
            config, open_session(state, is_fresh=False), terms, reach, (watch, said.append)
        )
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    for each in heard_in(read_journal(journal_path(state))):
        waits_ms.append(decided_ms.get(each.candles.close_time_ms, 0) - each.candles.event_time_ms)
    return result, said


class SlowFunding:
    """Passes requests on, those for funding late."""

    def __init__(self, sender, delay_s):
        self._sender, self._delay_s = sender, delay_s
        self.close = sender.close

    async def send(self, request, timeout_s):
        if "unding" in f"{request.url}{request.body}":
            await asyncio.sleep(self._delay_s)
        return await self._sender.send(request, timeout_s)


def test_at_least_one_venue_is_traded_on():
    assert wire_adapters()


@pytest.mark.parametrize("name", each_venue())
def test_a_venue_s_closes_are_decided_on_and_its_journal_verifies(name, tmp_path):
    result, _ = run_in_simulated_time(traded(name, tmp_path, hours=LIVE_HOURS))

    heard = heard_in(read_journal(journal_path(tmp_path)))
    opens = np.array([each.candles.open_time_ms for each in heard])
    assert np.diff(opens).tolist() == [3_600_000] * (LIVE_HOURS - 1)
    assert all(len(each.candles.candles) == 2 for each in heard)
    assert [rate for each in heard for rate in each.funding]
    assert result.equity.size == LIVE_HOURS
    told = {(one.symbol, one.name) for each in heard for one in each.candles.series}
    assert told == {("BTCUSDT", "funding_rate"), ("ETHUSDT", "funding_rate")}
    # A day is too little for the look-backs; nothing was stale, missing or insane.
    assert result.halts == {"features": {"warm_up": 2 * LIVE_HOURS}}
    assert verify_journal(journal_path(tmp_path)).is_finished


def test_no_decision_waits_for_a_venue_that_is_slow_to_tell_its_funding(tmp_path):
    waits_ms: list[int] = []
    work = traded(wire_adapters()[0], tmp_path, hours=LIVE_HOURS, funding_s=4.0, waits_ms=waits_ms)
    run_in_simulated_time(work)

    heard = heard_in(read_journal(journal_path(tmp_path)))
    told = [(rate.symbol, rate.funding_time_ms) for one in heard for rate in one.funding]
    assert max(waits_ms) < 100
    assert told
    assert len(told) == len(set(told))
    assert verify_journal(journal_path(tmp_path)).is_finished


def test_the_market_before_the_first_close_is_kept_with_its_funding(tmp_path):
    run_in_simulated_time(traded(wire_adapters()[0], tmp_path, hours=3))

    path = journal_path(tmp_path)
    header = next(iter(read_journal(path))).data
    market = market_of(CONFIG, path, header)
    assert all(market.funding.of(row)[0].size >= 2 for row in range(2))
    settled = with_funding(replace(market.past, series={}), market.funding).series["funding_rate"]
    np.testing.assert_array_equal(market.past.series["funding_rate"], settled)
    assert np.isfinite(settled[:, -1]).all()


def test_a_replay_of_a_venue_s_run_knows_the_funding_that_run_heard(tmp_path):
    result, _ = run_in_simulated_time(traded(wire_adapters()[0], tmp_path / "state", hours=LIVE_HOURS))
    write_run(result, tmp_path / "run")

    source = source_of(tmp_path / "run")

    heard = heard_in(read_journal(journal_path(tmp_path / "state")))
    settled = {(rate.symbol, rate.funding_time_ms) for one in heard for rate in one.funding}
    funding = source.listed.funding
    known = {
        (symbol, int(due_ms)) for row, symbol in enumerate(funding.symbols) for due_ms in funding.of(row)[0]
    }
    assert settled
    assert settled <= known


def test_a_killed_session_asks_for_what_it_missed_and_goes_on(tmp_path):
    name = wire_adapters()[0]
    run_in_simulated_time(traded(name, tmp_path, hours=4))
    path = journal_path(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-4]))

    _, said = run_in_simulated_time(traded(name, tmp_path, hours=9, wait_hours=6))

    opens = [each.candles.open_time_ms for each in heard_in(read_journal(path))]
    assert np.diff(opens).tolist() == [3_600_000] * 8
    assert any("going on with run" in line for line in said)
    assert verify_journal(path).is_finished


def test_a_symbol_that_is_not_listed_is_named(tmp_path):
    config = CONFIG.model_copy(update={"data": CONFIG.data.model_copy(update={"symbols": ("BTCUSDX",)})})

    with pytest.raises(ConfigError, match=r"data\.symbols: .*BTCUSDX"):
        run_in_simulated_time(traded(wire_adapters()[0], tmp_path, hours=1, config=config))
