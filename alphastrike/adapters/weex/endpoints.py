"""Every path this adapter knows, with its weight, and the guard that keeps demo mode off the live account."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from alphastrike.domain.errors import Unsupported, VenueRejected

DEMO_PREFIX: Final = "/capi/v3/sim/"
_ROOT: Final = "/capi/v3/"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation. `weight` counts against 500 in ten seconds, per address or per account."""

    method: str
    path: str
    weight: int
    is_private: bool


def _public(path: str, weight: int) -> Endpoint:
    return Endpoint("GET", f"{_ROOT}market/{path}", weight, is_private=False)


def _private(method: str, path: str, weight: int) -> Endpoint:
    return Endpoint(method, f"{_ROOT}{path}", weight, is_private=True)


ENDPOINTS: Final = MappingProxyType(
    {
        "time": _public("time", 1),
        "instruments": _public("exchangeInfo", 1),
        "depth": _public("depth", 1),
        "ticker": _public("ticker/24hr", 40),
        "book_ticker": _public("ticker/bookTicker", 1),
        "candles": _public("klines", 1),
        "history_candles": _public("historyKlines", 5),
        "premium": _public("premiumIndex", 1),
        "funding_rates": _public("fundingRate", 5),
        "trades": _public("trades", 5),
        "balances": _private("GET", "account/balance", 10),
        "positions": _private("GET", "account/position/allPosition", 15),
        "symbol_config": _private("GET", "account/symbolConfig", 10),
        "order": _private("GET", "order", 3),
        "open_orders": _private("GET", "openOrders", 5),
        "order_history": _private("GET", "order/history", 10),
        "fills": _private("GET", "userTrades", 5),
        "open_conditionals": _private("GET", "openAlgoOrders", 3),
        "all_conditionals": _private("GET", "allAlgoOrders", 10),
        "income": _private("POST", "account/income", 5),
        "place": _private("POST", "order", 5),
        "place_conditional": _private("POST", "algoOrder", 5),
        "cancel": _private("DELETE", "order", 3),
        "cancel_all": _private("DELETE", "allOpenOrders", 10),
        "cancel_conditional": _private("DELETE", "algoOrder", 3),
        "cancel_all_conditionals": _private("DELETE", "algoOpenOrders", 10),
        "leverage": _private("POST", "account/leverage", 20),
        "margin_mode": _private("POST", "account/marginType", 50),
    }
)
# All that the demo account offers. What is not here does not exist there.
_DEMO: Final = MappingProxyType(
    {
        "balances": "balance",
        "positions": "position/allPosition",
        "order_history": "order/history",
        "place": "order",
    }
)


def endpoint(name: str, *, is_demo: bool) -> Endpoint:
    """The endpoint of an operation; `Unsupported` for one the demo account does not have."""
    live = ENDPOINTS[name]
    if not (is_demo and live.is_private):
        return live
    if name not in _DEMO:
        raise Unsupported(
            f"weex demo: observed {name}, allowed {', '.join(sorted(_DEMO))}: the demo account has no more; "
            "use the simulator (`alphastrike venue simulate`) to practise the rest"
        )
    return Endpoint(live.method, f"{DEMO_PREFIX}{_DEMO[name]}", live.weight, is_private=True)


def check_signable(path: str, *, is_demo: bool) -> None:
    """The last gate before a signature: in demo mode nothing outside the demo paths is ever signed."""
    if is_demo and not path.startswith(DEMO_PREFIX):
        raise VenueRejected(f"weex demo: observed the live path {path}, allowed paths under {DEMO_PREFIX}")
