"""Funding rates of a venue as they become known: for the account, and as the series signals read."""

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
        self._rates: dict[str, dict[int, float]] = {symbol: {} for symbol in symbols}

    @classmethod
    def of(cls, funding: FundingHistory) -> "KnownFunding":
        """What a history holds."""
        known = cls(funding.symbols)
        for row, symbol in enumerate(funding.symbols):
            times, rates = funding.of(row)
            known._rates[symbol] = dict(zip(times.tolist(), rates.tolist(), strict=True))
        return known

    def take(self, rates: Iterable[UnifiedFundingRate], *, not_before_ms: int = 0) -> None:
        """Remember these; one that is known already stays as it is, and none is due before that."""
        for rate in rates:
            due_ms = max(rate.funding_time_ms, not_before_ms)
            self._rates[rate.symbol].setdefault(due_ms, rate.rate)

    def history(self) -> FundingHistory:
        """All of them."""
        rows = [sorted(self._rates[symbol].items()) for symbol in self._symbols]
        flat = [pair for row in rows for pair in row]
        return FundingHistory(
            self._symbols,
            np.array([due_ms for due_ms, _ in flat], dtype=np.int64),
            np.array([rate for _, rate in flat], dtype=np.float64),
            np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
        )

    def values(self, candles: CandlesClosed) -> tuple[SeriesValue, ...]:
        """Each symbol's last rate as of a close, brought to eight hours; none where it is stale or unknown.

        As `marketdata.series.with_funding` has it of a file: two rates tell how long the last one was for.
        """
        found = []
        for symbol in self._symbols:
            due = sorted(ms for ms in self._rates[symbol] if ms <= candles.close_time_ms)[-2:]
            if len(due) == 2 and candles.close_time_ms - due[1] <= _LONGEST_MS:
                hours = max(1, round((due[1] - due[0]) / HOUR_MS))
                value = self._rates[symbol][due[1]] * (_USUAL_HOURS / hours)
                found.append(SeriesValue(symbol, _SERIES, value))
        return tuple(found)
