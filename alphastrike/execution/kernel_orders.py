"""Stage 8, once for every mode: intents become orders, fills and notices update the order book."""

import math
from typing import Any

from alphastrike.domain.orders import OrderState, OrderType, TimeInForce
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.records import ACTS, ACTS_TO_CANCEL, ACTS_TO_TIGHTEN, PHASE_ARRIVING
from alphastrike.execution.lifecycle import LEGAL, TERMINAL
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation, constant

_MARKET = constant(OrderType.MARKET)
_STOP = constant(OrderType.STOP_MARKET)
_GTC = constant(TimeInForce.GTC)
_PENDING = constant(OrderState.PENDING)
_PARTIAL = constant(OrderState.PARTIALLY_FILLED)
_FILLED = constant(OrderState.FILLED)
_CANCELED = constant(OrderState.CANCELED)
_STOP_REASON = constant(Reason.STOP)
_NO_SLOT, _UNAPPROVED = constant(Code.NO_ORDER_SLOT), constant(Code.UNAPPROVED)
_TAKE_PROFIT = constant(OrderType.TAKE_PROFIT_MARKET)
_TAKE_PROFIT_REASON = constant(Reason.TAKE_PROFIT)


@compiled_into_caller
def plan(book: Any, outbox: Any, symbol: int, intent: Any, decision: Any, now_ms: int) -> None:
    """Write the orders that carry out an intent to the outbox and to the order book.

    Every new position leaves with its protective stop. Reducing orders keep the stop working
    until the position is flat; a stop without a position is cancelled.
    """
    if intent["acts"] == ACTS:
        _carry_out(book, outbox, symbol, intent, decision, now_ms)
    elif intent["acts"] == ACTS_TO_CANCEL:
        _cancel_entries(book, outbox, symbol)
    elif intent["acts"] == ACTS_TO_TIGHTEN:
        _tighten(book, outbox, symbol, intent["stop_price"], now_ms)
    elif book.order_count[symbol] > 0 and book.positions[symbol]["lots"] == 0:
        _cancel_orphans(book, outbox, symbol)


@compiled_without_allocation
def _carry_out(book: Any, outbox: Any, symbol: int, intent: Any, decision: Any, now_ms: int) -> None:
    lots = book.positions[symbol]["lots"]
    target = intent["target_lots"]
    opens = target != 0 and (lots == 0 or (target > 0) != (lots > 0))
    needed = 3 if intent["take_profit_lots"] > 0 else 2
    if book.order_count[symbol] + needed > book.orders.shape[1]:
        _withhold(decision, _NO_SLOT, book.order_count[symbol], book.orders.shape[1])
        return
    if (opens or abs(target) > abs(lots)) and not _is_approved(target, intent["approved_lots"]):
        _withhold(decision, _UNAPPROVED, target, intent["approved_lots"])
        return
    for slot in range(book.order_count[symbol]):
        if opens or book.orders[symbol, slot]["order_type"] == _MARKET:
            _send_cancel(outbox, symbol, book.orders[symbol, slot])
    delta = target - lots
    _place(book, outbox, symbol, now_ms, _MARKET, delta, not opens, intent["reason"], 0.0)
    if opens and not math.isnan(intent["stop_price"]):
        _place(book, outbox, symbol, now_ms, _STOP, -target, True, _STOP_REASON, intent["stop_price"])
    if opens and not math.isnan(intent["take_profit_price"]) and intent["take_profit_lots"] > 0:
        part = -intent["take_profit_lots"] if target > 0 else intent["take_profit_lots"]
        price = intent["take_profit_price"]
        _place(book, outbox, symbol, now_ms, _TAKE_PROFIT, part, True, _TAKE_PROFIT_REASON, price)


@compiled_without_allocation
def _is_approved(target: int, approved: int) -> bool:
    """Whether a position is on the side, and no larger than, what risk approved."""
    return approved != 0 and (target > 0) == (approved > 0) and abs(target) <= abs(approved)


@compiled_without_allocation
def _withhold(decision: Any, code: int, observed: float, limit: float) -> None:
    decision["code"] = code
    decision["observed"] = observed
    decision["limit"] = limit


@compiled_without_allocation
def _tighten(book: Any, outbox: Any, symbol: int, stop_price: float, now_ms: int) -> None:
    """Put the tighter stop to work before the old ones go: the position is never without one."""
    count, lots = book.order_count[symbol], book.positions[symbol]["lots"]
    if lots == 0 or count + 1 > book.orders.shape[1]:
        return
    _place(book, outbox, symbol, now_ms, _STOP, -lots, True, _STOP_REASON, stop_price)
    for slot in range(count):
        order = book.orders[symbol, slot]
        if order["order_type"] == _STOP and order["side"] * lots < 0:
            _send_cancel(outbox, symbol, order)


@compiled_without_allocation
def learn_fill(book: Any, symbol: int, order_id: int, lots: int) -> bool:
    """Count a fill against its order; returns whether the order was known."""
    for slot in range(book.order_count[symbol]):
        order = book.orders[symbol, slot]
        if order["order_id"] == order_id:
            order["filled_lots"] += lots
            order["state"] = _PARTIAL
            if order["filled_lots"] >= order["lots"]:
                _forget(book, symbol, slot)
            return True
    return False


@compiled_without_allocation
def learn_state(book: Any, symbol: int, order_id: int, state: int) -> bool:
    """Take the venue's word on an order; returns false, changing nothing, for an illegal move."""
    for slot in range(book.order_count[symbol]):
        order = book.orders[symbol, slot]
        if order["order_id"] == order_id:
            if not LEGAL[order["state"], state]:
                return False
            order["state"] = state
            if TERMINAL[state]:
                _forget(book, symbol, slot)
            return True
    return False


@compiled_without_allocation
def _cancel_orphans(book: Any, outbox: Any, symbol: int) -> None:
    """Flat with nothing on its way: whatever still works protects no position."""
    count = book.order_count[symbol]
    for slot in range(count):
        if book.orders[symbol, slot]["order_type"] == _MARKET:
            return
    for slot in range(count):
        _send_cancel(outbox, symbol, book.orders[symbol, slot])


@compiled_without_allocation
def _cancel_entries(book: Any, outbox: Any, symbol: int) -> None:
    """Take back what would open or grow a position; what protects one keeps working."""
    is_flat = book.positions[symbol]["lots"] == 0
    for slot in range(book.order_count[symbol]):
        if is_flat or book.orders[symbol, slot]["reduce_only"] == 0:
            _send_cancel(outbox, symbol, book.orders[symbol, slot])


@compiled_without_allocation
def _send_cancel(outbox: Any, symbol: int, order: Any) -> None:
    row = outbox.used[0]
    outbox.orders[row] = order
    outbox.orders[row]["state"] = _CANCELED
    outbox.symbols[row] = symbol
    outbox.used[0] = row + 1


@compiled_without_allocation
def _place(
    book: Any,
    outbox: Any,
    symbol: int,
    now_ms: int,
    order_type: int,
    signed_lots: int,
    reduce_only: bool,
    reason: int,
    trigger_price: float,
) -> None:
    slot = book.order_count[symbol]
    order = book.orders[symbol, slot]
    order["order_id"] = book.account[0]["next_order_id"]
    order["state"] = _PENDING
    order["side"] = 1 if signed_lots > 0 else -1
    order["order_type"] = order_type
    order["time_in_force"] = _GTC
    order["reduce_only"] = reduce_only
    order["reason"] = reason
    order["phase"] = PHASE_ARRIVING
    order["lots"] = abs(signed_lots)
    order["filled_lots"] = 0
    order["price"] = 0.0
    order["trigger_price"] = trigger_price
    order["created_ms"] = now_ms
    book.account[0]["next_order_id"] += 1
    book.order_count[symbol] = slot + 1
    row = outbox.used[0]
    outbox.orders[row] = order
    outbox.symbols[row] = symbol
    outbox.used[0] = row + 1


@compiled_without_allocation
def _forget(book: Any, symbol: int, slot: int) -> None:
    last = book.order_count[symbol] - 1
    for row in range(slot, last):
        book.orders[symbol, row] = book.orders[symbol, row + 1]
    book.order_count[symbol] = last
