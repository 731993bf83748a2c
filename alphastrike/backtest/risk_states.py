"""The breaker's journal of a run: how long each state lasted and what changed it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.backtest.formatting import moment, number, percent, span
from alphastrike.backtest.parquet import _enum_text as enum_text
from alphastrike.backtest.parquet import _write as write_records
from alphastrike.backtest.result import Records, RunResult
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.risk_states import RiskState, Trigger

_HALTED = RiskState.HALTED.label
_SHOWN = 50  # changes in the summary and the report; the whole journal is in risk_states.parquet


# What a trigger's numbers are; of the rest they are plain.
_SPANS = {trigger.label for trigger in (Trigger.CALM, Trigger.WAITED, Trigger.STALE_DATA)}
_FRACTIONS = (Trigger.DRAWDOWN, Trigger.DAY_LOSS, Trigger.VALIDATION, Trigger.API_ERRORS)
_SHARES = {trigger.label for trigger in (*_FRACTIONS, Trigger.LIQUIDATION_DISTANCE)}
_COUNTS = {t.label for t in (Trigger.LOSS_STREAK, Trigger.RECONCILIATION, Trigger.LIQUIDATION)}

_REASON = ("since_ms", "trigger", "observed", "limit")


@dataclass(frozen=True, slots=True)
class Change:
    """One move of the breaker in words; observed and limit are in the trigger's own unit."""

    ts_ms: int
    before: str
    after: str
    trigger: str
    observed: float
    limit: float


def changes_of(records: Records) -> tuple[Change, ...]:
    """The journal in words."""
    return tuple(
        Change(
            int(row["ts_ms"]),
            RiskState(int(row["before"])).label,
            RiskState(int(row["after"])).label,
            Trigger(int(row["trigger"])).label,
            float(row["observed"]),
            float(row["limit"]),
        )
        for row in records
    )


def risk_states_summary(result: RunResult) -> dict[str, Any]:
    """Number of changes, hours in each state, the state at the end and the latest changes.

    `halted` is since when and why the run ended HALTED, None where it did not.
    """
    changes = changes_of(result.risk_states)
    times = result.history.open_time_ms
    hours = {state.label: 0.0 for state in RiskState}
    at_end = result.risk.get("breaker", {"state": RiskState.NORMAL.label})
    state, since = changes[0].before if changes else at_end["state"], int(times[0]) if times.size else 0
    for change in changes:
        hours[state] += (change.ts_ms - since) / HOUR_MS
        state, since = change.after, change.ts_ms
    if times.size:
        hours[state] += (int(times[-1]) + result.history.interval_ms - since) / HOUR_MS
    latest = [{name: getattr(change, name) for name in Change.__slots__} for change in changes[-_SHOWN:]]
    halted = {name: at_end[name] for name in _REASON} if state == _HALTED else None
    return {"at_end": state, "changes": len(changes), "hours": hours, "halted": halted, "latest": latest}


def change_rows(summary: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The latest changes as text cells: when, from, to, why, observed, limit."""
    return tuple(
        (
            moment(change["ts_ms"]),
            change["before"],
            change["after"],
            change["trigger"],
            _in_words(change["trigger"], change["observed"]),
            _in_words(change["trigger"], change["limit"]),
        )
        for change in summary["latest"]
    )


def _in_words(trigger: str, value: float) -> str:
    if trigger in _SPANS:
        return span(value)
    if trigger in _SHARES:
        return percent(value)
    return number(int(value)) if trigger in _COUNTS else number(value)


def state_note(summary: dict[str, Any]) -> str:
    """One sentence on how long each state lasted."""
    total = sum(summary["hours"].values())
    parts = [
        f"{name} {span(hours * HOUR_MS)} ({percent(hours / total, 1)})"
        for name, hours in summary["hours"].items()
        if hours > 0
    ]
    hidden = summary["changes"] - len(summary["latest"])
    more = f" The {hidden} changes before these are in risk_states.parquet." if hidden else ""
    return f"Time in each state: {', '.join(parts)}.{more}"


def write_risk_states(result: RunResult, path: Path) -> None:
    """Every move of the breaker; `observed` and `limit` are in the unit of the trigger."""
    states = {state.value: state.label for state in RiskState}
    triggers = {trigger.value: trigger.label for trigger in Trigger}

    def columns(rows: Records) -> dict[str, Any]:
        return {
            "ts_ms": rows["ts_ms"],
            "before": enum_text(rows["before"], states),
            "after": enum_text(rows["after"], states),
            "trigger": enum_text(rows["trigger"], triggers),
            "observed": rows["observed"],
            "limit": rows["limit"],
        }

    write_records(result.risk_states, columns, path)
