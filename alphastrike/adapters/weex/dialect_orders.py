"""WEEX orders as the simulator takes them: every rule of the venue checked, then given to the exchange."""

from collections.abc import Mapping
from decimal import Decimal, DecimalException
from typing import Any, Final

from alphastrike.adapters.weex.dialect_entry import Refused
from alphastrike.adapters.weex.dialect_values import native_id
from alphastrike.adapters.weex.order_checks import is_multiple
from alphastrike.adapters.weex.spelling import ORDER_TYPES, TIME_IN_FORCE, unified_symbol
from alphastrike.domain.errors import (
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    VenueRejected,
)
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.domain.practice import PracticeAccount, PracticeExchange, PracticeOrder

_TYPES: Final = {word: kind for kind, word in ORDER_TYPES.items()}
_RULES: Final = {word: rule for rule, word in TIME_IN_FORCE.items()}
_LONGEST_ID: Final = 40
_SIDES: Final = {"LONG": Side.BUY, "SHORT": Side.SELL}
Body = Mapping[str, Any]


def placed(
    exchange: PracticeExchange, account: PracticeAccount, body: Body, *, is_demo: bool, is_conditional: bool
) -> dict[str, Any]:
    """The answer to a new order: refused in form by a code, refused in substance by `success: false`."""
    order = _order_of(exchange, body, is_demo=is_demo, is_conditional=is_conditional)
    _check_side(account, order)
    try:
        held = account.place(order)
    except VenueRejected as refusal:
        return _not_placed(order, refusal)
    return _answer(str(native_id(held.result.order_id)), order.client_order_id, "", "")


def cancelled(account: PracticeAccount, query: Mapping[str, str], *, is_conditional: bool) -> dict[str, Any]:
    """The answer to a cancellation by either id."""
    number, name = query.get("orderId"), query.get("origClientOrderId")
    if not number and not name:
        raise Refused(-1140, "Either orderId or origClientOrderId must be sent.")
    found = find(account, number, name)
    is_waiting = found is not None and found.order.trigger_price is not None and not found.is_triggered
    if found is None or is_waiting is not is_conditional:
        raise Refused(-3200, "Order does not exist.")
    working = {held.result.order_id for held in account.orders(found.order.symbol, working=True)}
    if found.result.order_id not in working:
        return _answer(str(native_id(found.result.order_id)), name or "", "-3200", "Order has ended.", "orig")
    account.cancel(found.order.symbol, found.result.order_id)
    return _answer(str(native_id(found.result.order_id)), name or "", "", "", "orig")


def find(account: PracticeAccount, number: str | None, name: str | None) -> PracticeOrder | None:
    """An order of any symbol by the venue's number or the client's."""
    for held in account.orders():
        if number is not None and str(native_id(held.result.order_id)) == str(number):
            return held
        if number is None and name is not None and held.order.client_order_id == name:
            return held
    return None


def _order_of(exchange: PracticeExchange, body: Body, *, is_demo: bool, is_conditional: bool) -> UnifiedOrder:
    symbol = unified_symbol(str(body.get("symbol") or ""), is_demo=is_demo)
    instrument = exchange.instrument(symbol)
    if instrument is None or (is_demo and not str(body.get("symbol")).endswith("SUSDT")):
        raise Refused(-1121, "Invalid symbol.")
    kind = _word(body, "type", _TYPES, -1116)
    if (kind in (OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET)) is not is_conditional:
        raise Refused(-1116, "Invalid order type.")
    side = _word(body, "side", {"BUY": Side.BUY, "SELL": Side.SELL}, -1117)
    opening = _word(body, "positionSide", _SIDES, -1142)
    name = str(body.get("clientAlgoId" if is_conditional else "newClientOrderId") or "")
    if not name:
        raise Refused(-1141, "newClientOrderId cannot be empty.")
    if len(name) > _LONGEST_ID:
        raise Refused(-1180, "client_oid length must not exceed 40 and must not contain special characters.")
    is_limit = kind is OrderType.LIMIT
    rule = _word(body, "timeInForce", _RULES, -1115) if is_limit else TimeInForce.GTC
    return UnifiedOrder(
        symbol=symbol,
        side=side,
        order_type=kind,
        quantity=_number(body, "quantity", instrument.quantity_step),
        client_order_id=name,
        price=_number(body, "price", instrument.tick_size) if is_limit else None,
        trigger_price=_number(body, "triggerPrice", instrument.tick_size) if is_conditional else None,
        time_in_force=rule,
        reduce_only=opening is not side,
    )


def _check_side(account: PracticeAccount, order: UnifiedOrder) -> None:
    """The venue can hold both sides of a symbol at once; this exchange holds one and says so."""
    held = sum((one.quantity for one in account.positions(order.symbol)), Decimal(0))
    if not order.reduce_only and held * order.side < 0:
        raise Refused(-1128, "the practice exchange holds one side of a symbol at a time: close it first")


def _not_placed(order: UnifiedOrder, refusal: VenueRejected) -> dict[str, Any]:
    name = order.client_order_id
    if isinstance(refusal, PrecisionViolated):
        raise Refused(-1160, f"Decimal precision error. {refusal}") from refusal
    if isinstance(refusal, UnknownSymbol):
        raise Refused(-1121, f"Invalid symbol. {refusal}") from refusal
    if isinstance(refusal, InsufficientMargin):
        return _answer("0", name, "-1054", f"FAILED_PRECONDITION: available amount not enough. {refusal}")
    if isinstance(refusal, DuplicateOrderId):
        return _answer("0", name, "-1142", f"duplicate client order id. {refusal}")
    return _answer("0", name, "-1142", str(refusal))


def _answer(number: str, name: str, code: str, words: str, prefix: str = "") -> dict[str, Any]:
    return {
        "orderId": number,
        "origClientOrderId" if prefix else "clientOrderId": name,
        "success": not code,
        "errorCode": code,
        "errorMessage": words,
    }


def _word(body: Body, key: str, words: Mapping[str, Any], code: int) -> Any:
    word = body.get(key)
    if word in (None, ""):
        raise Refused(-1141, f"{key} cannot be empty.")
    if word not in words:
        raise Refused(code, f"Invalid {key}: {word}.")
    return words[str(word)]


def _number(body: Body, key: str, step: Decimal) -> Decimal:
    value = body.get(key)
    if value in (None, ""):
        raise Refused(-1141, f"{key} cannot be empty.")
    try:
        number = Decimal(str(value))
    except DecimalException as error:
        raise Refused(-1142, f"{key} is invalid.") from error
    if not (number.is_finite() and number > 0):
        raise Refused(-1142, f"{key} is invalid.")
    if not is_multiple(number, step):
        raise Refused(-1160, f"Decimal precision error. {key} must be a multiple of {step}.")
    return number
