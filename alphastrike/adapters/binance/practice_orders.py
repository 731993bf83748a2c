"""Binance's order endpoints at the practice exchange."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from alphastrike.adapters.binance.practice_gate import Asked, Refused
from alphastrike.adapters.binance.practice_order_words import algo_words, is_conditional, order_words
from alphastrike.domain.errors import (
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    VenueRejected,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.domain.practice import PracticeAccount, PracticeExchange, PracticeOrder

_PLAIN = {"LIMIT": OrderType.LIMIT, "MARKET": OrderType.MARKET}
_CONDITIONAL = {
    "STOP_MARKET": OrderType.STOP_MARKET,
    "TAKE_PROFIT_MARKET": OrderType.TAKE_PROFIT_MARKET,
}
_OPEN = {OrderState.PENDING, OrderState.WORKING, OrderState.PARTIALLY_FILLED}


class PracticeOrders:
    """Orders of one exchange's accounts, plain and conditional ones apart as the venue keeps them."""

    def __init__(self, exchange: PracticeExchange, symbol: Callable[[Asked], str]) -> None:
        """`symbol` reads and checks a request's symbol."""
        self._exchange = exchange
        self._symbol = symbol
        self._switches: dict[tuple[str, str], int] = {}  # dead-man switches by account and symbol: when
        self._unnamed = 0
        self.routes: Mapping[tuple[str, str], tuple[int, Callable[[Asked], Any]]] = {
            ("POST", "order"): (0, lambda asked: order_words(self._place(asked, _PLAIN))),
            ("GET", "order"): (1, lambda asked: order_words(self._plain(asked))),
            ("GET", "openOrder"): (1, lambda asked: order_words(self._plain(asked))),
            ("DELETE", "order"): (1, lambda asked: order_words(self._cancel(asked, self._plain(asked)))),
            ("GET", "openOrders"): (1, lambda asked: self._list(asked, conditional=False)),
            ("GET", "allOrders"): (5, lambda asked: self._list(asked, conditional=False, working=False)),
            ("DELETE", "allOpenOrders"): (1, lambda asked: self._cancel_all(asked, conditional=False)),
            ("POST", "batchOrders"): (5, self._batch),
            ("POST", "algoOrder"): (0, lambda asked: algo_words(self._place(asked, _CONDITIONAL))),
            ("GET", "algoOrder"): (1, lambda asked: algo_words(self._algo(asked))),
            ("DELETE", "algoOrder"): (1, self._cancel_algo),
            ("GET", "openAlgoOrders"): (1, lambda asked: self._list(asked, conditional=True)),
            ("GET", "allAlgoOrders"): (5, lambda asked: self._list(asked, conditional=True, working=False)),
            ("DELETE", "algoOpenOrders"): (1, lambda asked: self._cancel_all(asked, conditional=True)),
            ("POST", "countdownCancelAll"): (10, self._countdown),
        }

    def tick(self, now_ms: int) -> None:
        """Carry out dead-man switches that ran down."""
        for (key, symbol), due_ms in tuple(self._switches.items()):
            account = self._exchange.account(key)
            if due_ms <= now_ms and account is not None:
                del self._switches[key, symbol]
                for order in account.orders(symbol, working=True):
                    account.cancel(symbol, order.result.order_id)

    def _place(self, asked: Asked, kinds: Mapping[str, OrderType]) -> PracticeOrder:
        account = _account(asked)
        kind = asked.params.get("type", "")
        if kind not in kinds:
            if kinds is _PLAIN and kind in {*_CONDITIONAL, "STOP", "TAKE_PROFIT", "TRAILING_STOP_MARKET"}:
                message = (
                    "Order type not supported for this endpoint. Please use the Algo Order API endpoints."
                )
                raise Refused(400, -4120, message)
            raise Refused(400, -1116, "Invalid orderType.")
        order = self._order(asked, kinds[kind])
        try:
            return account.place(order)
        except VenueRejected as refusal:
            raise _worded(refusal) from refusal

    def _order(self, asked: Asked, kind: OrderType) -> UnifiedOrder:
        params, symbol = asked.params, self._symbol(asked)
        if params.get("side") not in {"BUY", "SELL"}:
            raise Refused(400, -1117, "Invalid side.")
        if params.get("positionSide", "BOTH") != "BOTH":
            raise Refused(400, -4061, "Order's position side does not match user's setting.")
        in_force = params.get("timeInForce", "GTC")
        if in_force not in TimeInForce.__members__:
            raise Refused(400, -1115, "Invalid timeInForce.")
        client_id = params.get("newClientOrderId") or params.get("clientAlgoId")
        if client_id is None:
            self._unnamed += 1
            client_id = f"practice-{self._unnamed}"
        conditional = kind > OrderType.LIMIT
        return UnifiedOrder(
            symbol=symbol,
            side=Side[params["side"]],
            order_type=kind,
            quantity=_number(params, "quantity") or Decimal(0),
            client_order_id=client_id,
            price=_number(params, "price") if kind is OrderType.LIMIT else None,
            trigger_price=_number(params, "triggerPrice") if conditional else None,
            time_in_force=TimeInForce[in_force] if kind is OrderType.LIMIT else TimeInForce.GTC,
            reduce_only=params.get("reduceOnly", "false").lower() == "true",
        )

    def _plain(self, asked: Asked) -> PracticeOrder:
        order = self._found(asked, "orderId", "origClientOrderId")
        # A conditional order is an order only once it has become one.
        if order is None or (is_conditional(order) and not order.is_triggered):
            raise _missing(asked)
        return order

    def _algo(self, asked: Asked) -> PracticeOrder:
        order = self._found(asked, "algoId", "clientAlgoId")
        if order is None or not is_conditional(order):
            raise _missing(asked)
        return order

    def _found(self, asked: Asked, by_id: str, by_client_id: str) -> PracticeOrder | None:
        account, params = _account(asked), asked.params
        symbols = (
            [self._symbol(asked)] if "symbol" in params else [i.symbol for i in self._exchange.instruments()]
        )
        for symbol in symbols:
            found = account.find(symbol, order_id=params.get(by_id), client_order_id=params.get(by_client_id))
            if found is not None:
                return found
        return None

    def _cancel(self, asked: Asked, order: PracticeOrder) -> PracticeOrder:
        if order.result.state not in _OPEN:
            raise Refused(400, -2011, "Unknown order sent.")
        return _account(asked).cancel(order.order.symbol, order.result.order_id)

    def _cancel_algo(self, asked: Asked) -> Any:
        order = self._algo(asked)
        if order.is_triggered:
            raise Refused(400, -2011, "Unknown order sent.")
        self._cancel(asked, order)
        words = algo_words(order)
        return {
            "algoId": words["algoId"],
            "clientAlgoId": words["clientAlgoId"],
            "code": "200",
            "msg": "success",
        }

    def _list(self, asked: Asked, *, conditional: bool, working: bool = True) -> Any:
        symbol = self._symbol(asked) if "symbol" in asked.params else None
        found = _account(asked).orders(symbol, working=working)
        if conditional:
            return [algo_words(order) for order in found if is_conditional(order) and not order.is_triggered]
        return [order_words(order) for order in found if not is_conditional(order) or order.is_triggered]

    def _cancel_all(self, asked: Asked, *, conditional: bool) -> Any:
        symbol, account = self._symbol(asked), _account(asked)
        for order in account.orders(symbol, working=True):
            if is_conditional(order) is conditional:
                account.cancel(symbol, order.result.order_id)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def _batch(self, asked: Asked) -> Any:
        answers: list[Any] = []
        for params in json.loads(asked.params.get("batchOrders", "[]"))[:5]:
            texts = {name: str(value) for name, value in params.items()}
            one = Asked("POST", asked.path, texts, asked.account)
            try:
                answers.append(order_words(self._place(one, _PLAIN)))
            except Refused as refusal:
                answers.append({"code": refusal.code, "msg": str(refusal)})
        return answers

    def _countdown(self, asked: Asked) -> Any:
        symbol, account = self._symbol(asked), _account(asked)
        countdown_ms = int(asked.params.get("countdownTime", "0"))
        self._switches.pop((account.key.api_key, symbol), None)
        if countdown_ms:
            self._switches[account.key.api_key, symbol] = self._exchange.now_ms + countdown_ms
        return {"symbol": symbol, "countdownTime": str(countdown_ms)}


def _account(asked: Asked) -> PracticeAccount:
    if asked.account is None:
        raise Refused(401, -2014, "API-key format invalid.")
    return asked.account


def _number(params: Mapping[str, str], name: str) -> Decimal | None:
    try:
        return Decimal(params[name]) if params.get(name) else None
    except InvalidOperation as error:
        raise Refused(400, -1100, f"Illegal characters found in parameter '{name}'.") from error


def _missing(asked: Asked) -> Refused:
    if asked.method == "DELETE":
        return Refused(400, -2011, "Unknown order sent.")
    return Refused(400, -2013, "Order does not exist.")


def _worded(refusal: VenueRejected) -> Refused:
    """The exchange's refusal under the venue's code, in the exchange's words."""
    codes: tuple[tuple[type[VenueRejected], int], ...] = (
        (DuplicateOrderId, -4116),
        (InsufficientMargin, -2019),
        (UnknownSymbol, -1121),
    )
    code = next((number for kind, number in codes if isinstance(refusal, kind)), -4003)
    message = str(refusal)
    if isinstance(refusal, PrecisionViolated):
        code = -1111
    elif "notional" in message:
        code = -4164
    elif "delisted" in message:
        code = -4141
    return Refused(400, code, message)
