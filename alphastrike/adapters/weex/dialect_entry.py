"""What WEEX checks before it does anything: key, passphrase, time, signature, weight."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from alphastrike.adapters.weex.endpoints import DEMO_PREFIX, ENDPOINTS
from alphastrike.adapters.weex.signing import SIGNATURE_LIFE_MS, is_signed_by
from alphastrike.domain.practice import PracticeAccount, PracticeExchange
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.dialect import WireRequest
from alphastrike.transport.json_text import encode
from alphastrike.transport.wire import HttpReply

_MOST_WEIGHT: Final = 500
_WINDOW_MS: Final = 10_000
_WEIGHTS: Final = {(one.method, one.path): one.weight for one in ENDPOINTS.values()}


class Refused(Exception):
    """The venue's no, as code, words and HTTP status."""

    def __init__(self, code: int, words: str, status: int = 400, retry_after_s: float | None = None) -> None:
        """Keep them."""
        super().__init__(words)
        self.code = code
        self.words = words
        self.status = status
        self.retry_after_s = retry_after_s

    @property
    def reply(self) -> HttpReply:
        """As an answer."""
        reply = json_reply({"code": self.code, "msg": self.words}, self.status)
        if self.retry_after_s is None:
            return reply
        return HttpReply(
            reply.status, reply.body, {**reply.headers, "retry-after": f"{self.retry_after_s:g}"}
        )


def json_reply(value: Any, status: int = 200) -> HttpReply:
    """An answer in JSON."""
    return HttpReply(status, encode(value), {"content-type": "application/json"})


@dataclass
class Entry:
    """The door of one exchange. Counts each operation's weight over ten seconds."""

    exchange: PracticeExchange
    _spent: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def account(self, request: WireRequest, target: str, method: str) -> PracticeAccount:
        """Whose request it is; `Refused` with the venue's own code when nobody's."""
        headers = {name.upper(): value for name, value in request.headers.items()}
        key, stamp = headers.get("ACCESS-KEY", ""), headers.get("ACCESS-TIMESTAMP", "")
        if not key:
            raise Refused(-1040, "ACCESS_KEY header is required.", 401)
        if not headers.get("ACCESS-SIGN"):
            raise Refused(-1041, "ACCESS_SIGN header is required.", 401)
        if not (stamp.isascii() and stamp.isdigit()):
            raise Refused(-1043 if stamp else -1042, "ACCESS_TIMESTAMP is missing or invalid.", 401)
        found = self.exchange.account(key)
        if found is None:
            raise Refused(-1044, "Invalid ACCESS_KEY.", 401)
        self._check_proof(found, headers, (method, target, request.body.decode("utf-8", "replace")))
        return found

    def count(self, request: WireRequest, api_key: str) -> None:
        """Take a request's weight from its own operation's budget, of the account or of the address."""
        path = request.path.replace(DEMO_PREFIX, "/capi/v3/")
        weight = _WEIGHTS.get((request.method, path), 1)
        now_ms, who = self.exchange.now_ms, f"{api_key} {request.method} {path}"
        recent = [(at, cost) for at, cost in self._spent.get(who, []) if now_ms - at < _WINDOW_MS]
        if sum(cost for _, cost in recent) + weight > _MOST_WEIGHT:
            freed_s = (recent[0][0] + _WINDOW_MS - now_ms) / 1000
            raise Refused(-1003, f"Too much weight: allowed {_MOST_WEIGHT} in 10 s.", 429, freed_s)
        self._spent[who] = [*recent, (now_ms, weight)]

    def _check_proof(
        self, account: PracticeAccount, headers: Mapping[str, str], signed: tuple[str, str, str]
    ) -> None:
        if headers.get("ACCESS-PASSPHRASE") != account.key.passphrase:
            raise Refused(-1049, "API key or passphrase incorrect.", 401)
        if abs(self.exchange.now_ms - int(headers["ACCESS-TIMESTAMP"])) > SIGNATURE_LIFE_MS:
            raise Refused(-1046, "Request timestamp expired.", 401)
        key = Credentials.of({"api_key": account.key.api_key, "api_secret": account.key.api_secret})
        if not is_signed_by(key, headers, *signed):
            raise Refused(-1047, "API authentication failed.", 401)
