"""Branch replays a minute: a week of 5-minute bars, three symbols, every branch of every review.

    python benchmarks/replays.py [jobs]

Prints reviews, branches run, and branches a minute of this machine's time and of processor time.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alphastrike.app.kernel_cache import use_kernel_cache

use_kernel_cache()

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
WEEK_HOURS = 168.0


def main(jobs: int) -> None:
    from alphastrike.app.replay.run import replay_run
    from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
    from alphastrike.marketdata.synthetic.market import generate
    from tests.markets import EAGER, configured
    from tests.replays import a_plan, a_source

    own = {"symbols": SYMBOLS, "interval": "5m", "length_hours": 1_200, "seed": 5}
    market = generate(SyntheticConfig.model_validate(embedded_default().model_dump() | own))
    config = configured(strategy={"name": "ema_cross"}, backtest={"llm": "rules"}, **EAGER)
    source = a_source(config, market.history, market.funding)
    chosen = [row["review_id"] for row in source.reviews[:12]]
    next(replay_run(source, a_plan(WEEK_HOURS, ()), chosen[:1]))  # loads the kernels
    wall, used = time.perf_counter(), _processor_s()
    found = list(replay_run(source, a_plan(WEEK_HOURS), chosen, jobs=jobs))
    wall, used = time.perf_counter() - wall, _processor_s() - used
    replays = sum(one.replays for one in found)
    faithful = sum(one.unfaithful is None for one in found)
    print(f"{len(found)} reviews, {faithful} faithful, {replays:,} branches of {WEEK_HOURS:g} h of 5m bars")
    rates = 60 * replays / wall, 60 * replays / used
    print(f"{rates[0]:,.0f} a minute with {jobs} processes, {rates[1]:,.0f} a processor minute")


def _processor_s() -> float:
    """Of this process and, once they have ended, of those it started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
