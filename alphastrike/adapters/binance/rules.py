"""Binance's requests for the transport kit: encoding, signing, limits, faults."""

from collections.abc import Mapping
from typing import Any

from alphastrike.adapters.binance.faults import fault_of
from alphastrike.adapters.binance.signing import query_of, signature
from alphastrike.domain.errors import BadCredentials, VenueError
from alphastrike.transport.client import Call
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.limits import RateRule
from alphastrike.transport.wire import HttpReply, HttpRequest

SPOT = "spot"
WEIGHT, ORDERS_10S, ORDERS_1M = "weight_1m", "orders_10s", "orders_1m"
LIMITS = (RateRule(WEIGHT, 2400, 60), RateRule(ORDERS_10S, 300, 10), RateRule(ORDERS_1M, 1200, 60))
ORDER_COSTS = {ORDERS_10S: 1.0, ORDERS_1M: 1.0}
_COUNTERS = {
    "x-mbx-used-weight-1m": WEIGHT,
    "x-mbx-order-count-10s": ORDERS_10S,
    "x-mbx-order-count-1m": ORDERS_1M,
}
_CLIENT_IDS = ("newClientOrderId", "clientAlgoId")


class BinanceRules:
    """`WireRules` of Binance USD-M."""

    def __init__(
        self, root: str, credentials: Credentials, receive_window_ms: int, spot_root: str | None = None
    ) -> None:
        """Sign with these credentials. Calls with the host `spot` go to the other root."""
        self._root = root
        self.spot_root = spot_root
        self._credentials = credentials
        self._receive_window_ms = receive_window_ms

    def prepare(self, call: Call, now_ms: int) -> HttpRequest:
        """Everything travels in the query string, which is what is signed."""
        headers: dict[str, str] = {}
        params = dict(call.params)
        key = self._credentials.api_key.get_secret_value()
        if key:
            headers["X-MBX-APIKEY"] = key
        if call.is_signed:
            if not key:
                raise BadCredentials(
                    f"binance {call.path}: no api key; set ALPHASTRIKE_BINANCE_API_KEY and _API_SECRET"
                )
            params |= {"recvWindow": self._receive_window_ms, "timestamp": now_ms}
        query = query_of(params)
        if call.is_signed:
            query += f"&signature={signature(self._credentials.api_secret.get_secret_value(), query)}"
        root = self.spot_root if call.host == SPOT else self._root
        url = f"{root}{call.path}{'?' if query else ''}{query}"
        return HttpRequest(call.method, url, headers)

    def fault(self, call: Call, reply: HttpReply, body: Any) -> VenueError | None:
        """The typed fault a reply means."""
        is_order = call.method == "POST" and call.path.endswith(("/order", "/algoOrder"))
        named = next((str(call.params[name]) for name in _CLIENT_IDS if name in call.params), "")
        symbol = f" {call.params['symbol']}" if "symbol" in call.params else ""
        return fault_of(reply.status, body, f"{call.path}{symbol}", named if is_order else "")

    def server_time_call(self) -> Call:
        """How to ask for the venue's time."""
        return Call("GET", "/fapi/v1/time", costs={WEIGHT: 1})

    def server_time_ms(self, body: Any) -> int:
        """The time in that answer."""
        return int(body["serverTime"])

    def spent(self, reply: HttpReply) -> Mapping[str, float]:
        """The venue counts by the clock's minute, which a bucket that refills evenly never overtakes."""
        found = {}
        for header, rule in _COUNTERS.items():
            text = reply.headers.get(header, "")
            if text.isdecimal():
                found[rule] = float(text)
        return found
