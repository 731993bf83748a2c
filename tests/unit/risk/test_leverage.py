"""The leverage formula at the points of its table, between them, and on impossible inputs."""

import math

import pytest

from alphastrike.risk.config import LeverageConfig
from alphastrike.risk.kernel_leverage import (
    clamp_leverage,
    drawdown_factor,
    half_kelly,
    observed_half_kelly,
    performance_factor,
    volatility_factor,
)
from alphastrike.risk.leverage import Conditions, dynamic_leverage

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("row", "volatility", "drawdown", "win_rate", "factors", "leverage"),
    [
        ("normal", 0.02, 0.03, 0.52, (1.0, 1.0, 1.0), 5.0),
        ("high volatility", 0.05, 0.03, 0.52, (0.4, 1.0, 1.0), 2.0),
        ("12 % drawdown", 0.02, 0.12, 0.52, (1.0, 0.5, 1.0), 2.5),
        ("strong and calm", 0.01, 0.02, 0.65, (1.5, 1.0, 1.2), 9.0),
        ("all bad", 0.06, 0.18, 0.28, (1 / 3, 0.3, 0.6), 1.0),
        ("poor performance", 0.02, 0.05, 0.30, (1.0, 0.7, 0.6), 2.1),
    ],
)
def test_every_row_of_the_table_is_met(row, volatility, drawdown, win_rate, factors, leverage):
    answer = dynamic_leverage(Conditions(volatility, drawdown, win_rate))

    observed = (answer.volatility_factor, answer.drawdown_factor, answer.performance_factor)
    assert observed == pytest.approx(factors, abs=1e-12)
    assert answer.value == leverage


def test_raw_leverage_below_a_half_only_lets_positions_shrink():
    worst = dynamic_leverage(Conditions(0.06, 0.18, 0.28))

    assert worst.raw == pytest.approx(0.3)
    assert worst.is_reduce_only
    assert not dynamic_leverage(Conditions(0.02, 0.03, 0.52)).is_reduce_only


@pytest.mark.parametrize(
    ("current", "factor"),
    [
        (0.02, 1.0), (0.04, 0.5), (0.01, 1.5), (0.002, 1.5), (0.02 / 0.3, 0.3), (1.0, 0.3),
        (0.0, 0.3), (-0.02, 0.3), (NAN, 0.3), (INF, 0.3), (-INF, 0.3),
    ],
)  # fmt: skip
def test_volatility_factor_is_normal_over_current_within_bounds(current, factor):
    assert volatility_factor(current, 0.02) == pytest.approx(factor, abs=1e-12)


@pytest.mark.parametrize("normal", [0.0, -0.02, NAN])
def test_an_impossible_normal_volatility_is_the_worst(normal):
    assert volatility_factor(0.02, normal) == 0.3


@pytest.mark.parametrize(
    ("drawdown", "factor"),
    [
        (0.0, 1.0), (0.0499, 1.0), (0.05, 0.7), (0.0999, 0.7), (0.10, 0.5), (0.1499, 0.5), (0.15, 0.3),
        (1.2, 0.3), (-0.01, 0.3), (NAN, 0.3), (INF, 0.3),
    ],
)  # fmt: skip
def test_drawdown_factor_falls_in_steps_whose_lower_bound_belongs_to_the_worse(drawdown, factor):
    assert drawdown_factor(drawdown) == factor


@pytest.mark.parametrize(
    ("half", "factor"),
    [
        (-0.5, 0.6), (0.0, 0.6), (0.025, 0.8), (0.05, 1.0), (0.10, 1.0), (0.15, 1.0), (0.175, 1.1),
        (0.20, 1.2), (0.9, 1.2), (INF, 1.2), (NAN, 0.6),
    ],
)  # fmt: skip
def test_performance_factor_is_linear_between_its_points(half, factor):
    assert performance_factor(half) == pytest.approx(factor, abs=1e-12)


@pytest.mark.parametrize(
    ("win_rate", "payoff", "expected"),
    [(0.52, 1.5, 0.10), (0.65, 1.5, 0.208333333333), (0.5, 1.0, 0.0), (0.30, 1.5, -0.083333333333)],
)
def test_half_kelly_of_the_worked_examples(win_rate, payoff, expected):
    assert half_kelly(win_rate, payoff) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(
    ("win_rate", "payoff"), [(NAN, 1.5), (-0.1, 1.5), (1.1, 1.5), (0.5, 0.0), (0.5, -1.0), (0.5, NAN)]
)
def test_half_kelly_of_an_impossible_record_is_unknown(win_rate, payoff):
    assert math.isnan(half_kelly(win_rate, payoff))


@pytest.mark.parametrize(
    ("wins", "losses", "mean_win", "mean_loss", "expected"),
    [
        (0, 0, 0.0, 0.0, 0.0),  # nothing known: break-even
        (26, 24, 1.5, 1.0, 0.05),  # 52 % of 50 at 1.5: half Kelly 0.1, believed by half
        (52, 48, 1.5, 1.0, 0.10 * 100 / 150),
        (9, 9, 3.0, 1.0, 0.0),  # too few for a payoff: taken as 1
        (10, 10, 3.0, 1.0, 0.5 * (0.5 - 0.5 / 3) * 20 / 70),
        (10, 10, 9.0, 1.0, 0.5 * (0.5 - 0.5 / 3) * 20 / 70),  # clamped to 3
        (10, 10, 0.1, 1.0, 0.5 * (0.5 - 0.5 / 0.5) * 20 / 70),  # clamped to 0.5
        (20, 0, 1.0, 0.0, 0.5 * 20 / 70),
        (0, 20, 0.0, 1.0, -0.5 * 20 / 70),
    ],
)
def test_a_trading_record_is_believed_in_proportion_to_its_length(
    wins, losses, mean_win, mean_loss, expected
):
    assert observed_half_kelly(wins, losses, mean_win, mean_loss) == pytest.approx(expected, abs=1e-12)


def test_without_a_record_leverage_starts_at_three():
    factor = performance_factor(observed_half_kelly(0, 0, 0.0, 0.0))

    assert factor == 0.6
    assert clamp_leverage(5.0 * factor, 1.0, 10.0) == 3.0


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (4.99, 4.9), (5.0, 5.0), (9.0 - 1e-15, 9.0), (0.3, 1.0), (1.0, 1.0), (12.7, 10.0), (NAN, 1.0),
        (-3.0, 1.0), (INF, 10.0),
    ],
)  # fmt: skip
def test_leverage_is_floored_to_tenths_within_its_bounds(raw, value):
    assert clamp_leverage(raw, 1.0, 10.0) == value


def test_flooring_never_goes_below_the_lowest():
    assert clamp_leverage(1.07, 1.05, 10.0) == 1.05


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(NAN, NAN, NAN),
        Conditions(-0.02, -0.05, -0.5),
        Conditions(0.0, INF, 7.0, NAN),
        Conditions(INF, NAN, 0.5, -1.0),
    ],
)
def test_corrupt_inputs_give_the_lowest_leverage_and_stop_new_entries(conditions):
    answer = dynamic_leverage(conditions)

    assert answer.value == 1.0
    assert answer.is_reduce_only


@pytest.mark.parametrize("name", ["daily_volatility", "drawdown", "win_rate"])
@pytest.mark.parametrize("value", [NAN, -1.0])
def test_one_corrupt_input_counts_as_its_worst_value(name, value):
    good = {"daily_volatility": 0.02, "drawdown": 0.03, "win_rate": 0.52}
    worst = {"daily_volatility": 1.0, "drawdown": 0.5, "win_rate": 0.0}

    answer = dynamic_leverage(Conditions(**(good | {name: value})))

    assert answer == dynamic_leverage(Conditions(**(good | {name: worst[name]})))


@pytest.mark.parametrize("bounds", [{"lowest": 6.0}, {"highest": 4.0}, {"lowest": 9.0, "highest": 2.0}])
def test_bounds_that_exclude_the_base_are_refused(bounds):
    with pytest.raises(ValueError, match="allowed lowest <= base <= highest"):
        LeverageConfig(**bounds)
