"""Known numbers of the compiled loops, and that they mean the same interpreted."""

import numpy as np
import pytest

from alphastrike.marketdata.synthetic.kernel_paths import excursions, first_order, with_feedback


def test_first_order_mixes_the_past_and_the_innovation_to_unit_variance() -> None:
    assert first_order(np.array([1.0, 1.0, 0.0]), 0.6).tolist() == pytest.approx([1.0, 1.4, 0.84])


def test_feedback_adds_the_sum_of_past_shocks_and_switches() -> None:
    once = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    half, none = np.array([0.5]), np.array([0.0])

    # Two past shocks at one half: 1, .5, .75, .625 and then switched off.
    shocks = with_feedback(once, np.array([2]), half, none, np.array([4]))

    assert shocks.tolist() == [1.0, 0.5, 0.75, 0.625, 0.0]


def test_without_noise_the_extremes_are_the_ends_and_the_jump_inside() -> None:
    zeros = np.zeros((2, 12))
    diffusion, jump = np.array([0.12, -0.12]), np.array([0.0, 0.5])

    high, low = excursions(diffusion, jump, np.array([-1, 5]), np.zeros(2), zeros, np.zeros((2, 12, 2)))

    assert high.tolist() == pytest.approx([0.12, -0.06 + 0.5])
    assert low.tolist() == pytest.approx([0.0, -0.06])


def test_the_squared_range_of_a_random_walk_is_four_ln_two_variances() -> None:
    chance = np.random.default_rng(1)
    steps = 40_000

    high, low = excursions(
        chance.standard_normal(steps),
        np.zeros(steps),
        np.full(steps, -1),
        np.ones(steps),
        chance.standard_normal((steps, 12)),
        chance.standard_exponential((steps, 12, 2)),
    )

    assert np.mean((high - low) ** 2) == pytest.approx(4 * np.log(2), rel=0.015)


@pytest.mark.parametrize("function", [first_order, with_feedback, excursions])
def test_compiled_equals_interpreted_bit_for_bit(function: object) -> None:
    chance = np.random.default_rng(2)
    vector, matrix = chance.standard_normal(50), chance.standard_normal((50, 12))
    arguments = {
        first_order: (vector, 0.9),
        with_feedback: (vector, np.array([3, 7]), np.array([0.1, -0.05]), np.zeros(2), np.array([20, 50])),
        excursions: (
            vector,
            0.1 * vector,
            np.arange(50) % 13 - 1,
            np.abs(vector),
            matrix,
            chance.standard_exponential((50, 12, 2)),
        ),
    }[function]

    interpreted = getattr(function, "py_func", function)

    assert np.array_equal(function(*arguments), interpreted(*arguments))  # type: ignore[operator]
