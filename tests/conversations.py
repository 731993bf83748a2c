"""Whole conversations of a trace store for tests: reports that read, questions as sent, answers as judged."""

import json
from functools import cache
from typing import Any

from alphastrike.app.trace_words import palette_words
from alphastrike.llm.palette import tool_schemas
from tests.breakers import a_review
from tests.traced import a_stored_event, a_stored_trace

DAY_MS = 86_400_000
START_MS = 1_704_067_199_999
CALL = {"tool": "adjust_leverage", "arguments": {"new_leverage": 2, "reason": "drawdown"}}


def a_report(number: int = 0, at_ms: int = START_MS) -> str:
    """A report's JSON; its number and time tell it from others."""
    found = json.loads(_any_report())
    found["at_ms"] = at_ms
    found["account"]["equity"] = 10_000.0 + number
    return json.dumps(found)


@cache
def _any_report() -> str:
    return a_review()[1].report


def a_conversation(
    number: int = 0, *, calls: Any = (CALL,), verdicts: tuple[str, ...] = (), **columns: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One trace and its events: a model asked with tools, that answered with these calls.

    `at_ms`, `report`, `thinking`, `protocol` and any column of the table may be given.
    """
    trace_id = columns.pop("trace_id", f"run-r{number:06d}")
    at_ms = columns.pop("at_ms", START_MS + number * 3 * DAY_MS)
    report = columns.pop("report", None) or a_report(number, at_ms)
    thinking = columns.pop("thinking", "")
    words = verdicts or ("applied",) * len(calls)
    row = a_stored_trace(
        trace_id,
        report=report,
        cursor_ms=at_ms,
        calls=json.dumps(list(calls)),
        judgements=json.dumps([{"outcome": word} for word in words]),
        **({"protocol": "tools"} | columns),
    )
    body = {"model": "qwen2.5:1.5b", "messages": palette_words().prompt(report), "stream": True}
    if row["protocol"] == "tools":
        body["tools"] = tool_schemas(("SOLUSDT", "BTCUSDT"))
    else:
        body["messages"][0]["content"] += "\n" + palette_words().form
    message = {"role": "assistant", "content": "", "thinking": thinking}
    said = [("request", {"host": "http://127.0.0.1:11434", "body": body}), ("message", {"message": message})]
    events = [
        a_stored_event(trace_id, seq, json.dumps(payload), kind=kind, attempt=row["attempt"])
        for seq, (kind, payload) in enumerate(said, 1)
    ]
    return row, events


def written(store: Any, *conversations: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    """Put conversations into a store."""
    store.write([row for row, _ in conversations], [event for _, events in conversations for event in events])


def a_label(
    margin: float = 0.02, *, spread: float | None = 0.005, seeds: tuple[float, ...] = (1.0,), **told: Any
) -> dict[str, Any]:
    """A replay's outcome in which what was said is `margin` better than doing nothing, in every case.

    `seeds` scales the margin by seed; `horizons` and `costs` may be given.
    """
    horizons, all_costs = told.pop("horizons", (7 * DAY_MS, 3 * DAY_MS)), told.pop("costs", (1.0, 2.0))
    cases = [
        {
            "horizon_ms": horizon_ms,
            "costs": costs,
            "seed": seed,
            "results": {
                name: {"utility": utility, "equity_change": utility, "max_drawdown": 0.01}
                for name, utility in (("recorded", margin * scale), ("no_action", 0.0), ("grid:x:1", 0.5))
            },
        }
        for horizon_ms in horizons
        for costs in all_costs
        for seed, scale in enumerate(seeds)
    ]
    return {
        "version": 1,
        "replay_config": "ab" * 32,
        "horizon_ms": horizons[0],
        "is_faithful": True,
        "branches": {
            "recorded": [CALL],
            "no_action": [{"tool": "no_action", "arguments": {"reason": "counterfactual"}}],
            "grid:x:1": [{"tool": "disable_shorts", "arguments": {"symbol": "SOLUSDT", "reason": "x"}}],
        },
        "cases": cases,
        "placebo_spread": {str(horizon_ms): spread for horizon_ms in horizons},
    } | told
