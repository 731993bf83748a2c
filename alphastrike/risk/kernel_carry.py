"""What holding a position is expected to cost in funding, against what its forecast leaves for it."""

from typing import Any

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.numerics.compiled import compiled_without_allocation

_HOUR_MS = float(HOUR_MS)
_USUAL_MS = 8 * HOUR_MS  # between two fundings, before two are known


@compiled_without_allocation
def expect(desk: Any, symbol: int, surplus: float, horizon_hours: float, size_cut: float) -> None:
    """Take what the forecast promises beyond its costs, as a fraction of notional, and over which hours.

    `size_cut` is the share of its size that a new position is to go without.
    """
    watch = desk.watch[symbol]
    watch["surplus"] = surplus
    watch["size_cut"] = size_cut
    watch["horizon_ms"] = int(horizon_hours * _HOUR_MS) if horizon_hours > 0.0 else 0


@compiled_without_allocation
def expected_carry(watch: Any, now_ms: int, side: int) -> float:
    """Fundings until the horizon, each at the rate of the next, as a fraction of notional; positive is paid.

    0 when none is known or due by then.
    """
    due_ms, ends_ms = watch["funding_ms"], now_ms + watch["horizon_ms"]
    every_ms = watch["funding_every_ms"] if watch["funding_every_ms"] > 0 else _USUAL_MS
    if due_ms <= 0:
        return 0.0
    if due_ms < now_ms:
        due_ms += -((due_ms - now_ms) // every_ms) * every_ms
    if due_ms > ends_ms:
        return 0.0
    return float(side * watch["funding_rate"] * (1 + (ends_ms - due_ms) // every_ms))
