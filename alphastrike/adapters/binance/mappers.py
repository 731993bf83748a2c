"""Binance's market shapes as unified values; pure. Unknown fields are ignored."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedFundingRate,
    UnifiedOrderBook,
    UnifiedTicker,
)

# What a key may pay without a discount; the account's own rates are only told to signed requests.
_MAKER, _TAKER = Decimal("0.0002"), Decimal("0.0005")
_EIGHT_HOURS_MS = 8 * 3_600_000


def to_instruments(info: Mapping[str, Any]) -> tuple[UnifiedInstrument, ...]:
    """Listed USDT perpetuals of crypto underlyings, by symbol; what lacks a filter is left out."""
    found = [_instrument(row) for row in info.get("symbols", ()) if _is_ours(row)]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.symbol))


def to_margin_tiers(brackets: Iterable[Mapping[str, Any]]) -> tuple[MarginTier, ...]:
    """Brackets of `leverageBracket`, smallest notional first."""
    rows = sorted(brackets, key=lambda row: Decimal(str(row["notionalFloor"])))
    return tuple(
        MarginTier(
            Decimal(str(row["notionalFloor"])),
            Decimal(str(row["maintMarginRatio"])),
            int(row["initialLeverage"]),
        )
        for row in rows
    )


def to_candle(symbol: str, interval_ms: int, row: Sequence[Any], *, is_closed: bool = True) -> UnifiedCandle:
    """A row of `klines`."""
    return UnifiedCandle(
        symbol=symbol,
        interval_ms=interval_ms,
        open_time_ms=int(row[0]),
        open=float(row[1]),
        high=float(row[2]),
        low=float(row[3]),
        close=float(row[4]),
        volume=float(row[5]),
        taker_buy_volume=float(row[9]),
        is_closed=is_closed,
    )


def to_book(symbol: str, answer: Mapping[str, Any], depth: int) -> UnifiedOrderBook:
    """An answer of `depth`."""
    return UnifiedOrderBook(
        symbol=symbol,
        bids=_levels(answer["bids"], depth),
        asks=_levels(answer["asks"], depth),
        event_time_ms=int(answer.get("E", 0)),
        sequence=int(answer["lastUpdateId"]),
    )


def to_ticker(quote: Mapping[str, Any], last: Mapping[str, Any], premium: Mapping[str, Any]) -> UnifiedTicker:
    """Answers of `ticker/bookTicker`, `ticker/price` and `premiumIndex`."""
    return UnifiedTicker(
        symbol=str(quote["symbol"]),
        last_price=Decimal(str(last["price"])),
        best_bid=Decimal(str(quote["bidPrice"])),
        best_ask=Decimal(str(quote["askPrice"])),
        event_time_ms=int(quote["time"]),
        mark_price=Decimal(str(premium["markPrice"])),
        index_price=Decimal(str(premium["indexPrice"])),
    )


def to_funding_rates(symbol: str, rows: Sequence[Mapping[str, Any]]) -> tuple[UnifiedFundingRate, ...]:
    """Rows of `fundingRate`. The interval is the time since the row before, for the first to the next."""
    times = [int(row["fundingTime"]) for row in rows]
    found = []
    for index, row in enumerate(rows):
        earlier = max(0, index - 1)
        gap_ms = times[earlier + 1] - times[earlier] if len(times) > 1 else _EIGHT_HOURS_MS
        mark = str(row.get("markPrice") or "")
        found.append(
            UnifiedFundingRate(
                symbol=symbol,
                rate=float(row["fundingRate"]),
                funding_time_ms=times[index],
                interval_ms=round(gap_ms / 60_000) * 60_000,
                mark_price=Decimal(mark) if mark else None,
            )
        )
    return tuple(found)


def _is_ours(row: Mapping[str, Any]) -> bool:
    return (
        row.get("contractType") == "PERPETUAL"
        and row.get("quoteAsset") == "USDT"
        and row.get("underlyingType", "COIN") == "COIN"
        and row.get("status", "TRADING") == "TRADING"
    )


def _instrument(row: Mapping[str, Any]) -> UnifiedInstrument | None:
    filters = {each["filterType"]: each for each in row.get("filters", ())}
    if not {"PRICE_FILTER", "LOT_SIZE"} <= set(filters):
        return None
    margin = Decimal(str(row.get("maintMarginPercent", "2.5"))) / 100
    first = Decimal(str(row.get("requiredMarginPercent", "5.0"))) / 100
    return UnifiedInstrument(
        symbol=str(row["symbol"]),
        venue="binance",
        native_symbol=str(row["symbol"]),
        tick_size=Decimal(str(filters["PRICE_FILTER"]["tickSize"])),
        quantity_step=Decimal(str(filters["LOT_SIZE"]["stepSize"])),
        min_quantity=Decimal(str(filters["LOT_SIZE"]["minQty"])),
        min_notional=Decimal(str(filters.get("MIN_NOTIONAL", {}).get("notional", "5"))),
        maker_fee_rate=_MAKER,
        taker_fee_rate=_TAKER,
        liquidation_fee_rate=Decimal(str(row.get("liquidationFee", "0.0125"))),
        # Replaced by the account's brackets where they can be asked for.
        margin_tiers=(MarginTier(Decimal(0), margin, max(1, int(1 / first))),),
    )


def _levels(rows: Sequence[Sequence[Any]], depth: int) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((Decimal(str(row[0])), Decimal(str(row[1]))) for row in rows[:depth])
