"""vectorbt: all bars at once, order sizes known beforehand, one cash account.

`--orders-only` leaves out the equity of every bar, which every other engine works out as it goes.
"""

import sys

import numpy as np
import pandas as pd
import vectorbt as vbt
from task import FAST, SLOW, Stopwatch, Task, report


def simulate(task: Task, opens: pd.DataFrame, closes: pd.DataFrame, first: int) -> vbt.Portfolio:
    fast = vbt.MA.run(closes, FAST, ewm=True).ma.to_numpy()
    slow = vbt.MA.run(closes, SLOW, ewm=True).ma.to_numpy()
    side = np.sign(fast - slow)
    side[:first] = np.nan
    turned = np.isfinite(side) & (side != 0)
    turned[first + 1 :] &= side[first + 1 :] != side[first:-1]
    bars, symbols = np.nonzero(turned[:-1])
    # Decided on a close, done at the next open.
    size = np.full(side.shape, np.nan)
    size[bars + 1, symbols] = side[bars, symbols] * task.quantity(closes.to_numpy()[bars, symbols])
    return vbt.Portfolio.from_orders(
        closes,
        size=size,
        size_type="targetamount",
        price=opens,
        fees=task.taker_fee,
        init_cash=task.equity,
        cash_sharing=True,
        group_by=True,
        freq="1min",
    )


def frames(task: Task) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = {symbol: task.candles(symbol) for symbol in task.symbols}
    index = pd.to_datetime(columns[task.symbols[0]]["ts_ms"], unit="ms")
    opens = pd.DataFrame({symbol: each["open"] for symbol, each in columns.items()}, index=index)
    closes = pd.DataFrame({symbol: each["close"] for symbol, each in columns.items()}, index=index)
    return opens, closes


def main() -> None:
    task = Task.given()
    opens, closes = frames(task)
    first_call, watch = Stopwatch(rehearsal=True), Stopwatch()
    with first_call:
        simulate(task, opens[:6000], closes[:6000], 100).value()
    with watch:
        portfolio = simulate(task, opens, closes, task.first_decision_bar)
        equity = None if "--orders-only" in sys.argv else portfolio.value()
    final = portfolio.value() if equity is None else equity
    report(
        task,
        watch,
        version=vbt.__version__,
        fills=int(portfolio.orders.count()),
        final_equity=float(final.iloc[-1]),
        first_call_cpu_s=first_call.cpu_s,
    )


if __name__ == "__main__":
    main()
