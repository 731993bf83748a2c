"""What every engine is given, and how it reports. Standard library, numpy and pyarrow only."""

import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

FAST, SLOW = 12, 26
_BYTES_PER_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Task:
    """The work: which candles, from which bar on decisions count, and the account's terms."""

    folder: str
    symbols: list[str]
    bars: int
    first_decision_bar: int
    notional: float
    quantity_step: float
    taker_fee: float
    equity: float
    reference: str = ""

    @classmethod
    def given(cls) -> Self:
        """The task named on the command line."""
        return cls(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))

    def candles(self, symbol: str) -> dict[str, np.ndarray]:
        """Columns of one symbol, `ts_ms` and float64 prices and volume."""
        import pyarrow.parquet as pq

        names = ["ts_ms", "open", "high", "low", "close", "volume"]
        table = pq.read_table(Path(self.folder) / f"{symbol}.parquet", columns=names)
        return {name: table[name].to_numpy()[: self.bars] for name in names}

    def quantity(self, close: np.ndarray) -> np.ndarray:
        """Base units that are worth the notional at a close, down to whole steps."""
        return np.floor(self.notional / close / self.quantity_step + 1e-9) * self.quantity_step


class Stopwatch:
    """CPU seconds of all threads between enter and exit; `perf stat`, if it waits, counts just that.

    A rehearsal is timed but not counted: it is there to compile and to load what is compiled.
    """

    def __init__(self, *, rehearsal: bool = False) -> None:
        self.cpu_s = 0.0
        self._counts = not rehearsal

    def __enter__(self) -> Self:
        if self._counts:
            _tell_perf("enable")
        self._begun = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_s += time.process_time() - self._begun
        if self._counts:
            _tell_perf("disable")


def _tell_perf(word: str) -> None:
    pipes = os.environ.get("BENCHMARK_PERF_PIPES")
    if pipes is None:
        return
    control, answer = pipes.split(",")
    with Path(control).open("w") as pipe:
        pipe.write(f"{word}\n")
    with Path(answer).open("rb") as pipe:
        pipe.read(4)


def peak_mb() -> float:
    """The most memory this process has held, MB.

    Linux counts what the parent held before this program began into `ru_maxrss`; the status file does not.
    """
    try:
        with Path("/proc/self/status").open(encoding="ascii") as status:
            return next(int(line.split()[1]) / 1_024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_PER_RSS_UNIT / 2**20


def report(
    task: Task, watch: Stopwatch, *, version: str, fills: int, final_equity: float, **more: object
) -> None:
    """Print what was measured; the driver reads the last line."""
    result = {
        "version": version,
        "bars": task.bars * len(task.symbols),
        "engine_cpu_s": watch.cpu_s,
        "fills": fills,
        "final_equity": final_equity,
        "peak_mb": peak_mb(),
        **more,
    }
    print(json.dumps(result))
