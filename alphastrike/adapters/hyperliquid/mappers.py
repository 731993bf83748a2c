"""Market data from the venue's words to ours. Pure; unknown fields are ignored.

A message of another shape raises `KeyError`, `ValueError`, `TypeError` or `ArithmeticError`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.symbols import to_symbol
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedFundingRate,
    UnifiedOrderBook,
    UnifiedTicker,
    UnifiedTrade,
)

Native = Mapping[str, Any]
Levels = tuple[tuple[Decimal, Decimal], ...]

_MINUTE_MS = 60_000
_DAY_MS = 24 * HOUR_MS
INTERVALS = {
    "1m": _MINUTE_MS,
    "3m": 3 * _MINUTE_MS,
    "5m": 5 * _MINUTE_MS,
    "15m": 15 * _MINUTE_MS,
    "30m": 30 * _MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": _DAY_MS,
    "3d": 3 * _DAY_MS,
    "1w": 7 * _DAY_MS,
}
INTERVAL_NAMES = {length: name for name, length in INTERVALS.items()}


def to_order_book(native: Native, depth: int | None = None) -> UnifiedOrderBook | None:
    """A full book; the venue numbers nothing, so its time is the sequence. None for no perpetual."""
    symbol = to_symbol(native["coin"])
    if symbol is None:
        return None
    bids, asks = native["levels"]
    time_ms = int(native["time"])
    return UnifiedOrderBook(symbol, _levels(bids)[:depth], _levels(asks)[:depth], time_ms, time_ms)


def to_ticker(book: UnifiedOrderBook, context: Native, last_price: Decimal) -> UnifiedTicker:
    """Prices from a two-sided book, the asset's context and the latest trade; index is the oracle's."""
    return UnifiedTicker(
        symbol=book.symbol,
        last_price=last_price,
        best_bid=book.bids[0][0],
        best_ask=book.asks[0][0],
        event_time_ms=book.event_time_ms,
        mark_price=_optional(context.get("markPx")),
        index_price=_optional(context.get("oraclePx")),
    )


def to_candle(native: Native, now_ms: int) -> UnifiedCandle | None:
    """A candle, closed when its last millisecond is past; None for what is no perpetual.

    The venue does not say who was the aggressor, so there is no taker volume.
    """
    symbol = to_symbol(native["s"])
    if symbol is None:
        return None
    return UnifiedCandle(
        symbol=symbol,
        interval_ms=INTERVALS[native["i"]],
        open_time_ms=int(native["t"]),
        open=float(native["o"]),
        high=float(native["h"]),
        low=float(native["l"]),
        close=float(native["c"]),
        volume=float(native["v"]),
        is_closed=now_ms >= int(native["t"]) + INTERVALS[native["i"]],
    )


def to_trade(native: Native) -> UnifiedTrade | None:
    """A public trade; side A means that a seller was the aggressor. None for no perpetual."""
    symbol = to_symbol(native["coin"])
    if symbol is None:
        return None
    return UnifiedTrade(
        symbol=symbol,
        price=Decimal(native["px"]),
        quantity=Decimal(native["sz"]),
        is_buyer_maker=native["side"] == "A",
        event_time_ms=int(native["time"]),
        trade_id=str(native["tid"]),
    )


def to_funding_rate(native: Native) -> UnifiedFundingRate | None:
    """One settled hour; its time is as published. None for what is no perpetual."""
    symbol = to_symbol(native["coin"])
    if symbol is None:
        return None
    return UnifiedFundingRate(symbol, float(native["fundingRate"]), int(native["time"]), HOUR_MS)


def _levels(native: Any) -> Levels:
    return tuple((Decimal(level["px"]), Decimal(level["sz"])) for level in native)


def _optional(native: str | None) -> Decimal | None:
    return None if native is None else Decimal(native)
