"""A WEEX account as its owner asks for it, live or demo, from the practice exchange."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from alphastrike.adapters.weex import dialect_words as words
from alphastrike.adapters.weex.dialect_entry import Refused
from alphastrike.adapters.weex.dialect_market import Query, query_of, symbol_in, symbols_in, whole_in
from alphastrike.adapters.weex.dialect_orders import cancelled, find, placed
from alphastrike.adapters.weex.dialect_values import native_id
from alphastrike.adapters.weex.spelling import unified_symbol
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.practice import PracticeAccount, PracticeExchange, PracticeOrder
from alphastrike.transport.dialect import WireRequest
from alphastrike.transport.json_text import BrokenJson, decode

_DONE: Final = {"code": "200", "msg": "success"}


def private_answer(exchange: PracticeExchange, account: PracticeAccount, request: WireRequest) -> Any:
    """The answer of a signed path, of the live account or of the demo one."""
    is_demo = request.path.startswith("/capi/v3/sim/")
    path = request.path.removeprefix("/capi/v3/sim/" if is_demo else "/capi/v3/")
    path = path if is_demo else path.removeprefix("account/")
    if is_demo and (request.method, path) not in _DEMO:
        raise Refused(-1150, "Request path not supported.", 404)
    if (request.method, path) in {("POST", "order"), ("POST", "algoOrder")}:
        return placed(
            exchange, account, _body_of(request), is_demo=is_demo, is_conditional=path == "algoOrder"
        )
    answer = _PRIVATE.get((request.method, path))
    if answer is None:
        raise Refused(-1150, f"Request method '{request.method}' not supported", 404)
    return answer(exchange, account, _asked(request, is_demo=is_demo))


def _body_of(request: WireRequest) -> Mapping[str, Any]:
    """The JSON body's fields."""
    try:
        body = decode(request.body or b"{}")
    except BrokenJson as error:
        raise Refused(-1135, "Invalid JSON request.") from error
    if not isinstance(body, dict):
        raise Refused(-1135, "Invalid JSON request.")
    return body


def _asked(request: WireRequest, *, is_demo: bool) -> Query:
    found = query_of(request) if request.method != "POST" else dict(_body_of(request))
    if is_demo:
        found["demo"] = "yes"
        if "symbol" in found:
            found["symbol"] = unified_symbol(found["symbol"], is_demo=True)
    return found


def _balances(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    return [words.balance_row(account.balance(), is_demo="demo" in query)]


def _positions(exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    found = account.positions(query.get("symbol"))
    return [words.position_row(one, exchange.now_ms, is_demo="demo" in query) for one in found]


def _open_orders(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    found = account.orders(query.get("symbol"), working=True)
    return [words.order_row(held) for held in found if not _is_waiting(held)]


def _open_conditionals(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    found = account.orders(query.get("symbol"), working=True)
    return [words.conditional_row(held) for held in found if _is_waiting(held)]


def _all_conditionals(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    found = [held for held in account.orders(query.get("symbol")) if held.order.trigger_price is not None]
    return {"orders": [words.conditional_row(held) for held in found], "hasMore": False}


def _history(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    working = {held.result.order_id for held in account.orders(query.get("symbol"), working=True)}
    ended = [held for held in account.orders(query.get("symbol")) if held.result.order_id not in working]
    plain = [held for held in ended if not _is_waiting(held)]
    return [
        words.order_row(held, is_demo="demo" in query) for held in plain[-whole_in(query, "limit", 100) :]
    ]


def _order(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    found = find(account, query.get("orderId"), None)
    if found is None:
        raise Refused(-3200, "Order does not exist.")
    return words.order_row(found)


def _fills(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    since_ms, limit = whole_in(query, "startTime", 0), whole_in(query, "limit", 100)
    until_ms = whole_in(query, "endTime", 2**62)
    found = [
        fill for fill in account.fills(query.get("symbol")) if since_ms <= fill.event_time_ms <= until_ms
    ]
    return [words.fill_row(fill) for fill in found[-limit:]]


def _settings(exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    mode = "ISOLATED" if account.margin_mode is MarginMode.ISOLATED else "CROSSED"
    leverage = str(account.leverage)
    return [
        {"symbol": symbol, "marginType": mode, "separatedType": "COMBINED", "crossLeverage": leverage}
        | {"isolatedLongLeverage": leverage, "isolatedShortLeverage": leverage}
        for symbol in symbols_in(exchange, query)
    ]


def _set_leverage(exchange: PracticeExchange, account: PracticeAccount, body: Query) -> Any:
    symbol = symbol_in(exchange, body)
    chosen = [body[key] for key in ("crossLeverage", "isolatedLongLeverage") if body.get(key)]
    if not chosen:
        raise Refused(-1141, "leverage cannot be empty.")
    try:
        account.set_leverage(symbol, int(float(chosen[0])))
    except VenueRejected as refusal:
        raise Refused(-3313, f"Leverage exceeds maximum limit. {refusal}") from refusal
    return _settings(exchange, account, {"symbol": symbol})[0]


def _set_margin_type(exchange: PracticeExchange, account: PracticeAccount, body: Query) -> Any:
    symbol_in(exchange, body)
    modes = {"CROSSED": MarginMode.CROSS, "ISOLATED": MarginMode.ISOLATED}
    if body.get("marginType") not in modes:
        raise Refused(-1142, "marginType is invalid.")
    try:
        account.set_margin_mode(modes[body["marginType"]])
    except VenueRejected as refusal:
        raise Refused(-1128, str(refusal)) from refusal
    return {**_DONE, "requestTime": exchange.now_ms}


def _cancel(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    return cancelled(account, query, is_conditional=False)


def _cancel_conditional(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    return cancelled(account, query, is_conditional=True)


def _cancel_all(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    return _cancel_every(account, query, is_conditional=False)


def _cancel_all_conditionals(_exchange: PracticeExchange, account: PracticeAccount, query: Query) -> Any:
    return _cancel_every(account, query, is_conditional=True)


def _cancel_every(account: PracticeAccount, query: Query, *, is_conditional: bool) -> Any:
    found = account.orders(query.get("symbol"), working=True)
    gone = [held for held in found if _is_waiting(held) is is_conditional]
    for held in gone:
        account.cancel(held.order.symbol, held.result.order_id)
    return [
        {
            "orderId": native_id(held.result.order_id),
            "success": True,
            "errorCode": "",
            "errorMessage": "",
        }
        for held in gone
    ]


def _is_waiting(held: PracticeOrder) -> bool:
    return held.order.trigger_price is not None and not held.is_triggered


Answer = Callable[[PracticeExchange, PracticeAccount, Query], Any]
_PRIVATE: Final[Mapping[tuple[str, str], Answer]] = {
    ("GET", "balance"): _balances,
    ("GET", "position/allPosition"): _positions,
    ("GET", "position/singlePosition"): _positions,
    ("GET", "openOrders"): _open_orders,
    ("GET", "openAlgoOrders"): _open_conditionals,
    ("GET", "allAlgoOrders"): _all_conditionals,
    ("GET", "order/history"): _history,
    ("GET", "order"): _order,
    ("GET", "userTrades"): _fills,
    ("GET", "symbolConfig"): _settings,
    ("POST", "leverage"): _set_leverage,
    ("POST", "marginType"): _set_margin_type,
    ("DELETE", "order"): _cancel,
    ("DELETE", "algoOrder"): _cancel_conditional,
    ("DELETE", "allOpenOrders"): _cancel_all,
    ("DELETE", "algoOpenOrders"): _cancel_all_conditionals,
}
_DEMO: Final = frozenset(
    {("GET", "balance"), ("GET", "position/allPosition"), ("GET", "order/history"), ("POST", "order")}
)
