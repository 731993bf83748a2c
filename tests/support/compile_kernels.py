"""Compile what most tests need, once: `python compile_kernels.py market|account`.

Two processes that need the same machine code compile it twice, and under a coverage tracer that takes
twice as long again. The two halves share little and run side by side.
"""

import sys

from alphastrike.app.kernel_cache import use_kernel_cache

use_kernel_cache()

from alphastrike.app.assembly import market_stages  # noqa: E402
from alphastrike.app.backtest import run_backtest  # noqa: E402
from alphastrike.app.config import AlphaStrikeConfig  # noqa: E402
from alphastrike.app.inputs import load_inputs  # noqa: E402


def market() -> None:
    """Stages 2 to 6 with the default signals, over the embedded market."""
    config = AlphaStrikeConfig()
    history = load_inputs(config).history
    market_stages(config, history).advance(history.block(0, history.open_time_ms.size))


def account() -> None:
    """The account's side in one pass, driven by the plainest strategy."""
    run_backtest(AlphaStrikeConfig.model_validate({"strategy": {"name": "ema_cross"}}))


if __name__ == "__main__":
    {"market": market, "account": account}[sys.argv[1]]()
