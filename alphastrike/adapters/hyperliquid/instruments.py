"""What the venue lists: asset numbers, steps and margin tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.precision import MIN_NOTIONAL, PRICE_DECIMALS, price_step
from alphastrike.adapters.hyperliquid.symbols import to_symbol
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument

Native = Mapping[str, Any]

# The base tier of the venue's fee schedule; an account's own rates come from `userFees`.
MAKER_FEE_RATE = Decimal("0.00015")
TAKER_FEE_RATE = Decimal("0.00045")
_FIRST_TABLE = 50


@dataclass(frozen=True, slots=True)
class Asset:
    """A perpetual of the venue's own market. `index` is its number in orders."""

    index: int
    coin: str
    symbol: str
    size_decimals: int
    max_leverage: int
    margin_tiers: tuple[MarginTier, ...]
    only_isolated: bool = False
    mark_price: Decimal | None = None

    @property
    def tick_size(self) -> Decimal:
        """The price step at the mark price of the listing; the finest there is before one is known."""
        if self.mark_price is None:
            return Decimal(1).scaleb(self.size_decimals - PRICE_DECIMALS)
        return price_step(self.mark_price, self.size_decimals)


def to_assets(meta: Native, contexts: Sequence[Native] = ()) -> dict[str, Asset]:
    """What can be traded, by symbol. Delisted and unnameable assets are left out, numbers stay.

    `contexts` are the prices that go with the listing, in its order.
    """
    marks = [str(context.get("markPx") or "") for context in contexts]
    tables = {int(number): table["marginTiers"] for number, table in meta.get("marginTables") or ()}
    assets: dict[str, Asset] = {}
    for index, entry in enumerate(meta["universe"]):
        symbol = to_symbol(entry["name"])
        if symbol is None or entry.get("isDelisted"):
            continue
        assets[symbol] = Asset(
            index=index,
            coin=entry["name"],
            symbol=symbol,
            size_decimals=int(entry["szDecimals"]),
            max_leverage=int(entry["maxLeverage"]),
            margin_tiers=_tiers(entry, tables),
            only_isolated=bool(entry.get("onlyIsolated")),
            mark_price=Decimal(marks[index]) if index < len(marks) and marks[index] else None,
        )
    return assets


def to_instrument(asset: Asset, fees: Native | None = None) -> UnifiedInstrument:
    """An asset as every room knows it; `fees` is the account's `userFees`, else the base tier."""
    maker, taker = _fee_rates(fees)
    step = Decimal(1).scaleb(-asset.size_decimals)
    return UnifiedInstrument(
        symbol=asset.symbol,
        venue="hyperliquid",
        native_symbol=asset.coin,
        tick_size=asset.tick_size,
        quantity_step=step,
        min_quantity=step,
        min_notional=MIN_NOTIONAL,
        maker_fee_rate=maker,
        taker_fee_rate=taker,
        liquidation_fee_rate=Decimal(0),
        margin_tiers=asset.margin_tiers,
        quote_asset="USDC",
    )


def to_instruments(assets: Mapping[str, Asset], fees: Native | None) -> list[UnifiedInstrument]:
    """Every asset that has a mark price, sorted by symbol."""
    return [to_instrument(assets[symbol], fees) for symbol in sorted(assets) if assets[symbol].mark_price]


def _tiers(entry: Native, tables: Mapping[int, Any]) -> tuple[MarginTier, ...]:
    """Half the initial margin at a tier's highest leverage; a table number below 50 is that leverage."""
    number = int(entry.get("marginTableId") or 0)
    flat = number if 0 < number < _FIRST_TABLE else int(entry["maxLeverage"])
    rows = tables.get(number, [{"lowerBound": "0", "maxLeverage": flat}])
    return tuple(
        MarginTier(
            floor_notional=Decimal(row["lowerBound"]),
            maintenance_margin_rate=1 / (2 * Decimal(row["maxLeverage"])),
            max_leverage=int(row["maxLeverage"]),
        )
        for row in rows
    )


def _fee_rates(fees: Native | None) -> tuple[Decimal, Decimal]:
    if fees is None:
        return MAKER_FEE_RATE, TAKER_FEE_RATE
    return Decimal(fees["userAddRate"]), Decimal(fees["userCrossRate"])
