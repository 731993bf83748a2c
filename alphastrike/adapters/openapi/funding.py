"""Rows of settled rates as unified values; pure."""

from collections.abc import Sequence
from typing import Final

from alphastrike.adapters.openapi.rows import FieldRow, needed
from alphastrike.domain.intervals import HOUR_MS, MINUTE_MS
from alphastrike.domain.market import UnifiedFundingRate

_EIGHT_HOURS_MS: Final = 8 * HOUR_MS  # where a lone rate does not tell


def to_funding_rates(symbol: str, rows: Sequence[FieldRow]) -> list[UnifiedFundingRate]:
    """Rows oldest first. An interval not told is the time since the row before, in whole minutes."""
    times = [int(needed(row, "funding_time_ms")) for row in rows]
    found = []
    for number, row in enumerate(rows):
        earlier = max(0, number - 1)
        gap_ms = times[earlier + 1] - times[earlier] if len(times) > 1 else _EIGHT_HOURS_MS
        found.append(
            UnifiedFundingRate(
                symbol=symbol,
                rate=float(needed(row, "rate")),
                funding_time_ms=times[number],
                interval_ms=int(row.get("interval_ms") or round(gap_ms / MINUTE_MS) * MINUTE_MS),
                mark_price=row.get("mark_price"),
            )
        )
    return found
