"""Funding rates of a venue as they become known: for the account, and as the series signals read."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np

from alphastrike.domain.errors import VenueError
from alphastrike.domain.events import CandlesClosed, SeriesValue
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.domain.series import SERIES
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import Clock

_SERIES = "funding_rate"
_USUAL_HOURS = 8
_LOOKS_MS = (5_000, 65_000)  # after each hour: a rate is listed some seconds after it was settled
_LONGEST_NAP_S = 30.0  # a clock may be set meanwhile
_LONGEST_MS = SERIES[_SERIES].max_age_hours * HOUR_MS


class KnownFunding:
    """Settled rates by symbol, each once, in the order of their due times."""

    def __init__(self, symbols: tuple[str, ...]) -> None:
        """Nothing is known yet."""
        self.symbols = symbols
        self._due: dict[str, list[int]] = {symbol: [] for symbol in symbols}
        self._rates: dict[str, list[float]] = {symbol: [] for symbol in symbols}

    @classmethod
    def of(cls, funding: FundingHistory) -> "KnownFunding":
        """What a history holds."""
        known = cls(funding.symbols)
        for row, symbol in enumerate(funding.symbols):
            times, rates = funding.of(row)
            known._due[symbol], known._rates[symbol] = times.tolist(), rates.tolist()
        return known

    def take(self, rates: Iterable[UnifiedFundingRate], *, not_before_ms: int = 0) -> None:
        """Remember these; one that is known already stays as it is, and none is due before that."""
        for rate in rates:
            due, due_ms = self._due[rate.symbol], max(rate.funding_time_ms, not_before_ms)
            place = bisect_left(due, due_ms)
            if place == len(due) or due[place] != due_ms:
                due.insert(place, due_ms)
                self._rates[rate.symbol].insert(place, rate.rate)

    def history(self) -> FundingHistory:
        """All of them."""
        sizes = [len(self._due[symbol]) for symbol in self.symbols]
        return FundingHistory(
            self.symbols,
            np.array([ms for symbol in self.symbols for ms in self._due[symbol]], dtype=np.int64),
            np.array([rate for symbol in self.symbols for rate in self._rates[symbol]], dtype=np.float64),
            np.cumsum([0, *sizes], dtype=np.int64),
        )

    def values(self, candles: CandlesClosed) -> tuple[SeriesValue, ...]:
        """Each symbol's last rate as of a close, brought to eight hours; none where it is stale or unknown.

        As `marketdata.series.with_funding` has it of a file: two rates tell how long the last one was for.
        """
        found = []
        for symbol in self.symbols:
            due = self._due[symbol]
            last = bisect_right(due, candles.close_time_ms) - 1
            if last >= 1 and candles.close_time_ms - due[last] <= _LONGEST_MS:
                hours = max(1, round((due[last] - due[last - 1]) / HOUR_MS))
                value = self._rates[symbol][last] * (_USUAL_HOURS / hours)
                found.append(SeriesValue(symbol, _SERIES, value))
        return tuple(found)


class FundingWatch:
    """Asks for settled rates beside the closes, so that no decision ever waits for an answer.

    What has been answered goes with the next close; a symbol whose venue is out of reach is asked for again
    at the next look, from the same instant on.
    """

    def __init__(self, connection: VenueConnection, clock: Clock, known: KnownFunding, since_ms: int) -> None:
        """Ask nothing yet; `known` is all before `since_ms`."""
        self.known = known
        self._connection = connection
        self._clock = clock
        self._asked_ms = dict.fromkeys(known.symbols, since_ms)
        self._answered: list[UnifiedFundingRate] = []

    def hear(self, rates: Iterable[UnifiedFundingRate]) -> None:
        """Take what a close brought with it."""
        found = tuple(rates)
        self.known.take(found)
        for rate in found:
            self._asked_ms[rate.symbol] = max(self._asked_ms[rate.symbol], rate.funding_time_ms + 1)

    def due(self, close_ms: int) -> tuple[UnifiedFundingRate, ...]:
        """What was settled by a close, answered by now and not told yet; it counts as heard."""
        told = tuple(rate for rate in self._answered if rate.funding_time_ms <= close_ms)
        self._answered = [rate for rate in self._answered if rate.funding_time_ms > close_ms]
        self.known.take(told)
        return told

    async def look(self) -> None:
        """Ask for every symbol's rates since the last one known."""
        end_ms = self._clock.now_ms() + 1
        for symbol in self.known.symbols:
            try:
                rates = await self._connection.rest.get_funding_rates(symbol, self._asked_ms[symbol], end_ms)
            except VenueError:
                continue
            for rate in rates:
                self._asked_ms[symbol] = max(self._asked_ms[symbol], rate.funding_time_ms + 1)
            self._answered += rates

    async def run(self) -> None:
        """Look some seconds after every hour, and once more a minute later."""
        next_ms = _next_look(self._clock.now_ms())
        while True:
            left_s = (next_ms - self._clock.now_ms()) / 1_000
            if left_s > 0.0:
                await asyncio.sleep(min(left_s, _LONGEST_NAP_S))
                continue
            next_ms = _next_look(self._clock.now_ms())
            await self.look()


def _next_look(now_ms: int) -> int:
    """The first look after an instant."""
    hour_ms = now_ms // HOUR_MS * HOUR_MS
    return min(at for hour in (hour_ms, hour_ms + HOUR_MS) for ms in _LOOKS_MS if (at := hour + ms) > now_ms)
