"""WEEX's side of the wire, for the practice exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from alphastrike.adapters.weex.dialect_account import private_answer
from alphastrike.adapters.weex.dialect_entry import Entry, Refused, json_reply
from alphastrike.adapters.weex.dialect_market import public_answer
from alphastrike.adapters.weex.dialect_socket import WeexConversation
from alphastrike.adapters.weex.signing import WEBSOCKET_TARGET
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.practice import PracticeExchange, PracticeKey
from alphastrike.transport.dialect import Refusal, WireRequest
from alphastrike.transport.wire import HttpReply

_SOCKETS = "/v3/ws/"
_REFUSALS = MappingProxyType(
    {
        Refusal.THROTTLED: (429, -1003, "Too many requests."),
        Refusal.BANNED: (418, -1003, "Too many requests; this address is banned."),
        Refusal.UNAVAILABLE: (503, -1054, "System error, please retry later."),
        Refusal.OUTCOME_UNKNOWN: (503, -1054, "System error, please retry later."),
        Refusal.CLOCK: (401, -1046, "Request timestamp expired."),
    }
)


class WeexSession:
    """A practice exchange that speaks WEEX V3."""

    odd_values: Mapping[str, str] = MappingProxyType(
        {
            '"status":"NEW"': '"status":"HALF_BAKED"',
            '"status":"FILLED"': '"status":"SETTLED_LATER"',
            '"direction":"TAKER"': '"direction":"AUCTION"',
            '"msgEvent":"OrderUpdate"': '"msgEvent":"SomethingNew","fresh":{"a":1}',
        }
    )

    def __init__(self, exchange: PracticeExchange) -> None:
        """Serve this exchange."""
        self._exchange = exchange
        self._entry = Entry(exchange)
        self._generation = 0

    def answer(self, request: WireRequest) -> HttpReply:
        """Answer a request as the venue does, checks first."""
        is_public = request.path.startswith(("/capi/v3/market/", "/api/v3/"))
        try:
            if is_public:
                self._entry.count(request, "")
                return json_reply(public_answer(self._exchange, request))
            target = request.path + (f"?{request.query}" if request.query else "")
            account = self._entry.account(request, target, request.method)
            self._entry.count(request, account.key.api_key)
            return json_reply(private_answer(self._exchange, account, request))
        except Refused as refused:
            return refused.reply

    def converse(self, request: WireRequest) -> WeexConversation | HttpReply:
        """Accept a handshake on the public or, when it is signed, on the private socket."""
        names = {name.lower() for name in request.headers}
        _, found, kind = request.path.partition(_SOCKETS)
        if not found or kind not in {"public", "private"}:
            return Refused(-1150, "Request path not supported.", 404).reply
        if "user-agent" not in names:
            return Refused(-1190, "Access forbidden: User-Agent is required.", 403).reply
        if kind == "public":
            return WeexConversation(self._exchange)
        try:
            account = self._entry.account(request, WEBSOCKET_TARGET, "")
        except Refused as refused:
            return refused.reply
        born = self._generation
        return WeexConversation(self._exchange, account.key.api_key, lambda: self._generation != born)

    def refusal(self, kind: Refusal, retry_after_s: int) -> HttpReply:
        """The venue's own wording of a fault."""
        status, code, words = _REFUSALS[kind]
        reply = json_reply({"code": code, "msg": words}, status)
        return HttpReply(status, reply.body, {**reply.headers, "retry-after": str(retry_after_s)})

    def expire_user_streams(self) -> None:
        """End every private socket: its signature counts for the handshake that it came with."""
        self._generation += 1


@dataclass(frozen=True, slots=True)
class WeexDialect:
    """The plugin that puts an exchange behind this wire."""

    name: str = "weex"
    funding_interval_ms: int = 8 * HOUR_MS

    def open(self, exchange: PracticeExchange) -> WeexSession:
        """Put an exchange behind this wire."""
        return WeexSession(exchange)

    def credentials(self, key: PracticeKey) -> Mapping[str, str]:
        """Key, secret and passphrase."""
        return {"api_key": key.api_key, "api_secret": key.api_secret, "passphrase": key.passphrase}

    def endpoints(self, http_url: str, ws_url: str) -> Mapping[str, str]:
        """The socket's address holds the word by which a well-known client tells contracts from spot."""
        return {"rest_url": http_url, "ws_url": f"{ws_url}/contract/v3/ws", "network": "live"}


plugin = WeexDialect()
