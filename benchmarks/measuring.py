"""Runs of `stages.py` in processes of their own, so that each has its own peak of memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from market import MINUTE_MS, START_MS

_SCRIPT = Path(__file__).parent / "stages.py"


def staged(work: Path, config: dict[str, Any], bars: int) -> dict[str, Any]:
    """What `stages.py` reports of the first `bars` one-minute bars."""
    spec = work / "spec.json"
    spec.write_text(json.dumps({"config": config, "end_ms": START_MS + bars * MINUTE_MS}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), str(spec)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr.strip())
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def middle(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The run with the median engine time of an odd number of runs."""
    return sorted(results, key=lambda each: each["engine_cpu_s"])[len(results) // 2]
