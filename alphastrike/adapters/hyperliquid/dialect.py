"""The venue's wire for the simulator: what it checks, answers and streams."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from alphastrike.adapters.hyperliquid.practice_info import Info, NoSuchQuestion
from alphastrike.adapters.hyperliquid.practice_news import News
from alphastrike.adapters.hyperliquid.practice_parties import Parties, Weights
from alphastrike.adapters.hyperliquid.practice_stream import StreamConversation
from alphastrike.adapters.hyperliquid.practice_trading import Trading
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.practice import PracticeExchange, PracticeKey
from alphastrike.transport.dialect import Conversation, Refusal, WireRequest, WireSession
from alphastrike.transport.json_text import BrokenJson, decode, encode
from alphastrike.transport.wire import HttpReply

_UNREADABLE = HttpReply(422, b"Failed to deserialize the JSON body into the target type")
_ROWS_A_WEIGHT = 20
_ORDERS_A_WEIGHT = 40
# The venue documents no ban; 418 is what clients of other venues stop at.
_REFUSALS = {
    Refusal.THROTTLED: (429, b"null"),
    Refusal.BANNED: (418, b"null"),
    Refusal.UNAVAILABLE: (503, b"Service Unavailable"),
    Refusal.OUTCOME_UNKNOWN: (504, b"Gateway Timeout"),
    Refusal.CLOCK: (
        200,
        b'{"status":"err","response":"Invalid nonce: it is not near the time of the venue"}',
    ),
}


class PracticeWire:
    """`WireSession`: an exchange behind this venue's /info, /exchange and /ws."""

    odd_values: Mapping[str, str] = {'"status":"open"': '"status":"frobnicated"'}

    def __init__(self, exchange: PracticeExchange, networks: frozenset[str]) -> None:
        """Open it for clients that sign for one of these networks."""
        self._exchange = exchange
        self._parties = Parties(exchange, networks)
        self._info = Info(exchange, self._parties)
        self._trading = Trading(exchange, self._parties, self._info)
        self._news = News(exchange, self._parties)
        self._weights = Weights(exchange.now_ms)
        self._paths: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "/info": self._asked,
            "/exchange": self._trading.carry_out,
        }

    def answer(self, request: WireRequest) -> HttpReply:
        """Answer a request."""
        self._trading.tick()
        path = next((known for known in self._paths if request.path.endswith(known)), None)
        if path is None:
            return HttpReply(404, b"")
        if request.method != "POST":
            return HttpReply(405, b"")
        try:
            body = decode(request.body)
            if not self._weights.take(self._weight(path, body), self._exchange.now_ms):
                return self.refusal(Refusal.THROTTLED, 0)
            return HttpReply(200, encode(self._paths[path](body)))
        except (BrokenJson, NoSuchQuestion, KeyError, TypeError, ValueError, AttributeError):
            return _UNREADABLE

    def converse(self, request: WireRequest) -> Conversation | HttpReply:
        """Accept a socket on /ws."""
        if not request.path.endswith("/ws"):
            return HttpReply(404, b"")
        return StreamConversation(self._exchange, self._news, self._posted, self._trading.tick)

    def refusal(self, kind: Refusal, retry_after_s: int) -> HttpReply:
        """The venue's own wording of a fault; it never says when to come back."""
        status, body = _REFUSALS[kind]
        headers = {"retry-after": str(retry_after_s)} if retry_after_s else {}
        return HttpReply(status, body, headers)

    def expire_user_streams(self) -> None:
        """Nothing: streams of an account are public here and need no authorisation."""

    def _asked(self, body: Mapping[str, Any]) -> Any:
        answer = self._info.answer(body)
        if isinstance(answer, list):
            self._weights.take(len(answer) // _ROWS_A_WEIGHT, self._exchange.now_ms)
        return answer

    def _weight(self, path: str, body: Mapping[str, Any]) -> int:
        if path == "/info":
            return self._info.weight(body)
        action = body["action"]
        parts = next((action[key] for key in ("orders", "cancels", "modifies") if key in action), ())
        return 1 + len(parts) // _ORDERS_A_WEIGHT

    def _posted(self, request: Mapping[str, Any]) -> Any:
        payload = request["payload"]
        if request["type"] == "info":
            try:
                return {"type": payload["type"], "data": self._asked(payload)}
            except NoSuchQuestion as unknown:
                return f"Error: {unknown}"
        return self._trading.carry_out(payload)


@dataclass(frozen=True, slots=True)
class PracticeDialect:
    """The dialect plugin. Keys of either network may trade by default: clients differ in which they sign."""

    name: str = "hyperliquid"
    funding_interval_ms: int = HOUR_MS
    networks: frozenset[str] = frozenset({"mainnet", "testnet"})

    def open(self, exchange: PracticeExchange) -> WireSession:
        """Put an exchange behind this wire."""
        return PracticeWire(exchange, self.networks)

    def credentials(self, key: PracticeKey) -> Mapping[str, str]:
        """The wallet's key and, as clients ask for it, its address."""
        return {"private_key": key.private_key}

    def endpoints(self, http_url: str, ws_url: str) -> Mapping[str, str]:
        """Where /info, /exchange and /ws are."""
        return {"rest_url": http_url, "ws_url": f"{ws_url}/ws"}


plugin = PracticeDialect()
