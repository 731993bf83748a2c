"""How long a person waits: `--help`, and a short backtest from process start to summary.

Run: `python benchmarks/startup.py --work /tmp/benchmarks`
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from market import names_of, random_walk
from tables import show

_BARS = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for candles and run folders")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    folder = random_walk(options.work, 1, _BARS)
    out = options.work / "startup-run"
    alphastrike = [sys.executable, "-m", "alphastrike"]
    recorded = ["--data", str(folder), "--symbols", names_of(1)[0], "--json", "--out", str(out)]
    commands = {
        "import numpy": [sys.executable, "-c", "import numpy"],
        "alphastrike --help": [*alphastrike, "--help"],
        f"backtest, {_BARS:,} bars, ensemble": [*alphastrike, "backtest", *recorded],
        f"backtest, {_BARS:,} bars, ema_cross": [
            *alphastrike,
            "backtest",
            *recorded,
            "--strategy",
            "ema_cross",
        ],
        "backtest, embedded default": [*alphastrike, "backtest", "--json", "--out", str(out)],
    }
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for command in commands.values():  # compiles and caches what is not cached yet
        _timed(command, lambda: shutil.rmtree(out, ignore_errors=True))
    for _ in range(options.repeat):
        for name, command in commands.items():
            measured[name].append(_timed(command, lambda: shutil.rmtree(out, ignore_errors=True)))
    base = statistics.median(cpu for cpu, _ in measured["import numpy"])
    rows = []
    for name, runs in measured.items():
        cpu, wall = (statistics.median(each) for each in zip(*runs, strict=True))
        rows.append([name, f"{cpu:.2f}", f"{wall:.2f}", f"{cpu / base:.1f} x"])
    show("Process start to end, warm", ["command", "cpu s", "elapsed s", "to numpy"], rows)


def _timed(command: list[str], before: Callable[[], None]) -> tuple[float, float]:
    """CPU and elapsed seconds of a command."""
    before()
    begun, used = time.perf_counter(), os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    now = os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    return cpu, time.perf_counter() - begun


if __name__ == "__main__":
    main()
