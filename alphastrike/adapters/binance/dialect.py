"""Binance USD-M's wire, spoken by the simulator."""

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from alphastrike.adapters.binance.practice_account import PracticeMoney
from alphastrike.adapters.binance.practice_gate import (
    Asked,
    Counters,
    Refused,
    account_of_key,
    check_signature,
    check_time,
)
from alphastrike.adapters.binance.practice_market import PracticeMarket
from alphastrike.adapters.binance.practice_orders import PracticeOrders
from alphastrike.adapters.binance.practice_streams import MarketConversation
from alphastrike.adapters.binance.practice_user import UserConversation
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.practice import PracticeAccount, PracticeExchange, PracticeKey
from alphastrike.transport.dialect import Conversation, Refusal, WireRequest
from alphastrike.transport.wire import HttpReply

_KEY_LIFE_MS = 60 * 60_000
_RESTRICTIONS = "/sapi/v1/account/apiRestrictions"
_SILENT_LISTS = ("capital/config/getall", "margin/allPairs")


class BinanceSession:
    """One exchange behind Binance's wire."""

    odd_values: Mapping[str, str] = MappingProxyType(
        {
            '"X":"NEW"': '"X":"SOMETHING_NEW"',
            '"x":"NEW"': '"x":"SOMETHING_NEW"',
            '"m":"ORDER"': '"m":"SOMETHING_NEW","unheard":{"of":[1]}',
            '"e":"aggTrade"': '"e":"aggTrade","unheard":"of"',
        }
    )

    def __init__(self, exchange: PracticeExchange) -> None:
        """Speak for this exchange."""
        self._exchange = exchange
        self._market = PracticeMarket(exchange)
        self._orders = PracticeOrders(exchange, self._market.symbol)
        self._money = PracticeMoney(exchange, self._market.symbol)
        self._counters = Counters()
        self._listen_keys: dict[str, tuple[str, int]] = {}  # key: (account, end of its life)
        self._issued = 0

    def answer(self, request: WireRequest) -> HttpReply:
        """Answer a request."""
        self._orders.tick(self._exchange.now_ms)
        try:
            body, status = self._answered(request), 200
            headers: Mapping[str, str] = {}
        except Refused as refusal:
            body, status = {"code": refusal.code, "msg": str(refusal)}, refusal.status
            headers = {"retry-after": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
        return _reply(status, body, {**self._counters.headers(), **headers})

    def converse(self, request: WireRequest) -> Conversation | HttpReply:
        """The three routes; `/private` with a listen key that lives."""
        route = next((name for name in ("public", "market", "private") if f"/{name}/" in request.path), "")
        query = parse_qs(request.query)
        if route == "private":
            listen_key = query.get("listenKey", [""])[0] or request.path.rpartition("/ws/")[2]
            if self.owner(listen_key) is None:
                return _reply(400, {"code": -1125, "msg": "This listenKey does not exist."})
            return UserConversation(self._exchange, self, listen_key)
        combined = "/stream" in request.path
        streams = (
            query.get("streams", [""])[0].split("/") if combined else request.path.split("/ws")[-1].split("/")
        )
        named = [stream for stream in streams if "@" in stream]
        return MarketConversation(self._exchange, route, named, combined=combined)

    def refusal(self, kind: Refusal, retry_after_s: int) -> HttpReply:
        """The venue's own wording of a fault."""
        after = {"retry-after": str(retry_after_s)}
        return {
            Refusal.THROTTLED: _reply(429, {"code": -1003, "msg": "Too many requests."}, after),
            Refusal.BANNED: _reply(418, {"code": -1003, "msg": "Way too many requests; IP banned."}, after),
            Refusal.UNAVAILABLE: _reply(503, {"code": -1000, "msg": "Service Unavailable."}),
            Refusal.OUTCOME_UNKNOWN: _reply(
                503, {"code": -1000, "msg": "Unknown error, please check your request or try again later."}
            ),
            Refusal.CLOCK: _reply(
                400, {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}
            ),
        }[kind]

    def expire_user_streams(self) -> None:
        """End every listen key."""
        self._listen_keys.clear()

    def owner(self, listen_key: str) -> str | None:
        """The account a listen key belongs to, while it lives."""
        account, end_ms = self._listen_keys.get(listen_key, ("", 0))
        return account if end_ms > self._exchange.now_ms else None

    def _answered(self, request: WireRequest) -> Any:
        path = request.path
        if path.endswith(_RESTRICTIONS):
            return self._restrictions(request)
        if "/sapi/" in path:
            return [] if path.endswith(_SILENT_LISTS) else _not_here(path)
        if "/fapi/" not in path:
            return _not_here(path)
        asked = Asked.of(request, path.partition("/fapi/")[2].partition("/")[2])
        if asked.path == "listenKey":
            self._counters.spend(self._exchange.now_ms, 1, is_order=False)
            return self._listen_key(asked, account_of_key(self._exchange, request.headers))
        if asked.method == "GET" and asked.path in self._market.routes:
            weight, handle = self._market.routes[asked.path]
            self._counters.spend(self._exchange.now_ms, weight, is_order=False)
            return handle(asked)
        return self._signed(request, asked)

    def _restrictions(self, request: WireRequest) -> Any:
        """What the key may do, as the spot interface says it."""
        asked = Asked.of(request, _RESTRICTIONS)
        self._counters.spend(self._exchange.now_ms, 1, is_order=False)
        account = account_of_key(self._exchange, request.headers)
        check_time(asked.params, self._exchange.now_ms)
        check_signature(request, account)
        return {
            "ipRestrict": False,
            "enableReading": True,
            "enableFutures": True,
            "enableSpotAndMarginTrading": False,
            "enableWithdrawals": account.key.may_withdraw,
        }

    def _signed(self, request: WireRequest, asked: Asked) -> Any:
        routes = {**self._orders.routes, **self._money.routes}
        if (asked.method, asked.path) not in routes:
            return _not_here(request.path)
        weight, handle = routes[asked.method, asked.path]
        is_order = asked.method == "POST" and asked.path in {"order", "algoOrder"}
        self._counters.spend(self._exchange.now_ms, weight, is_order=is_order)
        account = account_of_key(self._exchange, request.headers)
        check_time(asked.params, self._exchange.now_ms)
        check_signature(request, account)
        return handle(replace(asked, account=account))

    def _listen_key(self, asked: Asked, account: PracticeAccount) -> Any:
        key, now_ms = account.key.api_key, self._exchange.now_ms
        mine = next(
            (k for k, (who, end_ms) in self._listen_keys.items() if who == key and end_ms > now_ms), None
        )
        if asked.method == "DELETE":
            self._listen_keys.pop(mine or "", None)
            return {}
        if mine is None:
            if asked.method == "PUT":
                raise Refused(400, -1125, "This listenKey does not exist.")
            self._issued += 1
            mine = f"{key[:24]}{self._issued:08d}"
        self._listen_keys[mine] = (key, now_ms + _KEY_LIFE_MS)
        return {"listenKey": mine}


class BinanceDialect:
    """What discovery finds."""

    name = "binance"
    funding_interval_ms = 8 * HOUR_MS

    def open(self, exchange: PracticeExchange) -> BinanceSession:
        """Put an exchange behind this wire."""
        return BinanceSession(exchange)

    def credentials(self, key: PracticeKey) -> Mapping[str, str]:
        """Key and secret."""
        return {"api_key": key.api_key, "api_secret": key.api_secret}

    def endpoints(self, http_url: str, ws_url: str) -> Mapping[str, str]:
        """Roots: clients add `/fapi/...`, and `/public`, `/market` or `/private` for streams."""
        return {"rest_url": http_url, "ws_url": ws_url}


plugin = BinanceDialect()


def _reply(status: int, body: Any, headers: Mapping[str, str] | None = None) -> HttpReply:
    return HttpReply(status, json.dumps(body, separators=(",", ":")).encode(), headers or {})


def _not_here(path: str) -> Any:
    raise Refused(404, -5000, f"Path {path} is not spoken here.")
