"""What a file holds, as read and before any judgement: the values readers hand on."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from alphastrike.domain.blocks import Floats, Integers

CANDLE_COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
"""Columns a run needs; the last one may be absent."""

STORE_COLUMNS = (*CANDLE_COLUMNS[:5], "quote_volume", "trades", "taker_buy_volume")
"""Columns the store keeps, in the order of its files; the last three may be absent."""


class Kind(Enum):
    """What the rows of a file are."""

    CANDLES = "candles"
    FUNDING = "funding"
    MARK = "mark"
    INDEX = "index"
    SERIES = "series"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What a file says about itself by metadata, name and folder; None where it does not say.

    `symbol` is in the house spelling. `market` is "perp" or "spot".
    """

    kind: Kind
    symbol: str | None = None
    venue: str | None = None
    interval_ms: int | None = None
    market: str | None = None

    def filled_from(self, other: "FileIdentity") -> "FileIdentity":
        """This identity with what it does not say taken from another; the kind stays."""
        return FileIdentity(
            kind=self.kind,
            symbol=self.symbol or other.symbol,
            venue=self.venue or other.venue,
            interval_ms=self.interval_ms or other.interval_ms,
            market=self.market or other.market,
        )


@dataclass(frozen=True, slots=True)
class CandleTable:
    """Candles of one file, in file order. Absent optional columns are missing from `columns`."""

    path: Path
    identity: FileIdentity
    open_time_ms: Integers
    columns: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class FundingTable:
    """Funding rates of one file, in file order."""

    path: Path
    identity: FileIdentity
    ts_ms: Integers
    rate: Floats
