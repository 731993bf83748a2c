"""Round-trip statistics against sums done by hand."""

import numpy as np
import pytest

from alphastrike.backtest.metrics.trades import net_profit, trade_statistics, wilson_interval
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.records import TRADE


def trades_of(*nets: float) -> np.ndarray:
    rows = np.zeros(len(nets), dtype=TRADE)
    rows["pnl"] = np.array(nets) + 1.5
    rows["fees"] = 2.0
    rows["funding"] = 0.5
    rows["closed_ms"] = np.arange(1, len(nets) + 1) * HOUR_MS
    return rows


def test_net_profit_takes_fees_and_adds_funding():
    assert net_profit(trades_of(10.0, -4.0)) == pytest.approx([10.0, -4.0])


def test_statistics_of_five_trades_worked_by_hand():
    found = trade_statistics(trades_of(30.0, -10.0, 20.0, 0.0, -10.0), np.full(5, 1000.0))

    assert (found.count, found.net_profit) == (5, pytest.approx(30.0))
    assert found.win_rate == 0.4
    assert found.profit_factor == pytest.approx(2.5)
    assert found.expectancy_quote == pytest.approx(6.0)
    assert found.expectancy_fraction == pytest.approx(0.006)
    assert found.expectancy_ratio == pytest.approx(0.6)
    assert (found.mean_win, found.mean_loss) == (pytest.approx(25.0), pytest.approx(-10.0))
    assert (found.best, found.worst) == (pytest.approx(30.0), pytest.approx(-10.0))
    assert found.mean_holding_hours == pytest.approx(3.0)


def test_without_trades_nothing_is_said():
    found = trade_statistics(trades_of(), np.empty(0))

    assert (found.count, found.net_profit) == (0, 0.0)
    assert found.win_rate is found.profit_factor is found.expectancy_quote is found.win_rate_interval is None


def test_without_a_loss_there_is_no_profit_factor():
    found = trade_statistics(trades_of(5.0, 6.0), np.zeros(2))

    assert (found.profit_factor, found.mean_loss, found.expectancy_ratio) == (None, None, None)
    assert found.expectancy_fraction is None


def test_wilson_interval_of_one_in_ten_is_the_textbook_one():
    low, high = wilson_interval(1, 10)

    assert (low, high) == (pytest.approx(0.01787621, abs=1e-8), pytest.approx(0.40415003, abs=1e-8))


@pytest.mark.parametrize("successes", [0, 10])
def test_wilson_interval_stays_within_zero_and_one(successes):
    low, high = wilson_interval(successes, 10)

    assert 0.0 <= low < high <= 1.0


def test_wilson_interval_of_nothing_is_unknown():
    assert wilson_interval(0, 0) is None
