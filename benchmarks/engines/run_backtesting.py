"""backtesting.py: one instrument a run, so several symbols are several accounts, one after the other."""

import warnings

import backtesting
import numpy as np
import pandas as pd
from backtesting import Strategy
from backtesting.lib import FractionalBacktest
from task import FAST, SLOW, Stopwatch, Task, report


def average(prices: np.ndarray, span: int, first: int) -> np.ndarray:
    smooth = pd.Series(prices).ewm(span=span, adjust=False).mean().to_numpy(copy=True)
    # The strategy is first asked one bar after its indicators are known.
    smooth[: first - 1] = np.nan
    return smooth


def strategy(task: Task) -> type[Strategy]:
    class EmaCross(Strategy):
        def init(self) -> None:
            self.side = 0
            self.placed = 0
            self.fast = self.I(average, self.data.Close, FAST, task.first_decision_bar)
            self.slow = self.I(average, self.data.Close, SLOW, task.first_decision_bar)

        def next(self) -> None:
            gap = self.fast[-1] - self.slow[-1]
            side = int(np.sign(gap))
            if side in {0, self.side}:
                return
            # Prices here are of one quantity step, so that sizes are whole numbers.
            wanted = side * np.floor(task.notional / self.data.Close[-1] + 1e-9)
            change = wanted - self.position.size
            (self.buy if change > 0 else self.sell)(size=abs(change))
            self.side = side
            self.placed += 1

    return EmaCross


def main() -> None:
    task, watch = Task.given(), Stopwatch()
    warnings.simplefilter("ignore")
    profit, fills = 0.0, 0
    for symbol in task.symbols:
        columns = task.candles(symbol)
        index = pd.to_datetime(columns.pop("ts_ms"), unit="ms")
        data = pd.DataFrame({name.title(): column for name, column in columns.items()}, index=index)
        test = FractionalBacktest(
            data,
            strategy(task),
            cash=task.equity,
            commission=task.taker_fee,
            fractional_unit=task.quantity_step,
            finalize_trades=False,
        )
        backtesting.backtesting._tqdm = lambda rows, **_: rows  # noqa: SLF001 - no progress bar
        with watch:
            result = test.run()
        profit += result["Equity Final [$]"] - task.equity
        fills += result["_strategy"].placed
    report(task, watch, version=backtesting.__version__, fills=fills, final_equity=task.equity + profit)


if __name__ == "__main__":
    main()
