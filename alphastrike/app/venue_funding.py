"""Funding rates of a venue as they become known: for the account, and as the series signals read."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np

from alphastrike.domain.events import CandlesClosed, SeriesValue
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.domain.series import SERIES

_SERIES = "funding_rate"
_USUAL_HOURS = 8
_LONGEST_MS = SERIES[_SERIES].max_age_hours * HOUR_MS


class KnownFunding:
    """Settled rates by symbol, each once, in the order of their due times."""

    def __init__(self, symbols: tuple[str, ...]) -> None:
        """Nothing is known yet."""
        self._symbols = symbols
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
        sizes = [len(self._due[symbol]) for symbol in self._symbols]
        return FundingHistory(
            self._symbols,
            np.array([ms for symbol in self._symbols for ms in self._due[symbol]], dtype=np.int64),
            np.array([rate for symbol in self._symbols for rate in self._rates[symbol]], dtype=np.float64),
            np.cumsum([0, *sizes], dtype=np.int64),
        )

    def values(self, candles: CandlesClosed) -> tuple[SeriesValue, ...]:
        """Each symbol's last rate as of a close, brought to eight hours; none where it is stale or unknown.

        As `marketdata.series.with_funding` has it of a file: two rates tell how long the last one was for.
        """
        found = []
        for symbol in self._symbols:
            due = self._due[symbol]
            last = bisect_right(due, candles.close_time_ms) - 1
            if last >= 1 and candles.close_time_ms - due[last] <= _LONGEST_MS:
                hours = max(1, round((due[last] - due[last - 1]) / HOUR_MS))
                value = self._rates[symbol][last] * (_USUAL_HOURS / hours)
                found.append(SeriesValue(symbol, _SERIES, value))
        return tuple(found)
