"""Binance's streamed market events as unified values; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.adapters.binance.mappers import to_candle
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedTicker,
    UnifiedTrade,
)


def to_streamed_candle(event: Mapping[str, Any], interval_ms: int) -> UnifiedCandle:
    """A `kline` event."""
    bar = event["k"]
    row = (bar["t"], bar["o"], bar["h"], bar["l"], bar["c"], bar["v"], 0, 0, 0, bar["V"])
    return to_candle(str(bar["s"]), interval_ms, row, is_closed=bool(bar["x"]))


def to_trade(event: Mapping[str, Any]) -> UnifiedTrade:
    """An `aggTrade` event; `a` is its number."""
    return UnifiedTrade(
        str(event["s"]),
        Decimal(str(event["p"])),
        Decimal(str(event["q"])),
        bool(event["m"]),
        int(event["T"]),
        str(event["a"]),
    )


def to_streamed_ticker(event: Mapping[str, Any]) -> UnifiedTicker:
    """A `bookTicker` event; the middle stands in for the last price, which it does not carry."""
    bid, ask = Decimal(str(event["b"])), Decimal(str(event["a"]))
    return UnifiedTicker(str(event["s"]), (bid + ask) / 2, bid, ask, int(event["T"]))
