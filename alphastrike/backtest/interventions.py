"""The circuit breaker's part of a run folder: every judged call, every review and where it started."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alphastrike.backtest.result import RunResult

Row = dict[str, Any]

_TEXT, _WHOLE, _NUMBER, _BYTES = "string", "int64", "float64", "binary"

# One row a judged call; a review without a call has none here, and its row in `reviews`.
INTERVENTIONS = {
    "ts_ms": _WHOLE,
    "symbol": _TEXT,
    "tool": _TEXT,
    "params": _TEXT,
    "reason": _TEXT,
    "trace_id": _TEXT,
    "outcome": _TEXT,
    "expires_ms": _WHOLE,
    "code": _TEXT,
    "observed": _NUMBER,
    "limit": _NUMBER,
    "value": _NUMBER,
    "intervention_id": _TEXT,
    "review_id": _TEXT,
    "asked_ms": _WHOLE,
    "triggers": _TEXT,
    "source": _TEXT,
    "cause": _TEXT,
    "latency_ms": _WHOLE,
}
# `desk`, `venue`, `rates_cursor` and `breaker` are the account at the end of the bar that asked;
# `layout` says how to read them.
REVIEWS = {
    "ts_ms": _WHOLE,
    "review_id": _TEXT,
    "answered_ms": _WHOLE,
    "trace_id": _TEXT,
    "triggers": _TEXT,
    "report_sha256": _TEXT,
    "report": _TEXT,
    "source": _TEXT,
    "cause": _TEXT,
    "latency_ms": _WHOLE,
    "calls": _TEXT,
    "details": _TEXT,
    "before": _TEXT,
    "after": _TEXT,
    "snapshot_id": _TEXT,
    "desk": _BYTES,
    "venue": _BYTES,
    "rates_cursor": _BYTES,
    "breaker": _BYTES,
    "layout": _TEXT,
}


def write_interventions(result: RunResult, path: Path) -> None:
    """One row a judged call."""
    _write(result.interventions, INTERVENTIONS, path)


def write_reviews(result: RunResult, path: Path) -> None:
    """One row a review."""
    _write(result.reviews, REVIEWS, path)


def breaker_summary(result: RunResult) -> Row | None:
    """Counts for `summary.json`; None in a run without a breaker. Counts of validity, not of judgement."""
    if result.breaker is None:
        return None
    calls = result.interventions
    return {
        "advisor": result.breaker,
        "reviews": len(result.reviews),
        "triggers": _counts(fired for row in result.reviews for fired in row["triggers"].split()),
        "sources": _counts(row["source"] for row in result.reviews),
        "causes": _counts(row["cause"] for row in result.reviews if row["cause"]),
        "calls": len(calls),
        "outcomes": _counts(row["outcome"] for row in calls),
        "codes": _counts(row["code"] for row in calls if row["outcome"] == "refused"),
        "tools": _counts(row["tool"] for row in calls if row["intervention_id"]),
    }


def _counts(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _write(rows: Sequence[Row], columns: dict[str, str], path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when a run is written
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])
    pq.write_table(pa.Table.from_pylist(list(rows), schema), path, compression="zstd")
