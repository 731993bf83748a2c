"""How this venue's requests are written, signed, weighed and judged."""

from collections.abc import Mapping
from typing import Any

from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.hyperliquid.config import HyperliquidConfig
from alphastrike.adapters.hyperliquid.faults import refused
from alphastrike.adapters.hyperliquid.signing import Envelope, Nonces, Wallet
from alphastrike.domain.errors import (
    BadCredentials,
    VenueError,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.transport.client import Call
from alphastrike.transport.json_text import encode
from alphastrike.transport.limits import RateRule
from alphastrike.transport.wire import HttpReply, HttpRequest

WEIGHT = "weight"
# Every address has 1,200 a minute. A row of a long answer weighs a twentieth, an order a fortieth.
LIMITS = (RateRule(WEIGHT, 1_200.0, 60.0),)
_VENUE = "hyperliquid"
_INFO, _EXCHANGE = "/info", "/exchange"
_LIGHT = {
    "l2Book",
    "allMids",
    "clearinghouseState",
    "orderStatus",
    "spotClearinghouseState",
    "exchangeStatus",
}
_ORDERS_A_WEIGHT = 40
_JSON = {"content-type": "application/json"}


def question(kind: str, **fields: Any) -> Call:
    """A read of /info with what it weighs."""
    weight = 2 if kind in _LIGHT else 60 if kind == "userRole" else 20
    return Call("POST", _INFO, {"type": kind, **fields}, {WEIGHT: float(weight)})


def signed(action: Mapping[str, Any]) -> Call:
    """An action for /exchange with what it weighs."""
    parts = next((action[key] for key in ("orders", "cancels", "modifies") if key in action), ())
    weight = 1 + len(parts) // _ORDERS_A_WEIGHT
    return Call("POST", _EXCHANGE, action, {WEIGHT: float(weight)}, is_signed=True)


class HyperliquidRules:
    """`WireRules` of one account. Without a wallet nothing can be signed."""

    def __init__(
        self, config: HyperliquidConfig, wallet: Wallet | None, ids: ClientIds, rest_url: str
    ) -> None:
        """Sign with this wallet for the configured network and vault."""
        self._config = config
        self._wallet = wallet
        self._ids = ids
        self._nonces = Nonces()
        self._base = rest_url.rstrip("/")

    def prepare(self, call: Call, now_ms: int) -> HttpRequest:
        """Encode and, for an action, sign with a fresh nonce of the venue's time."""
        body: Mapping[str, Any] = call.params
        if call.is_signed:
            body = self._envelope(call.params, now_ms)
        return HttpRequest(call.method, self._base + call.path, _JSON, encode(body))

    def fault(self, call: Call, reply: HttpReply, body: Any) -> VenueError | None:
        """An action that got a server error or no JSON may have landed; anything else was said plainly."""
        if reply.status >= 500 or (reply.status == 200 and body is None):
            if call.is_signed:
                return VenueOutcomeUnknown(self._name(call.params), _VENUE)
            return VenueUnreachable(f"{_VENUE} {call.path}: HTTP {reply.status}")
        if reply.status != 200:
            said = reply.body[:200].decode(errors="replace")
            return VenueRejected(f"{_VENUE} {call.path} {call.params['type']}: HTTP {reply.status}: {said}")
        if isinstance(body, dict) and body.get("status") == "err":
            return refused(f"{_VENUE} {call.params['type']}", body.get("response"))
        return None

    def server_time_call(self) -> Call:
        """The venue's status carries its time."""
        return question("exchangeStatus")

    def server_time_ms(self, body: Any) -> int:
        """The time in it."""
        return int(body["time"])

    def spent(self, reply: HttpReply) -> Mapping[str, float]:  # noqa: ARG002 the venue's headers say nothing
        """Nothing: this venue does not say."""
        return {}

    def _envelope(self, action: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
        if self._wallet is None:
            raise BadCredentials(
                f"{_VENUE}: observed no private_key, needed to trade; allowed: "
                "ALPHASTRIKE_HYPERLIQUID_PRIVATE_KEY or the credentials file"
            )
        envelope = Envelope(
            nonce=self._nonces.draw(now_ms),
            is_mainnet=self._config.is_mainnet,
            vault_address=self._config.vault_address,
            expires_after=now_ms + self._config.expires_after_ms,
        )
        return {
            "action": action,
            "nonce": envelope.nonce,
            "signature": self._wallet.sign(action, envelope),
            "vaultAddress": envelope.vault_address,
            "expiresAfter": envelope.expires_after,
        }

    def _name(self, action: Mapping[str, Any]) -> str:
        """Client id of the first order of an action, its type where it has none."""
        parts = action.get("orders") or action.get("cancels") or [{}]
        first: Mapping[str, Any] = parts[0]
        return self._ids.name(first.get("c") or first.get("cloid")) or str(action["type"])
