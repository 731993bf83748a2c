"""Unified values in Binance's words, for the simulator's side of the wire; pure."""

from decimal import Decimal
from typing import Any

from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.ledger import tier_rows
from alphastrike.domain.market import UnifiedCandle


def text(value: Decimal | float | None) -> str:
    """Digits without an exponent; "0" for none."""
    if value is None:
        return "0"
    return format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")


def symbol_words(instrument: UnifiedInstrument, *, is_trading: bool) -> dict[str, Any]:
    """A row of `exchangeInfo`."""
    base = instrument.symbol.removesuffix(instrument.quote_asset)
    first = instrument.margin_tiers[0]
    tick, step = text(instrument.tick_size), text(instrument.quantity_step)
    return {
        "symbol": instrument.symbol,
        "pair": instrument.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING" if is_trading else "SETTLING",
        "maintMarginPercent": text(first.maintenance_margin_rate * 100),
        "requiredMarginPercent": text(Decimal(100) / first.max_leverage),
        "baseAsset": base,
        "quoteAsset": instrument.quote_asset,
        "marginAsset": instrument.quote_asset,
        "pricePrecision": max(0, -int(instrument.tick_size.as_tuple().exponent)),
        "quantityPrecision": max(0, -int(instrument.quantity_step.as_tuple().exponent)),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.05",
        "liquidationFee": text(instrument.liquidation_fee_rate),
        "marketTakeBound": "0.05",
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "10000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": step, "maxQty": "1000000", "stepSize": step},
            {"filterType": "MARKET_LOT_SIZE", "minQty": step, "maxQty": "1000000", "stepSize": step},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MIN_NOTIONAL", "notional": text(instrument.min_notional)},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": "1.5",
                "multiplierDown": "0.5",
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }


def bracket_words(instrument: UnifiedInstrument) -> dict[str, Any]:
    """A row of `leverageBracket`."""
    rows = tier_rows(instrument)
    floors = [row[0] for row in rows] + [1e12]
    return {
        "symbol": instrument.symbol,
        "notionalCoef": 1.0,
        "brackets": [
            {
                "bracket": number,
                "initialLeverage": int(leverage),
                "notionalCap": floors[number],
                "notionalFloor": floor,
                "maintMarginRatio": rate,
                "cum": deduction,
            }
            for number, (floor, rate, deduction, leverage) in enumerate(rows, 1)
        ],
    }


def candle_row(candle: UnifiedCandle) -> list[Any]:
    """A row of `klines`."""
    quote = text(round(candle.volume * candle.close, 4))
    bought = candle.taker_buy_volume or 0.0
    return [
        candle.open_time_ms,
        text(candle.open),
        text(candle.high),
        text(candle.low),
        text(candle.close),
        text(candle.volume),
        candle.close_time_ms,
        quote,
        1,
        text(bought),
        text(round(bought * candle.close, 4)),
        "0",
    ]
