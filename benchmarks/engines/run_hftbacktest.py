"""hftbacktest: a tick engine, so each candle is told as four prices of five book and trade events."""

import hftbacktest as hft
import numpy as np
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.binding import event_dtype
from numba import njit
from task import FAST, SLOW, Stopwatch, Task, report

_MINUTE_NS = 60_000_000_000
_SEEN = hft.EXCH_EVENT | hft.LOCAL_EVENT
_POINTS_NS = (1, 15_000_000_000, 30_000_000_000, _MINUTE_NS - 2)
_DEEP = 1e9
_NO_WAIT = False


def ticks(columns: dict[str, np.ndarray], tick: float) -> np.ndarray:
    """Open, the two extremes, close; at each the book is cleared, quoted one tick wide, and traded in."""
    rising = columns["close"] >= columns["open"]
    first = np.where(rising, columns["low"], columns["high"])
    second = np.where(rising, columns["high"], columns["low"])
    prices = np.stack([columns["open"], first, second, columns["close"]], axis=1)
    times = columns["ts_ms"][:, None] * 1_000_000 + np.array(_POINTS_NS)
    events = np.zeros((*prices.shape, 5), dtype=event_dtype)
    events["ev"] = [
        hft.DEPTH_CLEAR_EVENT | hft.BUY_EVENT | _SEEN,
        hft.DEPTH_CLEAR_EVENT | hft.SELL_EVENT | _SEEN,
        hft.DEPTH_EVENT | hft.BUY_EVENT | _SEEN,
        hft.DEPTH_EVENT | hft.SELL_EVENT | _SEEN,
        hft.TRADE_EVENT | hft.BUY_EVENT | _SEEN,
    ]
    events["exch_ts"] = events["local_ts"] = times[:, :, None]
    events["px"] = prices[:, :, None]
    events["qty"] = _DEEP
    events = events.reshape(-1, 5)
    # The last quotes go before new ones come; clearing any deeper would walk tick by tick.
    events["px"][1:, :2] = events["px"][:-1, 2:4]
    events["px"][:, 3] += tick
    events["px"][:, 1] += tick
    return events.reshape(-1)


@njit
def trade(hbt, bars, first, notional, step):
    symbols = hbt.num_assets
    fast, slow = np.zeros(symbols), np.zeros(symbols)
    side = np.zeros(symbols)
    equity = np.zeros(bars)
    number = 1
    for bar in range(bars):
        hbt.elapse(_MINUTE_NS)
        for symbol in range(symbols):
            close = hbt.depth(symbol).best_bid
            if bar == 0:
                fast[symbol] = slow[symbol] = close
            else:
                fast[symbol] += 2.0 / (FAST + 1) * (close - fast[symbol])
                slow[symbol] += 2.0 / (SLOW + 1) * (close - slow[symbol])
            state = hbt.state_values(symbol)
            equity[bar] += state.balance + state.position * close - state.fee
            new = np.sign(fast[symbol] - slow[symbol])
            if bar < first or new in (0.0, side[symbol]):
                continue
            wanted = new * np.floor(notional / close / step + 1e-9) * step
            change = wanted - hbt.position(symbol)
            if change > 0:
                hbt.submit_buy_order(symbol, number, close, change, hft.GTC, hft.MARKET, _NO_WAIT)
            else:
                hbt.submit_sell_order(symbol, number, close, -change, hft.GTC, hft.MARKET, _NO_WAIT)
            side[symbol] = new
            number += 1
            hbt.clear_inactive_orders(symbol)
    return equity, number - 1


def engine(feeds: list[np.ndarray], task: Task, widths: list[float]) -> object:
    assets = [
        BacktestAsset()
        .data(feed)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(task.taker_fee, task.taker_fee)
        .tick_size(tick)
        .lot_size(task.quantity_step)
        for feed, tick in zip(feeds, widths, strict=True)
    ]
    return HashMapMarketDepthBacktest(assets)


def main() -> None:
    task, first_call, watch = Task.given(), Stopwatch(rehearsal=True), Stopwatch()
    columns = [task.candles(symbol) for symbol in task.symbols]
    widths = [10.0 ** (np.floor(np.log10(each["open"][0])) - 5) for each in columns]
    feeds = [ticks(each, tick) for each, tick in zip(columns, widths, strict=True)]
    short = [feed[: 20 * 2000] for feed in feeds]
    with first_call:
        trade(engine(short, task, widths), 2000, 100, task.notional, task.quantity_step)
    with watch:
        hbt = engine(feeds, task, widths)
        equity, orders = trade(hbt, task.bars, task.first_decision_bar, task.notional, task.quantity_step)
        hbt.close()
    report(
        task,
        watch,
        version=hft.__version__,
        fills=int(orders),
        final_equity=task.equity + float(equity[-1]),
        first_call_cpu_s=first_call.cpu_s,
    )


if __name__ == "__main__":
    main()
