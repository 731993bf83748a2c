"""What the trace commands show: plain values, read from the store of a configuration."""

import json
from typing import Any

from alphastrike.app.trace_store import open_store
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.traces.config import TracesConfig
from alphastrike.traces.gate import BANNER
from alphastrike.traces.lossless import plain

Row = dict[str, Any]
__all__ = ["TracesConfig", "listed", "pruned", "shown", "status_of", "verified"]
_LISTED = ("trace_id", "cursor_ms", "advisor", "cause", "triggers", "latency_ms", "outcome_version")
_JSON = ("report", "details", "calls", "judgements", "state_before", "state_after", "outcome")


def status_of(settings: TracesConfig) -> tuple[Row, str]:
    """Whether anything is recorded, where, and how much is there; and the banner when it should be shown."""
    is_open = settings.enabled and settings.acknowledged_terms
    found: Row = {
        "recording": is_open,
        "enabled": settings.enabled,
        "acknowledged_terms": settings.acknowledged_terms,
        "place": settings.url or str(settings.path),
        "retention_days": settings.retention_days,
        "traces": 0,
        "events": 0,
        "labelled": 0,
    }
    if settings.url or settings.path.is_file():
        store = open_store(settings)
        found |= store.status()
        store.close()
    return found, BANNER if settings.enabled and not is_open else ""


def listed(settings: TracesConfig, limit: int, run_id: str | None) -> list[Row]:
    """Traces in short, the newest recording first."""
    store = _there(settings)
    rows = store.traces(limit=limit, run_id=run_id)
    store.close()
    return [{name: row[name] for name in _LISTED} for row in rows]


def shown(settings: TracesConfig, trace_id: str) -> Row:
    """One trace with its events, in JSON's own types."""
    store = _there(settings)
    try:
        found = store.trace(trace_id)
    finally:
        store.close()
    for name in _JSON:
        found[name] = _read(found[name])
    view: Row = plain(found)
    return view


def pruned(settings: TracesConfig, days: int | None, now_ms: int, *, dry_run: bool) -> Row:
    """Remove, or only count, what is older than the retention."""
    from alphastrike.traces.store import cutoff_ms  # noqa: PLC0415 - an extra

    kept_days = days or settings.retention_days
    if kept_days == 0:
        raise ConfigError(
            "traces prune: traces.retention_days is 0, which keeps everything; give --days, or set the key"
        )
    store = _there(settings)
    count = store.prune(cutoff_ms(now_ms, kept_days), dry_run=dry_run)
    store.close()
    return {"removed": 0 if dry_run else count, "found": count, "days": kept_days}


def verified(settings: TracesConfig) -> Row:
    """Every trace held against its seal: how many are sealed, and what is wrong with which."""
    store = _there(settings)
    found = store.verified()
    store.close()
    problems = [
        {"trace_id": name, "attempt": attempt, "what": what} for name, attempt, what in found.problems
    ]
    return {"sealed": found.sealed, "unsealed": found.unsealed, "problems": problems}


def _there(settings: TracesConfig) -> Any:
    """The store that is there; asking about one does not create it."""
    if not settings.url and not settings.path.is_file():
        raise DataError(
            f"traces: nothing at {settings.path}; `alphastrike traces status` says what is recorded"
        )
    return open_store(settings)


def _read(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text
