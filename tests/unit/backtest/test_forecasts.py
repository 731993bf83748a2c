"""What forecasts alone would have earned, against numbers worked by hand."""

import math

import numpy as np
import pytest

from alphastrike.backtest.metrics.forecasts import held, judge_forecasts
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import DAY_MS, HOUR_MS


def a_history(opens, closes):
    opens, closes = np.array(opens, dtype=float), np.array(closes, dtype=float)
    return CandleHistory(
        symbols=tuple(f"S{row}" for row in range(opens.shape[0])),
        interval_ms=HOUR_MS,
        open_time_ms=np.arange(opens.shape[1], dtype=np.int64) * HOUR_MS,
        open=opens,
        high=np.fmax(opens, closes),
        low=np.fmin(opens, closes),
        close=closes,
        volume=np.ones_like(opens),
        taker_buy_volume=np.ones_like(opens),
    )


def signs(*rows):
    return np.array(rows, dtype=np.int8)


def test_forecasts_that_overlap_share_the_capital():
    position = held(signs([1, 1, 0, 0, -1, 0])[0], np.array([2] * 6))

    assert position.tolist() == [0.0, 0.5, 1.0, 0.5, 0.0, -0.5]


def test_a_forecast_earns_from_the_next_open_to_the_open_after_its_horizon():
    history = a_history([[100.0, 100.0, 110.0, 99.0, 99.0]], [[100.0, 109.0, 98.0, 99.0, 99.0]])

    record = judge_forecasts(history, signs([1, 0, 0, 0, 0]), np.array(2), 0.002, 0)

    assert record.gross.tolist() == [pytest.approx(0.5 * 0.1 + 0.5 * (99 / 110 - 1))]
    assert record.net[0] == pytest.approx(record.gross[0] - 0.002 * 0.5)
    assert (record.told[0], record.right[0]) == (1.0, 0.0)  # 98 lies below the entry at 100
    assert record.exposure == pytest.approx(0.2)


def test_a_forecast_over_a_gap_or_without_a_move_is_not_judged():
    history = a_history([[1.0, 1.0, math.nan, 1.0, 1.0, 1.0]], [[1.0, 2.0, math.nan, 2.0, 1.0, 2.0]])

    record = judge_forecasts(history, signs([1, 1, 1, 1, 1, 0]), np.array(1), 0.0, 0)

    # Told at 0, 2 and 4: right. Told at 1: its bar is missing. Told at 3: no move.
    assert (record.told.sum(), record.right.sum()) == (3.0, 3.0)


def test_what_was_said_before_the_first_bar_does_not_count():
    opens = np.full((1, 50), 1.0)
    history = a_history(opens, opens * 1.5)

    record = judge_forecasts(history, np.ones((1, 50), dtype=np.int8), np.array(1), 0.0, 40)

    assert record.told.sum() == 9.0
    assert record.net.size == int((49 * HOUR_MS) // DAY_MS - (40 * HOUR_MS) // DAY_MS) + 1


def test_symbols_share_the_capital_and_days_are_apart():
    opens = np.tile(100.0 * 1.01 ** np.arange(48), (2, 1))
    history = a_history(opens, opens * 1.005)

    record = judge_forecasts(
        history, np.stack([np.ones(48), -np.ones(48)]).astype(np.int8), np.array(1), 0.0, 0
    )

    assert record.gross.shape == (2,)
    assert record.gross == pytest.approx(0.0, abs=1e-12)
    assert record.told.tolist() == [46.0, 48.0]
    assert record.right.sum() == 47.0
