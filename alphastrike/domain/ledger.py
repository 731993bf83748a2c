"""Bundles of record arrays that compiled kernels work on.

A venue and the engine each own a `Ledger` of the same account: the venue's is the truth, the
engine's is what it learnt from fills and notices.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

import numpy as np

from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.records import ACCOUNT, FILL, FUNDING, INSTRUMENT, NOTICE, ORDER, POSITION

ORDER_SLOTS = 16

# The counters of a tape, in the order of its `used` array.
USED_FILLS, USED_FUNDING, USED_NOTICES = 0, 1, 2


class Ledger(NamedTuple):
    """One account: `account` (1,), `positions` (symbols,), `orders` (symbols, slots).

    The first `order_count[s]` slots of a symbol hold its open orders, oldest first.
    """

    account: Any
    positions: Any
    orders: Any
    order_count: Any

    @classmethod
    def opened(cls, symbols: int, initial_equity: float) -> "Ledger":
        """A fresh account with cash and nothing else."""
        account = np.zeros(1, dtype=ACCOUNT)
        for name in ("wallet", "equity", "equity_peak", "day_start_equity"):
            account[0][name] = initial_equity
        account[0]["next_order_id"] = 1
        return cls(
            account=account,
            positions=np.zeros(symbols, dtype=POSITION),
            orders=np.zeros((symbols, ORDER_SLOTS), dtype=ORDER),
            order_count=np.zeros(symbols, dtype=np.int64),
        )

    def snapshot(self) -> bytes:
        """The whole account as bytes."""
        return b"".join(array.tobytes() for array in self)

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of a ledger of the same shape."""
        position = 0
        for array in self:
            flat = array.reshape(-1)
            flat[:] = np.frombuffer(state, dtype=array.dtype, count=flat.size, offset=position)
            position += array.nbytes


class Markets(NamedTuple):
    """Trading rules: `instruments` (symbols,), `tiers` (symbols, tiers, 4): see `tier_rows`.

    Unused tiers have an infinite floor.
    """

    instruments: Any
    tiers: Any

    @classmethod
    def of(cls, instruments: tuple[UnifiedInstrument, ...]) -> "Markets":
        """The rules of these instruments as numbers."""
        rules = np.zeros(len(instruments), dtype=INSTRUMENT)
        depth = max(len(instrument.margin_tiers) for instrument in instruments)
        tiers = np.full((len(instruments), depth, 4), np.inf)
        for row, instrument in enumerate(instruments):
            rules[row] = _rules(instrument)
            tiers[row, : len(instrument.margin_tiers)] = tier_rows(instrument)
        return cls(rules, tiers)


class Tape(NamedTuple):
    """What a venue reports, in order: `notices` point into `fills` and `funding`.

    `used` counts the rows in use of fills, funding and notices.
    """

    fills: Any
    funding: Any
    notices: Any
    used: Any

    @classmethod
    def blank(cls, rows: int) -> "Tape":
        """An empty tape with room for `rows` of each kind."""
        return cls(
            fills=np.zeros(rows, dtype=FILL),
            funding=np.zeros(rows, dtype=FUNDING),
            notices=np.zeros(3 * rows, dtype=NOTICE),
            used=np.zeros(3, dtype=np.int64),
        )


class Outbox(NamedTuple):
    """Orders to send, in order: `orders` (rows,), `symbols` (rows,), `used` (1,).

    An order in state CANCELED asks to cancel the one with its id; any other is to be placed.
    """

    orders: Any
    symbols: Any
    used: Any

    @classmethod
    def blank(cls, symbols: int) -> "Outbox":
        """Room for everything one instant can ask for."""
        rows = symbols * (ORDER_SLOTS + 3)
        return cls(np.zeros(rows, dtype=ORDER), np.zeros(rows, dtype=np.int64), np.zeros(1, dtype=np.int64))


def tier_rows(instrument: UnifiedInstrument) -> list[tuple[float, float, float, float]]:
    """(floor, rate, deduction, highest leverage) of each tier.

    The deduction of tier k is that of k-1 plus floor_k (rate_k - rate_k-1).
    """
    rows = []
    deduction, previous = Decimal(0), Decimal(0)
    for tier in instrument.margin_tiers:
        deduction += tier.floor_notional * (tier.maintenance_margin_rate - previous)
        previous = tier.maintenance_margin_rate
        rows.append((float(tier.floor_notional), float(previous), float(deduction), float(tier.max_leverage)))
    return rows


def _rules(instrument: UnifiedInstrument) -> tuple[float | int, ...]:
    return (
        float(instrument.tick_size),
        float(instrument.quantity_step),
        max(1, int((instrument.min_quantity / instrument.quantity_step).to_integral_value(ROUND_CEILING))),
        float(instrument.min_notional),
        float(instrument.maker_fee_rate),
        float(instrument.taker_fee_rate),
        float(instrument.liquidation_fee_rate),
        float(max(tier.max_leverage for tier in instrument.margin_tiers)),
    )
