"""AlphaStrike: eight stages, one account for all symbols."""

from typing import Any

import kernels  # noqa: F401 - before any compiled code
import numpy as np
from engines.task import Stopwatch, Task, report
from stages import until

from alphastrike import __version__
from alphastrike.app.backtest import run_backtest
from alphastrike.app.config import AlphaStrikeConfig

# More than one block, so that every compiled function is called with every layout of arrays: loading
# machine code is not the speed of the engine.
_REHEARSAL_MS = 20_000 * 60_000


def unconstrained(symbols: int) -> dict[str, Any]:
    """Config sections under which every forecast is traded: no spread, no stop, no refusal, no breaker."""
    return {
        "venue": {"half_spread_bps": 0, "slippage_bps": 0, "impact_bps": 0, "volume_share": 1},
        "risk": {
            "sizing": "notional",
            "notional_per_trade": 1_000,
            "stop": "none",
            "max_positions": symbols,
            "symbol_exposure": 1,
            "net_exposure": 1,
            "initial_margin": 1,
            "cluster_exposure": 1,
            "order_rate": 256,
            "stressed_loss": 10,
            "liquidation_sigmas": 0,
            "liquidation_stops": 0,
            "liquidation_floor": 0,
            "leverage": {"base": 25, "lowest": 25, "highest": 25, "normal_volatility": 1},
            "breakers": {
                "caution_drawdown": 0.98,
                "halt_drawdown": 0.99,
                "reduce_day_loss": 0.98,
                "halt_day_loss": 0.99,
                "caution_losses": 1000,
                "caution_drift": 1,
                "stale_bars": 1000,
            },
        },
        "backtest": {"initial_equity": 1e9},
    }


def configured(task: Task) -> AlphaStrikeConfig:
    """The baseline without anything that the other engines do not know."""
    config = unconstrained(len(task.symbols))
    config["data"] = {"path": task.folder, "symbols": task.symbols}
    config["strategy"] = {"name": "ema_cross"}
    config["venue"] |= {"taker_fee_rate": task.taker_fee, "quantity_step": task.quantity_step}
    config["risk"]["notional_per_trade"] = task.notional
    config["backtest"]["initial_equity"] = task.equity
    return AlphaStrikeConfig.model_validate(config)


class Engine:
    """Follows a run's progress, which is first told when the engine starts and last when it is done."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch

    def __call__(self, done: int, total: int) -> None:
        if done == 0:
            self._watch.__enter__()
        elif done == total:
            self._watch.__exit__()


def main() -> None:
    task = Task.given()
    ts_ms = task.candles(task.symbols[0])["ts_ms"]
    start, end = int(ts_ms[0]), int(ts_ms[-1]) + 1
    config, rehearsal, watch = configured(task), Stopwatch(rehearsal=True), Stopwatch()
    run_backtest(until(config, min(start + _REHEARSAL_MS, end)), progress=Engine(rehearsal))
    result = run_backtest(until(config, end), progress=Engine(watch))
    watch.cpu_s = result.engine_s
    fills = result.fills
    report(
        task,
        watch,
        version=__version__,
        fills=len(fills),
        final_equity=float(result.equity["equity"][-1]),
        first_decision_bar=int(np.searchsorted(ts_ms, fills["ts_ms"][0])) - 1 if fills.size else 0,
        first_call_cpu_s=rehearsal.cpu_s,
        refused=sum(result.halts.get("risk", {}).values()),
    )


if __name__ == "__main__":
    main()
