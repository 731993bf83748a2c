"""Stages 2 to 6 for one streamed close at a time: milliseconds by stage, the default ensemble, no model.

Run: `python benchmarks/streaming.py --work /tmp/benchmarks [--closes 3000]`

The market is that of `pipeline.py`, minutes of ten symbols; so many bars before go through in blocks that
every look-back and reference is full. Wall time of this process alone: give it a quiet core.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from market import names_of, planted_market
from stages import MARKET_STAGES
from tables import show

from alphastrike.app.assembly import market_stages
from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import load_inputs
from alphastrike.engine.pipeline import MarketStages

_BARS, _BEFORE, _REHEARSAL = 525_600, 280_000, 200


class Timed:
    """A stage, and the seconds of each of its calls."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self.seconds: list[float] = []

    def advance(self, *given: Any) -> Any:
        began = time.perf_counter()
        found = self._stage.advance(*given)
        self.seconds.append(time.perf_counter() - began)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for candles")
    parser.add_argument("--symbols", type=int, default=10)
    parser.add_argument("--closes", type=int, default=3_000)
    options = parser.parse_args()
    folder = planted_market(options.work, options.symbols, _BARS)
    config = AlphaStrikeConfig.model_validate(
        {"data": {"path": str(folder), "symbols": names_of(options.symbols)}}
    )
    history = load_inputs(config).history
    stages = market_stages(config, history)
    for start in range(0, _BEFORE, BLOCK_BARS):
        stages.advance(history.block(start, min(start + BLOCK_BARS, _BEFORE)))
    timed = {name: Timed(getattr(stages, name)) for name in MARKET_STAGES}
    watched, whole = MarketStages(**timed), Timed(None)
    for bar in range(_BEFORE, _BEFORE + _REHEARSAL + options.closes):
        began = time.perf_counter()
        watched.advance(history.block(bar, bar + 1))
        whole.seconds.append(time.perf_counter() - began)
    rows = [[name, *_shown(one.seconds)] for name, one in (timed | {"all": whole}).items()]
    show(
        f"One close of {options.symbols} symbols, {options.closes:,} closes, ms",
        ["stage", "p50", "p90", "p99"],
        rows,
    )


def _shown(seconds: list[float]) -> list[str]:
    return [f"{1_000 * np.percentile(seconds[_REHEARSAL:], share):.3f}" for share in (50, 90, 99)]


if __name__ == "__main__":
    main()
