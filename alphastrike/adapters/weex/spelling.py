"""WEEX's spelling of symbols, intervals and order words; each with its inverse where there is one."""

from types import MappingProxyType
from typing import Final

from alphastrike.domain.errors import UnknownSymbol, VenueRejected
from alphastrike.domain.orders import OrderState, OrderType, TimeInForce

_QUOTE: Final = "USDT"
_DEMO_QUOTE: Final = "SUSDT"
_MINUTE_MS: Final = 60_000
INTERVALS: Final = MappingProxyType(
    {
        _MINUTE_MS: "1m",
        5 * _MINUTE_MS: "5m",
        15 * _MINUTE_MS: "15m",
        30 * _MINUTE_MS: "30m",
        60 * _MINUTE_MS: "1h",
        240 * _MINUTE_MS: "4h",
        720 * _MINUTE_MS: "12h",
        1440 * _MINUTE_MS: "1d",
        10_080 * _MINUTE_MS: "1w",
    }
)
INTERVALS_MS: Final = MappingProxyType({name: interval_ms for interval_ms, name in INTERVALS.items()})
TIME_IN_FORCE: Final = MappingProxyType(
    {
        TimeInForce.GTC: "GTC",
        TimeInForce.IOC: "IOC",
        TimeInForce.FOK: "FOK",
        TimeInForce.GTX: "POST_ONLY",
    }
)
ORDER_TYPES: Final = MappingProxyType(
    {
        OrderType.MARKET: "MARKET",
        OrderType.LIMIT: "LIMIT",
        OrderType.STOP_MARKET: "STOP_MARKET",
        OrderType.TAKE_PROFIT_MARKET: "TAKE_PROFIT_MARKET",
    }
)
_STATES: Final = MappingProxyType(
    {
        "NEW": OrderState.WORKING,
        "PENDING": OrderState.PENDING,
        "UNTRIGGERED": OrderState.WORKING,
        "TRIGGERED": OrderState.WORKING,
        "PARTIAL_FILL": OrderState.PARTIALLY_FILLED,
        "PARTIALLY_FILLED": OrderState.PARTIALLY_FILLED,
        "FULL_FILL": OrderState.FILLED,
        "FILLED": OrderState.FILLED,
        "CANCELING": OrderState.WORKING,
        "CANCELED": OrderState.CANCELED,
        "CANCELLED": OrderState.CANCELED,
        "REJECTED": OrderState.REJECTED,
        "EXPIRED": OrderState.EXPIRED,
    }
)


def native_symbol(symbol: str, *, is_demo: bool = False) -> str:
    """`BTCUSDT` as the account spells it: unchanged, or `BTCSUSDT` in demo. Market data is never demo."""
    if not (symbol.endswith(_QUOTE) and len(symbol) > len(_QUOTE)):
        raise UnknownSymbol(f"symbol: observed {symbol!r}, allowed one that ends in {_QUOTE}, as BTCUSDT")
    return symbol.removesuffix(_QUOTE) + _DEMO_QUOTE if is_demo else symbol


def unified_symbol(native: str, *, is_demo: bool = False) -> str:
    """The inverse of `native_symbol`; a demo account's own asset `SUSDT` becomes `USDT`."""
    return native.removesuffix(_DEMO_QUOTE) + _QUOTE if is_demo and native.endswith(_DEMO_QUOTE) else native


def native_interval(interval_ms: int) -> str:
    """A candle length in the venue's words; `VenueRejected` for one it does not keep."""
    if interval_ms not in INTERVALS:
        raise VenueRejected(f"interval_ms: observed {interval_ms}, allowed one of {sorted(INTERVALS)}")
    return INTERVALS[interval_ms]


def order_state(native: object) -> OrderState:
    """An order's state; a word never seen before is UNKNOWN, to be reconciled, never a crash."""
    return _STATES.get(str(native).upper(), OrderState.UNKNOWN)
