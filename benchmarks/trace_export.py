"""What an export of a large trace store costs: seconds, processor seconds and peak memory, by format.

Run: `python benchmarks/trace_export.py [--interventions 100000] [--messages 40] [--formats openai-tools,kto]`

Every intervention is a question with its tools as it was sent, an answer of so many streamed messages, a
verdict, and for the labelled formats a replay's outcome. Each format is exported in a process of its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engines.task import peak_mb

from alphastrike.app.trace_export import Wish, export_traces
from alphastrike.app.trace_words import palette_words
from alphastrike.llm.palette import tool_schemas
from alphastrike.traces.config import TracesConfig
from alphastrike.traces.store import TraceStore

_SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
_START_MS = 1_500_000_000_000
_APART_MS = 2 * 3_600_000
_BATCH = 2_000
_LINE = json.dumps(
    {"model": "qwen2.5:1.5b", "message": {"role": "assistant", "content": "lev"}, "done": False}
)
_LEVERAGES = (1, 1.5, 2, 2.5, 3, 4)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--interventions", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=40)
    parser.add_argument("--formats", default="openai-tools,sharegpt,preference")
    parser.add_argument("--place", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        _measure(asked.place, asked.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = asked.place or Path(folder) / "traces.db"
        if not place.is_file():
            _fill(place, asked.interventions, asked.messages)
        print(f"{asked.interventions} interventions, {place.stat().st_size / 1e6:.0f} MB")
        for name in asked.formats.split(","):
            command = [sys.executable, __file__, "--place", str(place), "--one", name]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def _measure(place: Path, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began, spent = time.perf_counter(), time.process_time()
        settings = TracesConfig(path=place)
        done = export_traces(settings, Wish(format=name), Path(folder) / "out", lambda *_: None)
        print(
            f"{name:<18} {done['counts'].get('records', 0):>7} records  "
            f"{time.perf_counter() - began:6.1f} s  {time.process_time() - spent:6.1f} cpu s  "
            f"peak {peak_mb():.0f} MB"
        )


def _fill(place: Path, interventions: int, messages: int) -> None:
    store = TraceStore.opened(place)
    for start in range(0, interventions, _BATCH):
        rows, events = [], []
        for number in range(start, min(interventions, start + _BATCH)):
            report = _report(number)
            rows.append(_row(number, report))
            events += _events(number, report, messages)
        store.write(rows, events)
    store.close()


def _report(number: int) -> str:
    def record(shift: int) -> dict[str, Any]:
        return {
            "trades": 40 + number % 900,
            "win_rate": 0.3 + (number + shift) % 7 / 100,
            "win_rate_trades": 20,
            "losses_in_a_row": 5,
            "drawdown": 0.05 + (number + shift) % 31 / 1_000,
            "net_profit": -0.02,
        }

    symbols = [
        {
            "symbol": symbol,
            "record": record(shift),
            "position": (number + shift) % 13 / 10,
            "unrealized": -0.004,
            "regime": "range",
            "verdict": "passed",
            "conviction_threshold": 55.0,
            "size_multiplier": 1.0,
            "shorts_allowed": True,
            "entries_allowed": True,
        }
        for shift, symbol in enumerate(_SYMBOLS)
    ]
    account = {
        "record": record(5),
        "equity": 9_000.0 + number,
        "day_change": -0.01,
        "gross": 0.9,
        "leverage": 5.0,
        "leverage_cap": None,
        "volatility_factor": 0.8,
        "drawdown_factor": 0.7,
        "performance_factor": 0.6,
        "validator_halted": 0.0,
        "symbols_traded": 4,
    }
    fired = [{"scope": "SOLUSDT", "trigger": "losing_streak", "observed": 5.0, "limit": 5.0, "samples": 40}]
    whole = {
        "schema_version": 1,
        "at_ms": _START_MS + number * _APART_MS,
        "interval_ms": 3_600_000,
        "fired": fired,
        "account": account,
        "symbols": symbols,
        "interventions": [],
        "signals": [],
    }
    return json.dumps(whole)


def _row(number: int, report: str) -> dict[str, Any]:
    trace_id = f"{number // 500:012x}-r{number:06d}"
    calls = [_call(number)]
    return {
        "trace_id": trace_id,
        "attempt": 1,
        "run_id": trace_id[:12],
        "review_id": trace_id[13:],
        "cursor_ms": _START_MS + number * _APART_MS,
        "recorded_ms": _START_MS + number,
        "triggers": "SOLUSDT:losing_streak",
        "report": report,
        "report_sha256": f"{number:064x}",
        "advisor": "ollama",
        "cause": "",
        "model": "qwen2.5:1.5b",
        "digest": "65ec06548149" + "0" * 52,
        "protocol": "tools",
        "details": "{}",
        "calls": json.dumps(calls),
        "judgements": json.dumps(
            [{"outcome": "applied", "tool": calls[0]["tool"], "params": json.dumps(calls[0])}]
        ),
        "state_before": "{}",
        "state_after": json.dumps({"active": [{"value": 2, "reason": "drawdown"}] * 3}),
        "snapshot_id": trace_id,
        "latency_ms": 900,
        "software": "0.1.0",
        "outcome": json.dumps(_label(number)),
        "outcome_version": "ab" * 32,
        "episode_id": None,
        "propensity": None,
    }


def _call(number: int) -> dict[str, Any]:
    value = _LEVERAGES[number % len(_LEVERAGES)]
    return {
        "tool": "adjust_leverage",
        "arguments": {"new_leverage": value, "reason": f"drawdown of {number}"},
    }


def _label(number: int) -> dict[str, Any]:
    margin = (number % 41 - 20) / 1_000
    names = ("recorded", "no_action", "rules", *(f"placebo:{place}" for place in range(5)))
    cases = [
        {
            "horizon_ms": horizon_ms,
            "costs": costs,
            "seed": 0,
            "results": {
                name: {
                    "utility": margin if name == "recorded" else 0.0,
                    "equity_change": margin,
                    "max_drawdown": 0.02,
                    "liquidations": 0,
                    "turnover": 3.1,
                    "triggered": 0.2,
                }
                for name in names
            },
        }
        for horizon_ms in (604_800_000, 302_400_000)
        for costs in (1.0, 2.0)
    ]
    nothing = [{"tool": "no_action", "arguments": {"reason": "counterfactual"}}]
    branches = {name: [_call(number)] if name == "recorded" else nothing for name in names}
    return {
        "version": 1,
        "replay_config": "ab" * 32,
        "horizon_ms": 604_800_000,
        "is_faithful": True,
        "branches": branches,
        "cases": cases,
        "placebo_spread": {"604800000": 0.004, "302400000": 0.004},
    }


def _events(number: int, report: str, messages: int) -> list[dict[str, Any]]:
    trace_id = f"{number // 500:012x}-r{number:06d}"
    body = {
        "model": "qwen2.5:1.5b",
        "messages": palette_words().prompt(report),
        "tools": tool_schemas(_SYMBOLS),
        "stream": True,
        "options": {"temperature": 0, "seed": 42, "num_ctx": 4_096},
    }
    said = [("request", json.dumps({"host": "http://127.0.0.1:11434", "body": body}))]
    said += [("message", _LINE)] * messages
    return [
        {
            "trace_id": trace_id,
            "attempt": 1,
            "seq": seq,
            "kind": kind,
            "recorded_ms": _START_MS,
            "payload": told,
        }
        for seq, (kind, told) in enumerate(said, 1)
    ]


if __name__ == "__main__":
    main()
