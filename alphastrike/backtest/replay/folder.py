"""A finished run read back for replay: its configuration, its reviews, and the path it took."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.errors import ConfigError, DataError

Row = dict[str, Any]
Columns = Mapping[str, NDArray[Any]]

EQUITY_KEPT = ("ts_ms", "equity", "cash", "unrealized_pnl", "drawdown", "leverage", "gross_notional")
FILLS_KEPT = ("ts_ms", "symbol", "side", "quantity", "price", "fee", "order_id", "position_after")


@dataclass(frozen=True, slots=True)
class RecordedPath:
    """Equity at every close and every fill, as the run's files have them; columns of equal length."""

    equity: Columns
    fills: Columns


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What a replay reads of a run folder. `reviews` are in order of time."""

    place: Path
    summary: Row
    config_toml: str
    reviews: tuple[Row, ...]
    calls: tuple[Row, ...]
    path: RecordedPath


def read_run(place: Path) -> RunFolder:
    """Read a run folder; `ConfigError` when it is none, `DataError` when a file of it cannot be read."""
    try:
        summary = json.loads((place / "summary.json").read_text(encoding="utf-8"))
        config = (place / "config.toml").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        name = Path(str(error.filename)).name
        raise ConfigError(
            f"{place}: no run folder ({name} is missing); allowed: a folder `alphastrike backtest` wrote"
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{place}: summary.json or config.toml cannot be read: {error}") from None
    return RunFolder(
        place=place,
        summary=summary,
        config_toml=config,
        reviews=_reviews(place),
        calls=tuple(_table(place / "interventions.parquet").to_pylist()),
        path=RecordedPath(
            _columns(place / "equity.parquet", EQUITY_KEPT), _columns(place / "fills.parquet", FILLS_KEPT)
        ),
    )


def _reviews(place: Path) -> tuple[Row, ...]:
    rows = _table(place / "reviews.parquet").to_pylist()
    if any("layout" not in row for row in rows):
        raise DataError(
            f"{place}: its snapshots do not say how they are laid out; allowed: a run of this version, "
            "so repeat it: alphastrike backtest --config config.toml"
        )
    return tuple(rows)


def _columns(path: Path, names: tuple[str, ...]) -> Columns:
    table = _table(path)
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise DataError(
            f"{path}: column {missing[0]} is missing; allowed: a file `alphastrike backtest` wrote"
        )
    return {name: _array(table[name]) for name in names}


def _array(column: Any) -> NDArray[Any]:
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    if pa.types.is_dictionary(column.type):
        return np.asarray(column.cast(pa.string()).to_pylist(), dtype=object)
    # A number that was not finite was written as a null.
    values: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return values


def _table(path: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read as Parquet: {error}") from None
