"""Why a symbol did or did not trade at a bar: read back from a run's journal of decisions."""

import difflib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from alphastrike.backtest.formatting import UNKNOWN, moment
from alphastrike.backtest.why_restrained import in_force, intervention_line
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.outcomes import Stage

Row = dict[str, Any]

_NEEDED = {"symbols": list, "start_ms": int, "end_ms": int, "interval_ms": int}
_NUMBERS = ("regime", "forecast", "conviction", "leverage", "target_notional", "size_cut")
_SIGNAL_ROWS = 500  # far more than there are signals: each one's latest row is among them


@dataclass(frozen=True, slots=True)
class StageVerdict:
    """What one stage said: passed, halted or not_reached.

    `code`, `observed` and `limit` are set where it halted; the last two in the rule's own unit.
    """

    number: int
    stage: str
    verdict: str
    code: str | None = None
    observed: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The decision in force for `symbol` at `at_ms`.

    `decided_ms` is the close of the bar whose row was read. `carried` is true when that bar is not
    the last one closed at `at_ms`: nothing had changed since, so no newer row was recorded.
    `forecast` in [-1, 1], `conviction` in [0, 100], `target_notional` in quote, signed; None is
    unknown. `size_cut` is the share of its size that a new position went without, because too many
    features alarmed. `signals` are the latest records of each signal at or before the decision. `risk_state`
    is the breaker's last move by then: state, since_ms, trigger, observed, limit. `interventions`
    are the circuit breaker's that held then.
    """

    symbol: str
    at_ms: int
    decided_ms: int
    carried: bool
    outcome: str
    code: str
    stages: tuple[StageVerdict, ...]
    regime: str | None
    forecast: float | None
    conviction: float | None
    leverage: float | None
    target_notional: float | None
    size_cut: float | None
    signals: tuple[Row, ...]
    risk_state: Row
    interventions: tuple[Row, ...]


def explain(run_folder: Path, at_ms: int, symbol: str) -> Explanation:
    """The decision in force at `at_ms` (UTC ms); `ConfigError` for a symbol or time outside the run."""
    summary = _summary(run_folder)
    _check_symbol(symbol, summary["symbols"], run_folder)
    _check_time(at_ms, summary)
    rows = _last_rows(run_folder / "decisions.parquet", at_ms, symbol)
    if not rows:
        raise DataError(
            f"{run_folder / 'decisions.parquet'}: no row of {symbol} at or before {moment(at_ms)} UTC; "
            "its first candle had not closed yet"
        )
    row = rows[-1]
    return Explanation(
        symbol=symbol,
        at_ms=at_ms,
        decided_ms=row["ts_ms"],
        carried=at_ms - row["ts_ms"] >= summary["interval_ms"],
        outcome=row["outcome"],
        code=row["code"],
        stages=_verdicts(row),
        signals=_signals(run_folder, row["ts_ms"], symbol),
        risk_state=_risk_state(run_folder / "risk_states.parquet", row["ts_ms"]),
        interventions=in_force(run_folder, row["ts_ms"], symbol),
        **{name: row[name] for name in _NUMBERS},
    )


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The explanation for machines, ready for JSON."""
    return asdict(explanation)


def render_lines(explanation: Explanation) -> tuple[str, ...]:
    """The explanation for people, one line an item."""
    e = explanation
    head = f"{e.symbol} at {moment(e.at_ms)} UTC: {e.outcome}"
    lines = [
        head + (f" ({e.code})" if e.code != e.outcome else ""),
        f"Bar closed {moment(e.decided_ms)} UTC.",
    ]
    if e.carried:
        lines.append("No newer row: the verdict had not changed since; the numbers are that bar's.")
    lines.append("")
    lines += [_verdict_line(verdict) for verdict in e.stages]
    lines.append("")
    numbers = (
        ("regime", e.regime or UNKNOWN),
        ("forecast", _number(e.forecast)),
        ("conviction", _number(e.conviction)),
        ("leverage", _number(e.leverage)),
        ("target notional", _number(e.target_notional)),
        ("size withheld", _number(e.size_cut)),
        ("breaker", e.risk_state["state"]),
    )
    lines += [f"  {name:<16} {value:>14}" for name, value in numbers]
    if e.risk_state["trigger"] is not None:
        state = e.risk_state
        lines.append(
            f"  since {moment(state['since_ms'])} UTC because of {state['trigger']}: "
            f"observed {_number(state['observed'])}, limit {_number(state['limit'])}"
        )
    if e.signals:
        lines += ["", f"  {'signal':<24} {'value':>9} {'weight':>9} {'accuracy':>9}  state"]
        lines += [_signal_line(row) for row in e.signals]
    lines += ["", *(intervention_line(row) for row in e.interventions)] if e.interventions else []
    return tuple(lines)


def _verdicts(row: Row) -> tuple[StageVerdict, ...]:
    halted_at = Stage[row["stage"].upper()].value if row["stage"] else None
    verdicts = []
    for stage in Stage:
        name = stage.name.lower()
        if halted_at is None or stage.value < halted_at:
            verdicts.append(StageVerdict(stage.value, name, "passed"))
        elif stage.value == halted_at:
            verdicts.append(
                StageVerdict(stage.value, name, "halted", row["code"], row["observed"], row["limit"])
            )
        else:
            verdicts.append(StageVerdict(stage.value, name, "not_reached"))
    return tuple(verdicts)


def _verdict_line(verdict: StageVerdict) -> str:
    text = f"  {verdict.number} {verdict.stage:<11} {verdict.verdict.replace('_', ' ')}"
    if verdict.code is None:
        return text
    return f"{text}: {verdict.code}, observed {_number(verdict.observed)}, limit {_number(verdict.limit)}"


def _signal_line(row: Row) -> str:
    cells = " ".join(f"{_number(row[name]):>9}" for name in ("value", "weight", "accuracy"))
    return f"  {row['signal']:<24} {cells}  {row['state'] or UNKNOWN}"


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.6g}"


def _summary(run_folder: Path) -> dict[str, Any]:
    path = run_folder / "summary.json"
    if not path.is_file():
        raise ConfigError(f"{run_folder}: no summary.json there; allowed: the folder of a finished run")
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not readable as JSON ({error}); run the backtest again") from None
    for name, kind in _NEEDED.items():
        found = summary.get(name) if isinstance(summary, dict) else None
        if not isinstance(found, kind):
            raise DataError(f"{path}: {name}: observed {found!r}; allowed: a summary a backtest wrote")
    return dict(summary)


def _check_symbol(symbol: str, symbols: list[str], run_folder: Path) -> None:
    if symbol in symbols:
        return
    near = difflib.get_close_matches(symbol.upper(), symbols, n=3, cutoff=0.5) or symbols[:5]
    raise ConfigError(f"--symbol: observed {symbol!r}, not in {run_folder}; nearest: {', '.join(near)}")


def _check_time(at_ms: int, summary: dict[str, Any]) -> None:
    start, end = summary["start_ms"], summary["end_ms"]
    if start is None or not start <= at_ms <= end + summary["interval_ms"]:
        raise ConfigError(
            f"--at: observed {moment(at_ms)} UTC, allowed {moment(start)} to {moment(end)} UTC, "
            "the time the run covers"
        )


def _last_rows(path: Path, at_ms: int, symbol: str, enough: int = 1) -> list[Row]:
    """Latest rows of a symbol at or before a time, oldest first: row groups are read from the back."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when reading

    if not path.is_file():
        raise DataError(f"{path}: no such file; run the backtest again")
    try:
        return _rows_from_the_back(path, at_ms, symbol, enough)
    except (pa.ArrowException, KeyError) as error:
        raise DataError(f"{path}: not what a backtest wrote ({error}); run the backtest again") from None


def _rows_from_the_back(path: Path, at_ms: int, symbol: str, enough: int) -> list[Row]:
    import pyarrow.compute as pc  # noqa: PLC0415 - slow to import, needed only when reading
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    found: list[Row] = []
    with pq.ParquetFile(path) as file:
        if file.schema_arrow.names[:2] != ["ts_ms", "symbol"]:
            raise KeyError(f"columns {', '.join(file.schema_arrow.names[:2])}")
        for group in reversed(range(file.num_row_groups)):
            statistics = file.metadata.row_group(group).column(0).statistics
            if statistics is not None and statistics.has_min_max and statistics.min > at_ms:
                continue
            table = file.read_row_group(group)
            wanted = pc.and_(
                pc.less_equal(table["ts_ms"], at_ms), pc.equal(table["symbol"].cast("string"), symbol)
            )
            table = table.filter(wanted)
            found = table.slice(max(0, table.num_rows - (enough - len(found)))).to_pylist() + found
            if len(found) >= enough:
                break
    return found


def _risk_state(path: Path, decided_ms: int) -> Row:
    """The breaker's state at a time; it starts NORMAL, and so does a run that never recorded one."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only when reading
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    nothing = {"state": "normal", "since_ms": None, "trigger": None, "observed": None, "limit": None}
    if not path.is_file():
        return nothing
    try:
        rows = [row for row in pq.read_table(path).to_pylist() if row["ts_ms"] <= decided_ms]
    except (pa.ArrowException, KeyError) as error:
        raise DataError(f"{path}: not what a backtest wrote ({error}); run the backtest again") from None
    if not rows:
        return nothing
    last = rows[-1]
    kept = {name: last[name] for name in ("trigger", "observed", "limit")}
    return {"state": last["after"], "since_ms": last["ts_ms"], **kept}


def _signals(run_folder: Path, decided_ms: int, symbol: str) -> tuple[Row, ...]:
    path = run_folder / "signals.parquet"
    rows = _last_rows(path, decided_ms, symbol, enough=_SIGNAL_ROWS)
    return tuple({row["signal"]: row for row in rows}.values())
