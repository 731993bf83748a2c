"""The account's side of a backtest as one compiled pass: venue, stage 7, stage 8, venue again.

This is the one place where the rules of three rooms are joined into machine code; each rule
lives in its room and is the same function the streaming engine calls bar by bar.
"""

from typing import Any, NamedTuple

import numpy as np

from alphastrike.adapters.simulated.kernel_account import mark_account
from alphastrike.adapters.simulated.kernel_session import (
    Candle,
    Rates,
    expected_funding,
    feed_symbol,
    submit,
)
from alphastrike.domain.kernel_accounting import apply_fill, apply_funding
from alphastrike.domain.outcomes import Code
from alphastrike.domain.records import NOTICE_FILL, NOTICE_FUNDING
from alphastrike.execution.kernel_orders import learn_fill, learn_state, plan
from alphastrike.llm.kernel_triggers import fire, hear_trade
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation
from alphastrike.risk.kernel_carry import expect
from alphastrike.risk.kernel_desk import decide, look, observe, record_trade
from alphastrike.risk.kernel_exits import remember_backing, watch_backing
from alphastrike.risk.kernel_news import hear_funding

_ORDERED, _NO_CANDLE = int(Code.ORDERED), int(Code.NO_CANDLE)


class Bars(NamedTuple):
    """One block as the loop reads it, (symbols, bars): candles for the venue, the rest for the desk.

    `daily_volatility` is (bars,).
    """

    open_time_ms: Any
    open: Any
    high: Any
    low: Any
    close: Any
    volume: Any
    marks: Any  # closes the gateway vouches for
    code: Any
    observed: Any
    limit: Any
    forecast: Any
    conviction: Any
    regime: Any
    atr_fraction: Any
    daily_volatility: Any
    volatility: Any  # of each symbol, a fraction a day
    votes: Any  # (signals, symbols, bars)
    weights: Any  # (signals, bars)
    retired: Any  # (signals, bars)
    surplus: Any
    horizon_hours: Any
    size_cut: Any


class Log(NamedTuple):
    """What the run keeps: `used` counts rows of decisions, trades and equity; `codes` counts cells."""

    decisions: Any
    trades: Any
    equity: Any
    used: Any
    codes: Any
    last_code: Any


@compiled_without_allocation
def run_bars(
    venue: Any,
    desk: Any,
    outbox: Any,
    bars: Bars,
    rates: Rates,
    watch: Any,
    log: Log,
    start: int,
    interval_ms: int,
    every: bool,
) -> int:
    """Run bars from `start`; returns the first bar not run, because the block or a buffer ended.

    It also stops before a bar at which `watch` is to be woken, and after one at which it fired. With
    `every` each candle's decision is kept, else those that act or differ from the last.
    """
    symbols = bars.close.shape[0]
    for bar in range(start, bars.close.shape[1]):
        if not _has_room(venue, log, symbols) or desk.change_count[0] > 0.5 * desk.changes.shape[0]:
            return bar
        open_ms = bars.open_time_ms[bar]
        close_ms = open_ms + interval_ms - 1
        if bar > start and close_ms >= watch.clock[0]["wake_ms"]:
            return bar
        first = venue.used[2]
        first_trade = log.used[1]
        mark_account(venue)
        for symbol in range(symbols):
            candle = Candle(
                open_ms, close_ms, bars.open[symbol, bar], bars.high[symbol, bar],
                bars.low[symbol, bar], bars.close[symbol, bar], bars.volume[symbol, bar],
            )  # fmt: skip
            settled = rates.cursor[symbol]
            feed_symbol(venue, symbol, candle, rates)
            if rates.cursor[symbol] != settled:
                rate, due_ms = expected_funding(rates, symbol)
                hear_funding(desk, symbol, rate, due_ms)
        if venue.used[2] > first:  # handing two bundles over costs more than looking
            learn(desk, venue, log, first)
        look(desk, bars.code, bars.marks, bars.volatility, bar, close_ms)
        observe(desk, close_ms, bars.daily_volatility[bar], log.equity[log.used[2]])
        log.used[2] += 1
        fired = 0
        if watch.rules[0]["is_on"] != 0:
            hear_trades(watch, log, first_trade)
            fired = fire(watch, desk.account[0], desk.positions, close_ms)
        outbox.used[0] = 0
        for symbol in range(symbols):
            watch_backing(desk, symbol, bars.retired, bar)
            expect(
                desk, symbol, bars.surplus[symbol, bar], bars.horizon_hours[symbol, bar],
                bars.size_cut[symbol, bar],
            )  # fmt: skip
            decide(
                desk, symbol, close_ms, bars.code[symbol, bar], bars.observed[symbol, bar],
                bars.limit[symbol, bar], bars.forecast[symbol, bar], bars.conviction[symbol, bar],
                bars.regime[symbol, bar], bars.atr_fraction[symbol, bar],
            )  # fmt: skip
            remember_backing(desk, symbol, bars.votes, bars.weights, bar)
            plan(desk, outbox, symbol, desk.intents[symbol], desk.decisions[symbol], close_ms)
            keep(desk, log, symbol, every)
        first = venue.used[2]
        for row in range(outbox.used[0]):
            submit(venue, outbox.symbols[row], outbox.orders[row], close_ms)
        first_trade = log.used[1]
        if venue.used[2] > first:
            learn(desk, venue, log, first)
        if watch.rules[0]["is_on"] != 0:
            hear_trades(watch, log, first_trade)
            if fired != 0:
                return bar + 1
    return int(bars.close.shape[1])


@compiled_without_allocation
def hear_trades(watch: Any, log: Log, first: int) -> None:
    """Tell the triggers of the trades finished since row `first`."""
    for row in range(first, log.used[1]):
        trade = log.trades[row]
        hear_trade(watch, trade["symbol"], trade["pnl"] - trade["fees"] + trade["funding"])


@compiled_into_caller
def keep(desk: Any, log: Log, symbol: int, every: bool) -> None:
    """Count a decision's code and keep the record when it says something new."""
    code = desk.decisions[symbol]["code"]
    log.codes[code] += 1
    if (every and code != _NO_CANDLE) or code == _ORDERED or code != log.last_code[symbol]:
        log.decisions[log.used[0]] = desk.decisions[symbol]
        log.used[0] += 1
    log.last_code[symbol] = code


@compiled_without_allocation
def learn(desk: Any, tape: Any, log: Log, first: int) -> None:
    """Tell the desk what the venue reported since notice `first`."""
    for row in range(first, tape.used[2]):
        notice = tape.notices[row]
        symbol = notice["symbol"]
        if notice["kind"] == NOTICE_FILL:
            fill = tape.fills[notice["index"]]
            step = desk.instruments[symbol]["step"]
            trade = log.trades[log.used[1]]
            learn_fill(desk, symbol, fill["order_id"], fill["lots"])
            if apply_fill(desk.account[0], desk.positions[symbol], fill, step, trade):
                record_trade(desk, trade["pnl"] - trade["fees"] + trade["funding"])
                log.used[1] += 1
            if fill["is_liquidation"] != 0:
                desk.account[0]["liquidations"] += 1
        elif notice["kind"] == NOTICE_FUNDING:
            payment = tape.funding[notice["index"]]["payment"]
            apply_funding(desk.account[0], desk.positions[symbol], payment)
        else:
            learn_state(desk, symbol, notice["order_id"], notice["state"])


@compiled_into_caller
def _has_room(tape: Any, log: Log, symbols: int) -> bool:
    """Whether one more bar fits into every buffer, however busy it is."""
    busy = 64 * symbols
    return bool(
        tape.fills.shape[0] - tape.used[0] > busy
        and tape.funding.shape[0] - tape.used[1] > busy
        and tape.notices.shape[0] - tape.used[2] > 3 * busy
        and log.decisions.shape[0] - log.used[0] > symbols
        and log.trades.shape[0] - log.used[1] > busy
        and log.equity.shape[0] > log.used[2]
    )


def codes_seen(log: Log) -> dict[int, int]:
    """Cells by decision code."""
    return {int(code): int(log.codes[code]) for code in np.flatnonzero(log.codes)}
