"""The simulated venue on somebody else's feed: it lives through each close as it is delivered."""

import asyncio
from collections.abc import Iterable

import numpy as np

from alphastrike.adapters.simulated.kernel_session import Rates
from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.domain.commands import Command
from alphastrike.domain.events import Event
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.live.parts import Heard
from alphastrike.live.past import history_of


class PaperVenue:
    """`live.parts.Venue` over the simulated session."""

    def __init__(self, session: SimulatedSession, symbols: tuple[str, ...]) -> None:
        """Trade these symbols, sorted."""
        self._session = session
        self._symbols = symbols

    def live_through(self, heard: Heard) -> tuple[Event, ...]:
        """Match, settle and liquidate over these candles; returns what happened, in order."""
        if heard.funding:
            self._session.rates = with_rates(self._session.rates, self._symbols, heard.funding)
        candles = heard.candles
        return self._session.feed(history_of((candles,), self._symbols, candles.interval_ms), 0)

    def send(self, command: Command, now_ms: int) -> tuple[Event, ...]:
        """Carry out a command; returns the answer."""
        return self._session.send(command, now_ms)

    async def sent(self) -> None:
        """Everything has been answered at once; others have a turn."""
        await asyncio.sleep(0)


def with_rates(rates: Rates, symbols: tuple[str, ...], new: Iterable[UnifiedFundingRate]) -> Rates:
    """The rates not settled yet and the new ones, in order of time; a rate known already stays as it is."""
    times: list[int] = []
    values: list[float] = []
    offsets = [0]
    found = sorted(new, key=lambda rate: rate.funding_time_ms)
    for row, symbol in enumerate(symbols):
        waiting = slice(int(rates.cursor[row]), int(rates.offsets[row + 1]))
        due = {
            int(ts): float(rate) for ts, rate in zip(rates.ts_ms[waiting], rates.rate[waiting], strict=True)
        }
        for rate in found:
            if rate.symbol == symbol:
                due.setdefault(rate.funding_time_ms, rate.rate)
        times += sorted(due)
        values += [due[ts] for ts in sorted(due)]
        offsets.append(len(times))
    bounds = np.array(offsets, dtype=np.int64)
    return Rates(
        np.array(times, dtype=np.int64), np.array(values, dtype=np.float64), bounds, bounds[:-1].copy()
    )
