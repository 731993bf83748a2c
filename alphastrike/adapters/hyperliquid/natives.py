"""Market data from our words to the venue's: the way back from `mappers`, spoken by its simulation."""

from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.mappers import INTERVAL_NAMES, Levels
from alphastrike.adapters.hyperliquid.symbols import to_coin
from alphastrike.domain.instruments import to_decimal
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTrade

Native = dict[str, Any]
NO_HASH = "0x" + "0" * 64


def number(value: Decimal | float) -> str:
    """A number as the venue writes it in answers: plain notation, with a decimal point."""
    exact = value if isinstance(value, Decimal) else to_decimal(value)
    text = f"{exact:f}"
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    return text + "0" if text.endswith(".") else text


def order_book(book: UnifiedOrderBook) -> Native:
    """A full book; every level counts as one order."""
    return {
        "coin": to_coin(book.symbol),
        "levels": [_levels(book.bids), _levels(book.asks)],
        "time": book.event_time_ms,
    }


def candle(known: UnifiedCandle, trades: int = 0) -> Native:
    """A candle and how many trades made it."""
    return {
        "t": known.open_time_ms,
        "T": known.close_time_ms,
        "s": to_coin(known.symbol),
        "i": INTERVAL_NAMES[known.interval_ms],
        "o": number(known.open),
        "c": number(known.close),
        "h": number(known.high),
        "l": number(known.low),
        "v": number(known.volume),
        "n": trades,
    }


def trade(known: UnifiedTrade) -> Native:
    """A public trade between strangers."""
    return {
        "coin": to_coin(known.symbol),
        "side": "A" if known.is_buyer_maker else "B",
        "px": number(known.price),
        "sz": number(known.quantity),
        "time": known.event_time_ms,
        "hash": NO_HASH,
        "tid": int(known.trade_id),
        "users": ["0x" + "0" * 40, "0x" + "0" * 40],
    }


def funding_rate(known: UnifiedFundingRate, premium: Decimal = Decimal(0)) -> Native:
    """One settled hour."""
    return {
        "coin": to_coin(known.symbol),
        "fundingRate": number(known.rate),
        "premium": number(premium),
        "time": known.funding_time_ms,
    }


def _levels(levels: Levels) -> list[Native]:
    return [{"px": number(price), "sz": number(quantity), "n": 1} for price, quantity in levels]
