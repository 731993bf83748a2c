"""Parquet: the store's own files, and anyone else's with usual column names."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import interval_ms
from alphastrike.marketdata.arrow_tables import candle_table, funding_table
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.header import resolve
from alphastrike.marketdata.identity import identity_from_name, market_of
from alphastrike.marketdata.symbols import canonical_symbol
from alphastrike.marketdata.tables import CandleTable, FileIdentity, FundingTable, Kind


def detect(path: Path) -> bool:
    """Whether the file starts like Parquet."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def identify(path: Path) -> FileIdentity:
    """Symbol, venue, interval and kind by key-value metadata, else by name and folder."""
    with _opened(path) as file:
        return _identity(path, file)


def read(path: Path, columns: Sequence[str]) -> CandleTable | FundingTable:
    """Read the wanted candle columns, or the funding rates."""
    with _opened(path) as file:
        identity = _identity(path, file)
        header = resolve(file.schema_arrow.names)
        if identity.kind is Kind.FUNDING:
            return funding_table(path, _rows(path, file, None), identity)
        native = {header.columns[name] for name in (*columns, "symbol") if name in header.columns}
        native |= {header.time} if header.time else set()
        table = _rows(path, file, sorted(native) if len(native) > 1 else None)
    return candle_table(path, table, identity, columns)


def _opened(path: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileFault(path, _broken(error)) from None


def _rows(path: Path, file: Any, names: list[str] | None) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    try:
        return file.read(columns=names)
    except (pa.ArrowException, OSError) as error:
        raise FileFault(path, _broken(error)) from None


def _broken(error: Exception) -> Fault:
    return Fault(
        rule="not a readable Parquet file",
        observed=str(error).splitlines()[0][:120],
        allowed="a complete Parquet file",
        advice="download or import the file again: it may be cut off",
    )


def _identity(path: Path, file: Any) -> FileIdentity:
    by_name = identity_from_name(path)
    raw = file.schema_arrow.metadata or {}
    told = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in raw.items()}
    venue = told.get("venue", by_name.venue)
    symbol = canonical_symbol(told["symbol"], venue) if "symbol" in told else by_name.symbol
    return dataclasses.replace(
        by_name,
        kind=_kind(told.get("kind"), file.schema_arrow.names),
        symbol=symbol,
        venue=venue,
        interval_ms=_interval(told.get("interval"), by_name.interval_ms),
        market=told.get("market") or by_name.market or market_of(venue),
    )


def _kind(told: str | None, names: list[str]) -> Kind:
    if told in {kind.value for kind in Kind}:
        return Kind(told)
    header = resolve(names)
    if header.looks_like_funding:
        return Kind.FUNDING
    return Kind.CANDLES if told is None and header.looks_like_candles else Kind.OTHER


def _interval(told: str | None, by_name: int | None) -> int | None:
    if told is None:
        return by_name
    try:
        return interval_ms(told)
    except ConfigError:
        return by_name
