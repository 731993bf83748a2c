"""Rows of a trace store for tests."""

from typing import Any


def a_trace(trace_id: str = "run-r000001", **columns: Any) -> dict[str, Any]:
    """A whole trace, as the tee is given it."""
    return {
        "trace_id": trace_id,
        "run_id": "run",
        "review_id": trace_id.rpartition("-")[2],
        "cursor_ms": 1_704_074_399_999,
        "triggers": "SOLUSDT:losing_streak",
        "report": "{}",
        "report_sha256": "ab" * 32,
        "advisor": "ollama",
        "cause": "",
        "model": "qwen2.5:1.5b",
        "digest": "sha256:1",
        "protocol": "format",
        "details": "{}",
        "calls": "[]",
        "judgements": "[]",
        "state_before": "{}",
        "state_after": "{}",
        "snapshot_id": trace_id,
        "latency_ms": 1_234,
        "software": "0.1.0",
        "outcome": None,
        "outcome_version": None,
        "episode_id": None,
        "propensity": None,
    } | columns


def a_stored_trace(
    trace_id: str = "run-r000001", *, attempt: int = 1, recorded_ms: int = 5, **columns: Any
) -> Any:
    """The same, as the store is given it."""
    return a_trace(trace_id, **columns) | {"attempt": attempt, "recorded_ms": recorded_ms}


def a_stored_event(trace_id: str = "run-r000001", seq: int = 1, payload: str = "{}", **columns: Any) -> Any:
    """One event, as the store is given it."""
    return {
        "trace_id": trace_id,
        "attempt": 1,
        "seq": seq,
        "kind": "message",
        "recorded_ms": 5,
        "payload": payload,
    } | columns
