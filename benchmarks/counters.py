"""Instructions instead of seconds: they hardly move when a neighbour is busy. Linux `perf` only."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

INSTRUCTIONS = "instructions:u"


def why_not(event: str) -> str | None:
    """Why this machine cannot count `event`; None when it can."""
    if shutil.which("perf") is None:
        return "perf is not installed"
    said = subprocess.run(
        ["perf", "stat", "-x,", "-e", event, "true"], capture_output=True, text=True, check=False
    )
    if said.returncode != 0:
        return (said.stderr.strip().splitlines() or ["perf failed"])[0]
    if _count(said.stderr) is None:
        return f"perf says: {said.stderr.split(',')[0]}"
    return None


def counted(command: Sequence[str], event: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run an engine script with `event` counted between its stopwatch's start and stop."""
    with tempfile.TemporaryDirectory() as folder:
        control, answer = Path(folder) / "control", Path(folder) / "answer"
        os.mkfifo(control)
        os.mkfifo(answer)
        written = Path(folder) / "counts"
        perf = [
            *("perf", "stat", "-x,", "-e", event, "-o", str(written)),
            *("--delay", "-1", "--control", f"fifo:{control},{answer}", "--"),
        ]
        environment = os.environ | {"BENCHMARK_PERF_PIPES": f"{control},{answer}"}
        done = subprocess.run([*perf, *command], capture_output=True, text=True, env=environment, check=False)
        return done, _count(written.read_text()) or float("nan")


def _count(text: str) -> float | None:
    rows = [line.split(",") for line in text.splitlines() if "," in line and not line.startswith("#")]
    for row in rows:
        try:
            return float(row[0])
        except ValueError:
            continue
    return None
