"""Which interventions of the circuit breaker held a symbol at a time."""

from pathlib import Path
from typing import Any

from alphastrike.backtest.formatting import moment
from alphastrike.domain.errors import DataError

Row = dict[str, Any]
_SHOWN = ("ts_ms", "symbol", "tool", "value", "expires_ms", "reason", "source", "cause", "triggers")


def in_force(run_folder: Path, at_ms: int, symbol: str) -> tuple[Row, ...]:
    """Interventions on the symbol or the account that held at `at_ms`; none in a folder without the table."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when reading
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    path = run_folder / "interventions.parquet"
    if not path.is_file():
        return ()
    try:
        rows = pq.read_table(path).to_pylist()
    except pa.ArrowException as error:
        raise DataError(f"{path}: not what a backtest wrote ({error}); run the backtest again") from None
    return tuple(
        {name: row[name] for name in _SHOWN}
        for row in rows
        if row.get("intervention_id")
        and row["symbol"] in {"", symbol}
        and row["ts_ms"] <= at_ms < row["expires_ms"]
    )


def intervention_line(row: Row) -> str:
    """One intervention for people; its reason is a model's words, shown as text and nothing else."""
    what = f"{row['tool']} {row['value']:g}" if row["value"] else row["tool"]
    who = f"{row['source']} ({row['cause']})" if row["cause"] else row["source"]
    return f"  restrained by {what} until {moment(row['expires_ms'])} UTC, from {who}: {row['reason']!r}"
