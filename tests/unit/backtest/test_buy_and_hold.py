"""The benchmark's definition, to the letter."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.backtest.metrics.buy_and_hold import buy_and_hold, carried_forward


def test_equal_parts_are_bought_at_the_first_open(a_run):
    history = a_run(symbols=2, bars=48).history

    found = buy_and_hold(history)

    gains = history.close[:, -1] / history.open[:, 0]
    assert found.total_return == pytest.approx(gains.mean() - 1)
    assert found.symbols == 2


def test_a_symbol_that_comes_later_is_not_bought(a_run):
    history = a_run(symbols=2, bars=48).history
    history.open[1, 0] = np.nan

    found = buy_and_hold(history)

    assert found.symbols == 1
    assert found.total_return == pytest.approx(history.close[0, -1] / history.open[0, 0] - 1)


def test_a_symbol_whose_candles_end_stays_at_its_last_close(a_run):
    history = a_run(symbols=1, bars=48).history
    history.close[0, 20:] = np.nan

    found = buy_and_hold(history)

    assert found.curve[-1] == history.close[0, 19] / history.open[0, 0]


def test_without_a_first_candle_there_is_no_benchmark(a_run):
    history = a_run(symbols=1, bars=48).history
    empty = replace(history, open_time_ms=history.open_time_ms[:0])
    history.open[:, 0] = np.nan

    assert buy_and_hold(history) is None
    assert buy_and_hold(empty) is None


def test_carrying_forward_fills_gaps_with_the_last_known_price():
    filled = carried_forward(np.array([np.nan, 2.0, np.nan, 3.0, np.nan]), 1.0)

    assert filled.tolist() == [1.0, 2.0, 2.0, 3.0, 3.0]
