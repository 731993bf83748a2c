"""What a driver does to the simulated venue: feed it a symbol's candle, send it an order."""

from typing import Any, NamedTuple

from alphastrike.adapters.simulated.kernel_account import remark, settle_funding
from alphastrike.adapters.simulated.kernel_fills import note
from alphastrike.adapters.simulated.kernel_matching import is_quiet, open_candle, walk_candle
from alphastrike.adapters.simulated.kernel_orders import ACCEPTED, cancel_order, submit_order
from alphastrike.domain.orders import OrderState
from alphastrike.domain.records import NOTICE_ORDER
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation, constant

_CANCELED = constant(OrderState.CANCELED)
_REJECTED = constant(OrderState.REJECTED)
_WORKING = constant(OrderState.WORKING)
# Venues publish a funding row some time after the hour it is due for.
_DUE_AT_OPEN_MS = 60_000
_USUAL_MS = 8 * 3_600_000  # between two fundings, before two are known


class Candle(NamedTuple):
    """One candle of one symbol; prices are NaN when there is none."""

    open_ms: int
    close_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Rates(NamedTuple):
    """Funding rows of all symbols, see `FundingHistory`, and how far each has been settled."""

    ts_ms: Any
    rate: Any
    offsets: Any
    cursor: Any


@compiled_into_caller
def feed_symbol(venue: Any, symbol: int, candle: Candle, rates: Rates) -> None:
    """Advance one symbol through one candle and its due funding.

    Funding due at the open is exchanged on the position before any fill, funding due later on
    the position after the fills at the open; both at the last close known at that instant.
    """
    due_at_open_ms = min(candle.open_ms + _DUE_AT_OPEN_MS, candle.close_ms)
    if _is_due(rates, symbol, due_at_open_ms):
        _settle_until(venue, symbol, candle.open_ms, due_at_open_ms, rates)
    has_candle = candle.open > 0.0 and candle.high > 0.0 and candle.low > 0.0 and candle.close > 0.0
    is_due_later = _is_due(rates, symbol, candle.close_ms)
    if has_candle and (is_due_later or not is_quiet(venue, symbol, candle)):
        open_candle(venue, symbol, candle)
        if is_due_later:
            _settle_until(venue, symbol, candle.open_ms, candle.close_ms, rates)
        walk_candle(venue, symbol, candle)
    elif is_due_later:
        _settle_until(venue, symbol, candle.open_ms, candle.close_ms, rates)
    if has_candle:
        venue.positions[symbol]["mark_price"] = candle.close
        remark(venue, symbol)


@compiled_without_allocation
def expected_funding(rates: Rates, symbol: int) -> tuple[float, int]:
    """The funding to expect next, known at the last one: its rate again, as long after as it came."""
    last = rates.cursor[symbol] - 1
    interval = _USUAL_MS
    if last > rates.offsets[symbol]:
        interval = rates.ts_ms[last] - rates.ts_ms[last - 1]
    return float(rates.rate[last]), rates.ts_ms[last] + interval


@compiled_into_caller
def _is_due(rates: Rates, symbol: int, until_ms: int) -> bool:
    cursor = rates.cursor[symbol]
    return bool(cursor < rates.offsets[symbol + 1] and rates.ts_ms[cursor] <= until_ms)


@compiled_without_allocation
def _settle_until(venue: Any, symbol: int, open_ms: int, until_ms: int, rates: Rates) -> None:
    cursor = rates.cursor[symbol]
    last = rates.offsets[symbol + 1]
    while cursor < last and rates.ts_ms[cursor] <= until_ms:
        # Rows older than the first candle find no position, hence no payment.
        settle_funding(venue, symbol, rates.rate[cursor], max(open_ms, rates.ts_ms[cursor]))
        cursor += 1
    rates.cursor[symbol] = cursor


@compiled_without_allocation
def submit(venue: Any, symbol: int, order: Any, now_ms: int) -> int:
    """Carry out one command; the answer is on the tape and, for a refusal, its code returned."""
    if order["state"] == _CANCELED:
        cancel_order(venue, symbol, order["order_id"], now_ms)
        return ACCEPTED
    refusal = submit_order(venue, symbol, order)
    note(venue, NOTICE_ORDER, symbol, order["order_id"], now_ms)
    notice = venue.notices[venue.used[2] - 1]
    notice["state"] = _WORKING if refusal == ACCEPTED else _REJECTED
    return refusal
