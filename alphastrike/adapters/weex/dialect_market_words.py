"""Listings and candles in WEEX's own words: what the mappers read, written."""

from decimal import Decimal
from typing import Any

from alphastrike.adapters.weex.dialect_values import text
from alphastrike.adapters.weex.spelling import INTERVALS
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle

Row = dict[str, Any]


def instrument_row(instrument: UnifiedInstrument) -> Row:
    """A row of `exchangeInfo`."""
    base = instrument.symbol.removesuffix(instrument.quote_asset)
    return {
        "symbol": instrument.symbol,
        "baseAsset": base,
        "quoteAsset": instrument.quote_asset,
        "marginAsset": instrument.quote_asset,
        "pricePrecision": _places(instrument.tick_size),
        "quantityPrecision": _places(instrument.quantity_step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "contractVal": text(instrument.quantity_step),
        "delivery": ["00:00:00", "08:00:00", "16:00:00"],
        "forwardContractFlag": True,
        "minLeverage": 1,
        "maxLeverage": instrument.margin_tiers[0].max_leverage,
        "buyLimitPriceRatio": "0.1",
        "sellLimitPriceRatio": "0.1",
        "makerFeeRate": text(instrument.maker_fee_rate),
        "takerFeeRate": text(instrument.taker_fee_rate),
        "minOrderSize": text(instrument.min_quantity),
        "maxOrderSize": "1000000",
        "maxPositionSize": "5000000",
        "marketOpenLimitSize": "1000000",
    }


def candle_row(candle: UnifiedCandle) -> list[Any]:
    """A row of `klines`; the close time is the next candle's open time."""
    taker = candle.taker_buy_volume or 0.0
    return [
        candle.open_time_ms,
        *(text(value) for value in (candle.open, candle.high, candle.low, candle.close, candle.volume)),
        candle.open_time_ms + candle.interval_ms,
        text(candle.volume * candle.close),
        0,
        text(taker),
        text(taker * candle.close),
    ]


def candle_entry(candle: UnifiedCandle) -> Row:
    """The `d` entry of a kline frame."""
    names = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q")
    return dict(zip(names, candle_row(candle), strict=True)) | {
        "s": candle.symbol,
        "i": INTERVALS[candle.interval_ms],
    }


def _places(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))
