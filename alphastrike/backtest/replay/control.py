"""The control: a branch replayed with its own intervention must be the recorded run, number for number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.replay.folder import EQUITY_KEPT, FILLS_KEPT, Columns, RecordedPath
from alphastrike.backtest.result import Records
from alphastrike.domain.instruments import UnifiedInstrument


def path_of(equity: Records, fills: Records, instruments: tuple[UnifiedInstrument, ...]) -> RecordedPath:
    """The records of a run or a branch in the form its files have."""
    names = np.array([instrument.symbol for instrument in instruments], dtype=object)
    told: dict[str, NDArray[Any]] = {
        "symbol": names[fills["symbol"]],
        "side": np.where(fills["side"] > 0, "BUY", "SELL").astype(object),
        "quantity": base_quantity(fills["lots"], fills["symbol"], instruments),
        "position_after": base_quantity(fills["position_after"], fills["symbol"], instruments),
    }
    return RecordedPath(
        {name: equity[name] for name in EQUITY_KEPT},
        {name: told[name] if name in told else fills[name] for name in FILLS_KEPT},
    )


def difference(recorded: RecordedPath, replayed: RecordedPath, after_ms: int, until_ms: int) -> str | None:
    """The first thing in (`after_ms`, `until_ms`] that is not the same, None when everything is."""
    for kind in ("equity", "fills"):
        mine = _between(getattr(recorded, kind), after_ms, until_ms)
        other = _between(getattr(replayed, kind), after_ms, until_ms)
        found = _first_difference(kind, mine, other)
        if found is not None:
            return found
    return None


def _between(columns: Columns, after_ms: int, until_ms: int) -> Columns:
    times = columns["ts_ms"]
    inside = (times > after_ms) & (times <= until_ms)
    return {name: values[inside] for name, values in columns.items()}


def _first_difference(kind: str, recorded: Columns, replayed: Columns) -> str | None:
    rows = len(recorded["ts_ms"]), len(replayed["ts_ms"])
    shared = min(rows)
    for name, values in recorded.items():
        wrong = np.flatnonzero(~_same(values[:shared], replayed[name][:shared]))
        if wrong.size:
            row = int(wrong[0])
            return (
                f"{kind}.{name} at {recorded['ts_ms'][row]} ms: recorded {values[row]}, "
                f"replayed {replayed[name][row]}"
            )
    if rows[0] != rows[1]:
        return f"{kind}: recorded {rows[0]} rows, replayed {rows[1]}"
    return None


def _same(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    if left.dtype.kind == "f":
        return np.asarray((left == right) | (np.isnan(left) & ~np.isfinite(right)))
    return np.asarray(left == right)
