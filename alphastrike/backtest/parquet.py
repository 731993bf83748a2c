"""Run records as Parquet, in the columns other programs rely on.

Text is dictionary-encoded, a number that is not finite is null, and the bytes depend on the
records alone. Rows go out in groups, so memory stays bounded.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.result import Records, RunResult
from alphastrike.domain.outcomes import Code, Reason

_ROW_GROUP = 262_144
_COMPRESSION_LEVEL = 1

_Columns = dict[str, Any]


def write_fills(result: RunResult, path: Path) -> None:
    """`quantity` in base units > 0, `position_after` signed, money in quote."""
    symbols, instruments = result.history.symbols, result.instruments

    def columns(rows: Records) -> _Columns:
        return {
            "ts_ms": rows["ts_ms"],
            "symbol": _text(rows["symbol"], symbols),
            "side": _text(rows["side"] < 0, ("BUY", "SELL")),
            "quantity": base_quantity(rows["lots"], rows["symbol"], instruments),
            "price": rows["price"],
            "fee": rows["fee"],
            "liquidity": _text(rows["is_maker"] != 0, ("taker", "maker")),
            "order_id": rows["order_id"],
            "client_order_id": _client_order_ids(rows, result),
            "reason": _enum_text(rows["reason"], {reason.value: reason.label for reason in Reason}),
            "position_after": base_quantity(rows["position_after"], rows["symbol"], instruments),
            "slippage": rows["slippage"],
            "realized": rows["realized"],
            "is_liquidation": rows["is_liquidation"] != 0,
        }

    _write(result.fills, columns, path)


def write_funding(result: RunResult, path: Path) -> None:
    """`position` signed base units at the instant, `payment` in quote, positive received."""

    def columns(rows: Records) -> _Columns:
        return {
            "ts_ms": rows["ts_ms"],
            "symbol": _text(rows["symbol"], result.history.symbols),
            "rate": rows["rate"],
            "mark_price": rows["mark_price"],
            "position": base_quantity(rows["lots"], rows["symbol"], result.instruments),
            "payment": rows["payment"],
        }

    _write(result.funding, columns, path)


def write_equity(result: RunResult, path: Path) -> None:
    """The account at each bar's close; `drawdown` is a fraction of the peak."""
    first = ("ts_ms", "equity", "cash", "unrealized_pnl", "drawdown", "leverage", "gross_notional")
    others = tuple(name for name in result.equity.dtype.names or () if name not in first)

    def columns(rows: Records) -> _Columns:
        return {name: rows[name] for name in (*first, *others)}

    _write(result.equity, columns, path)


def write_decisions(result: RunResult, path: Path) -> None:
    """What each symbol's bar came to: `outcome` passed, hold, ordered or halted.

    `stage` is null unless halted; `observed` and `limit` are in the unit of the rule named by `code`.
    """
    labels = {code.value: code.label for code in Code}
    stages = {code.value: code.stage.name.lower() for code in Code if code.stage is not None}
    outcomes = {code.value: "halted" if code.stage else code.label for code in Code}

    def columns(rows: Records) -> _Columns:
        return {
            "ts_ms": rows["ts_ms"],
            "symbol": _text(rows["symbol"], result.history.symbols),
            "regime": _text(rows["regime"], result.regimes),
            "forecast": rows["forecast"],
            "conviction": rows["conviction"],
            "leverage": rows["leverage"],
            "target_notional": rows["target_notional"],
            "outcome": _enum_text(rows["code"], outcomes),
            "stage": _enum_text(rows["code"], stages),
            "code": _enum_text(rows["code"], labels),
            "observed": rows["observed"],
            "limit": rows["limit"],
            "size_cut": rows["size_cut"],
        }

    _write(result.decisions, columns, path)


def write_signals(result: RunResult, path: Path) -> None:
    """Each signal's word and what it weighed; no rows for a strategy without signals."""
    catalogue = result.catalogue
    kinds = tuple(dict.fromkeys(catalogue.categories))
    kind_of = np.array([kinds.index(kind) for kind in catalogue.categories], dtype=np.int32)

    def columns(rows: Records) -> _Columns:
        category = kind_of[rows["signal"]] if kind_of.size else rows["signal"]
        return {
            "ts_ms": rows["ts_ms"],
            "symbol": _text(rows["symbol"], result.history.symbols),
            "signal": _text(rows["signal"], catalogue.names),
            "category": _text(category, kinds),
            "value": rows["value"],
            "weight": rows["weight"],
            "accuracy": rows["accuracy"],
            "samples": rows["samples"],
            "state": _text(rows["state"], catalogue.states),
            "alert": rows["alert"] == 1,
        }

    _write(result.signals, columns, path)


def _write(records: NDArray[Any], columns: Callable[[Records], _Columns], path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when a run is written
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    def table(rows: Records) -> Any:
        arrays = {name: _array(column) for name, column in columns(rows).items()}
        return pa.table(arrays)

    schema = table(records[:0]).schema
    encoded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=_COMPRESSION_LEVEL, use_dictionary=encoded
    ) as writer:
        for start in range(0, len(records), _ROW_GROUP):
            writer.write_table(table(records[start : start + _ROW_GROUP]), row_group_size=_ROW_GROUP)


def _array(column: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when a run is written

    if not isinstance(column, np.ndarray):
        return column
    if column.dtype.kind != "f":
        return pa.array(column)
    missing = ~np.isfinite(column)
    return pa.array(column, mask=missing) if missing.any() else pa.array(column)


def _text(index: NDArray[Any], names: tuple[str, ...]) -> Any:
    """Names by index as a dictionary-encoded column; an index outside them is null."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when a run is written

    codes = index.astype(np.int32)
    outside = (codes < 0) | (codes >= len(names))
    keys = pa.array(codes, mask=outside) if outside.any() else pa.array(codes)
    return pa.DictionaryArray.from_arrays(keys, pa.array(names, pa.string()))


def _enum_text(values: NDArray[Any], labels: dict[int, str]) -> Any:
    names = tuple(dict.fromkeys(labels.values()))
    position = np.full(1000, -1, dtype=np.int32)
    for value, label in labels.items():
        position[value] = names.index(label)
    return _text(position[values], names)


def _client_order_ids(rows: Records, result: RunResult) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when a run is written
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    symbol = _text(rows["symbol"], result.history.symbols).cast(pa.string())
    number = pa.array(rows["order_id"]).cast(pa.string())
    return pc.binary_join_element_wise(result.provenance.run_id, symbol, number, "-")
