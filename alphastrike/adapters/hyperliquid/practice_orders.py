"""Orders as they reach the simulated venue: its checks, and its words for what became of them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from alphastrike.adapters.hyperliquid.natives import number
from alphastrike.adapters.hyperliquid.practice_words import Listing, order_book
from alphastrike.adapters.hyperliquid.precision import (
    MIN_NOTIONAL,
    decimals_of,
    is_valid_price,
    is_valid_size,
    to_wire,
)
from alphastrike.domain.errors import (
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    VenueRejected,
)
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.domain.practice import PracticeAccount, PracticeExchange, PracticeOrder

Native = Mapping[str, Any]

MISSING = "Order was never placed, already canceled, or filled."
_TICK = "Price must be divisible by tick size."
_TIFS = {"Gtc": TimeInForce.GTC, "Ioc": TimeInForce.IOC, "Alo": TimeInForce.GTX}
_TRIGGERS = {"sl": OrderType.STOP_MARKET, "tp": OrderType.TAKE_PROFIT_MARKET}
_WORDS: tuple[tuple[type[VenueRejected], str], ...] = (
    (InsufficientMargin, "Insufficient margin to place order."),
    (PrecisionViolated, _TICK),
    (UnknownSymbol, "Asset is not trading."),
    (DuplicateOrderId, "Client order id is already in use."),
)


class OrderRefused(Exception):
    """One order of a batch is refused, in these words."""


def checked_instrument(listing: Listing, wire: Native) -> UnifiedInstrument:
    """The instrument of an order whose numbers are in order; `OrderRefused` otherwise."""
    instrument = listing.by_asset(int(wire["a"]))
    if instrument is None:
        raise OrderRefused("Invalid asset.")
    trigger = wire["t"].get("trigger")
    prices = [wire["p"]] if trigger is None else [wire["p"], trigger["triggerPx"]]
    size, *found = (_number(text) for text in (wire["s"], *prices))
    decimals = decimals_of(instrument.quantity_step)
    if size == 0:
        raise OrderRefused("Order has zero size.")
    if not is_valid_size(size, decimals):
        raise OrderRefused("Order has invalid size.")
    if not all(is_valid_price(price, decimals) for price in found):
        raise OrderRefused(_TICK)
    if not wire["r"] and size * found[0] < MIN_NOTIONAL:
        raise OrderRefused("Order must have minimum value of $10.")
    return instrument


def to_order(wire: Native, instrument: UnifiedInstrument, name: str) -> UnifiedOrder:
    """An order as the exchange takes it; `OrderRefused` for a kind the simulation has not."""
    side, size = Side.BUY if wire["b"] else Side.SELL, _number(wire["s"])
    trigger = wire["t"].get("trigger")
    if trigger is None:
        tif = _TIFS.get(wire["t"]["limit"]["tif"])
        if tif is None:
            raise OrderRefused("Invalid time in force.")
        price = _number(wire["p"])
        return UnifiedOrder(
            instrument.symbol,
            side,
            OrderType.LIMIT,
            size,
            name,
            price=price,
            time_in_force=tif,
            reduce_only=bool(wire["r"]),
        )
    if not trigger["isMarket"] or trigger["tpsl"] not in _TRIGGERS:
        raise OrderRefused("Trigger orders at a limit are not part of this simulation.")
    return UnifiedOrder(
        instrument.symbol,
        side,
        _TRIGGERS[trigger["tpsl"]],
        size,
        name,
        trigger_price=_number(trigger["triggerPx"]),
        reduce_only=bool(wire["r"]),
    )


def judged(
    account: PracticeAccount,
    exchange: PracticeExchange,
    order: UnifiedOrder,
    asset: int,
    cloid: str | None,
) -> Any:
    """Place an order; its status in the venue's words."""
    _check_position(account, order)
    _check_trigger(exchange, order)
    try:
        placed = account.place(order)
    except VenueRejected as refusal:
        words = next((said for kind, said in _WORDS if isinstance(refusal, kind)), f"{refusal}")
        raise OrderRefused(words) from None
    if placed.result.state is OrderState.EXPIRED and placed.result.filled_quantity == 0:
        return {"error": f"{_missed(exchange, order)} asset={asset}"}
    return _status(placed, cloid)


def _status(placed: PracticeOrder, cloid: str | None) -> Any:
    known: dict[str, Any] = {"oid": int(placed.result.order_id)}
    if cloid is not None:
        known["cloid"] = cloid
    filled, average = placed.result.filled_quantity, placed.result.average_price
    is_resting = placed.result.state in {OrderState.WORKING, OrderState.PARTIALLY_FILLED}
    if is_resting or average is None:
        return {"resting": known}
    return {"filled": {"totalSz": to_wire(filled), "avgPx": number(round(average, 8)), **known}}


def _check_position(account: PracticeAccount, order: UnifiedOrder) -> None:
    """A reduce-only order at the market must have something to reduce."""
    if not order.reduce_only or order.trigger_price is not None:
        return
    held = sum((known.quantity for known in account.positions(order.symbol)), Decimal(0))
    if held * int(order.side) >= 0:
        raise OrderRefused("Reduce only order would increase position.")


def _check_trigger(exchange: PracticeExchange, order: UnifiedOrder) -> None:
    """A stop or take-profit that the mark price has already passed is refused."""
    if order.trigger_price is None:
        return
    mark = exchange.mark(order.symbol).mark_price
    is_above = (order.side is Side.BUY) == (order.order_type is OrderType.STOP_MARKET)
    if (mark >= order.trigger_price) if is_above else (mark <= order.trigger_price):
        raise OrderRefused("Invalid TP/SL price.")


def _missed(exchange: PracticeExchange, order: UnifiedOrder) -> str:
    if order.time_in_force is not TimeInForce.GTX:
        return "Order could not immediately match against any resting orders."
    bids, asks = order_book(exchange, order.symbol)["levels"]
    bbo = f"{bids[0]['px']}@{asks[0]['px']}"
    return f"Post only order would have immediately matched, bbo was {bbo}."


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError):
        return Decimal("NaN")
