"""WEEX market data as unified values; pure."""

from decimal import Decimal
from typing import Any

from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedFundingRate,
    UnifiedOrderBook,
    UnifiedTicker,
    UnifiedTrade,
)
from alphastrike.domain.wire_values import Row, decimal_at, integer_at, optional_decimal_at, text_at

VENUE = "weex"
LIQUIDATION_FEE_RATE = Decimal("0.01")  # `liquidateFeeRate` of the venue's own order messages

_MINUTE_MS = 60_000
_DAY_MINUTES = 1440


def to_instrument(row: Row) -> UnifiedInstrument:
    """One row of `exchangeInfo`.

    The venue publishes no maintenance schedule. One tier stands in for it, whose rate is the initial margin
    at the highest leverage: no schedule that starts there asks for more at its first bracket.
    """
    leverage = integer_at(row, "maxLeverage")
    return UnifiedInstrument(
        symbol=text_at(row, "symbol"),
        venue=VENUE,
        native_symbol=text_at(row, "symbol"),
        tick_size=Decimal(1).scaleb(-integer_at(row, "pricePrecision")),
        quantity_step=Decimal(1).scaleb(-integer_at(row, "quantityPrecision")),
        min_quantity=decimal_at(row, "minOrderSize"),
        min_notional=Decimal(0),
        maker_fee_rate=decimal_at(row, "makerFeeRate"),
        taker_fee_rate=decimal_at(row, "takerFeeRate"),
        liquidation_fee_rate=LIQUIDATION_FEE_RATE,
        margin_tiers=(MarginTier(Decimal(0), 1 / Decimal(leverage), leverage),),
        quote_asset=text_at(row, "quoteAsset"),
    )


def to_ticker(last: Row, book: Row) -> UnifiedTicker:
    """`symbolPrice`-style last price with marks (`ticker/24hr` or `premiumIndex`) and one `bookTicker` row.

    Without a last price the middle of the quote stands in for it.
    """
    bid, ask = decimal_at(book, "bidPrice"), decimal_at(book, "askPrice")
    return UnifiedTicker(
        symbol=text_at(book, "symbol"),
        last_price=optional_decimal_at(last, "lastPrice") or (bid + ask) / 2,
        best_bid=bid,
        best_ask=ask,
        event_time_ms=integer_at(book, "time"),
        mark_price=optional_decimal_at(last, "markPrice"),
        index_price=optional_decimal_at(last, "indexPrice"),
    )


def to_order_book(symbol: str, row: Row, event_time_ms: int, depth: int) -> UnifiedOrderBook:
    """A `depth` answer or a full `depthSnapshot` frame, cut to `depth` levels a side."""
    return UnifiedOrderBook(
        symbol=symbol,
        bids=_levels(row.get("bids", row.get("b")))[:depth],
        asks=_levels(row.get("asks", row.get("a")))[:depth],
        event_time_ms=event_time_ms,
        sequence=integer_at(row, "lastUpdateId", "u"),
    )


def _levels(side: Any) -> tuple[tuple[Decimal, Decimal], ...]:
    """Price and quantity of each level, as sent; a quantity of zero removes a level."""
    if not isinstance(side, list) or not all(isinstance(level, list) and len(level) >= 2 for level in side):
        raise VenueUnreachable(f"depth: observed {str(side)[:80]!r}, allowed a list of [price, quantity]")
    return tuple(
        (decimal_at({"price": level[0]}, "price"), decimal_at({"quantity": level[1]}, "quantity"))
        for level in side
    )


def to_candle(symbol: str, interval_ms: int, row: Any, now_ms: int) -> UnifiedCandle:
    """One row of `klines` or one `d` entry of a kline frame.

    The venue flags no candle as closed. A candle is closed once the venue's clock has passed its end.
    """
    if isinstance(row, list):
        if len(row) < 11:
            raise VenueUnreachable(f"klines: observed {len(row)} columns, allowed 11 or more")
        row = dict(zip(("t", "o", "h", "l", "c", "v", "T", "q", "n", "V"), row, strict=False))
    open_time_ms = integer_at(row, "t")
    return UnifiedCandle(
        symbol=symbol,
        interval_ms=interval_ms,
        open_time_ms=open_time_ms,
        open=float(decimal_at(row, "o")),
        high=float(decimal_at(row, "h")),
        low=float(decimal_at(row, "l")),
        close=float(decimal_at(row, "c")),
        volume=float(decimal_at(row, "v")),
        taker_buy_volume=float(decimal_at(row, "V")),
        is_closed=open_time_ms + interval_ms <= now_ms,
    )


def to_trade(symbol: str, row: Row) -> UnifiedTrade:
    """One public print, of REST or of a trade frame. The identifier is a UUID or a number."""
    return UnifiedTrade(
        symbol=symbol,
        price=decimal_at(row, "price", "p"),
        quantity=decimal_at(row, "qty", "q"),
        is_buyer_maker=bool(row.get("isBuyerMaker", row.get("m"))),
        event_time_ms=integer_at(row, "time", "T"),
        trade_id=text_at(row, "id", "t"),
    )


def to_funding_rate(row: Row, cycle_minutes: int) -> UnifiedFundingRate:
    """One settled rate of `fundingRate`; `cycle_minutes` is the `collectCycle` of `premiumIndex`."""
    return UnifiedFundingRate(
        symbol=text_at(row, "symbol"),
        rate=float(decimal_at(row, "fundingRate")),
        funding_time_ms=integer_at(row, "fundingTime"),
        interval_ms=min(cycle_minutes, _DAY_MINUTES) * _MINUTE_MS,
        mark_price=optional_decimal_at(row, "markPrice"),
    )
