"""The books checked from the outside: equity from fills, funding and closes alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.metrics.buy_and_hold import carried_forward
from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.errors import DataError

Columns = Mapping[str, NDArray[Any]]


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """Columns of a Parquet artefact as arrays; text as objects, missing numbers as NaN."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, needed only when reading

    if not path.is_file():
        raise DataError(f"{path}: no such file; allowed: an artefact of a finished run")
    table = pq.read_table(path)
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}


def recompute_equity(
    fills: Columns, funding: Columns, closes: CandleHistory, initial_equity: float
) -> Floats:
    """Equity at every close of `closes`, shape (bars,), knowing nothing of how the run was made.

    Cash is the initial equity less what was bought, plus what was sold, less fees, plus funding;
    equity is cash plus positions at the last known close. `fills` and `funding` have the columns
    of `fills.parquet` and `funding.parquet`. Rows count from the bar that contains them.
    """
    close_ms = closes.open_time_ms + closes.interval_ms - 1
    signed = np.where(fills["side"] == "BUY", fills["quantity"], -fills["quantity"])
    cash = np.full(close_ms.size, initial_equity)
    cash += _running_sum(fills["ts_ms"], -signed * fills["price"] - fills["fee"], close_ms)
    cash += _running_sum(funding["ts_ms"], funding["payment"], close_ms)
    for row, symbol in enumerate(closes.symbols):
        own = fills["symbol"] == symbol
        if own.any():
            position = _running_sum(fills["ts_ms"][own], signed[own], close_ms)
            price = carried_forward(closes.close[row], 0.0)
            cash += position * price
    return cash


def _running_sum(ts_ms: NDArray[Any], amount: Floats, at_ms: NDArray[np.int64]) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(amount)))
    return total[np.searchsorted(ts_ms, at_ms, side="right")]
