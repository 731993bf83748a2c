"""What the validator does at once, without statistics."""

import math

import numpy as np
import pytest

from alphastrike.domain.blocks import FeatureBlock
from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Monitor

RANGE, DRIFT = Monitor.RANGE_ONLY, Monitor.DISTRIBUTION
REFERENCE = 2160


@pytest.fixture
def warm(stage, block, ar1):
    """A validator of five monitored features with a reference, and the values to go on with."""
    values = ar1(0.5, (5, 1, REFERENCE + 400), seed=12)
    validator = stage((DRIFT,) * 5, required=("feature_0",))
    validator.advance(block(values[:, :, :REFERENCE], 0))
    return validator, values[:, :, REFERENCE:].copy()


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_required_feature_that_is_not_finite_halts_at_once(stage, block, broken):
    values = np.array([[[1.0, broken, 1.0]]])
    validator = stage((RANGE,), required=("feature_0",))

    seen = validator.advance(block(values, 0))

    np.testing.assert_array_equal(seen.halts.code[0], [Code.PASSED, Code.NON_FINITE, Code.PASSED])
    assert math.isnan(seen.values[0, 0, 1])


def test_a_required_feature_beyond_its_declared_bounds_halts_with_value_and_bound(stage, block):
    values = np.array([[[1.0, -2e6, 3e6]]])
    validator = stage((RANGE,), required=("feature_0",))

    seen = validator.advance(block(values, 0))

    np.testing.assert_array_equal(seen.halts.code[0], [Code.PASSED, Code.OUT_OF_RANGE, Code.OUT_OF_RANGE])
    np.testing.assert_array_equal(seen.halts.observed[0, 1:], [-2e6, 3e6])
    np.testing.assert_array_equal(seen.halts.limit[0, 1:], [-1e6, 1e6])


def test_an_optional_feature_is_withheld_and_nothing_halts(stage, block):
    values = np.array([[[1.0, 1.0, 1.0]], [[math.inf, 2e6, 5.0]]])
    validator = stage((RANGE, RANGE), required=("feature_0",))

    seen = validator.advance(block(values, 0))

    assert not seen.halts.code.any()
    np.testing.assert_array_equal(seen.values[1, 0], [math.nan, math.nan, 5.0])


def test_features_watched_by_range_alone_need_no_reference(stage, block):
    validator = stage((RANGE, RANGE))

    seen = validator.advance(block(np.ones((2, 1, 1)), 0))

    assert seen.halts.code[0, 0] == Code.PASSED


def test_an_earlier_halt_stands(stage, block):
    features = block(np.full((1, 1, 1), math.nan), 0)
    features.halts.halt(np.ones((1, 1), dtype=bool), Code.GAP, 3.0, 0.0)

    seen = stage((RANGE,), required=("feature_0",)).advance(features)

    assert seen.halts.code[0, 0] == Code.GAP


def test_the_input_is_left_as_it_was(stage, block):
    values = np.array([[[1.0, math.inf, 2e6]]])
    before = values.copy()

    stage((RANGE,)).advance(block(values, 0))

    np.testing.assert_array_equal(values, before)


def test_one_spike_is_withheld_and_forgotten(warm, block):
    validator, values = warm
    values[2, 0, 5] = 40.0

    seen = validator.advance(block(values[:, :, :20], REFERENCE))

    np.testing.assert_array_equal(np.flatnonzero(np.isnan(seen.values[2, 0])), [5])


def test_a_feature_scaled_a_hundredfold_is_withheld_from_the_second_bar_on(warm, block):
    validator, values = warm
    values[2] = 100.0 * (np.abs(values[2]) + 0.2)

    seen = validator.advance(block(values[:, :, :50], REFERENCE))

    assert np.isnan(seen.values[2, 0]).all()


def test_three_breaks_in_a_day_of_bars_distrust_the_feature_until_a_clean_day(warm, block):
    validator, values = warm
    values[2, 0, [3, 10, 15]] = -40.0

    seen = validator.advance(block(values[:, :, :60], REFERENCE))

    withheld = np.flatnonzero(np.isnan(seen.values[2, 0]))
    np.testing.assert_array_equal(withheld, [3, 10, *range(15, 39)])


def test_a_frozen_feature_is_withheld_while_it_stands_still(warm, block):
    validator, values = warm
    values[3, 0, 10:50] = values[3, 0, 10]

    seen = validator.advance(block(values[:, :, :60], REFERENCE))

    np.testing.assert_array_equal(np.flatnonzero(np.isnan(seen.values[3, 0])), np.arange(33, 50))


def test_a_required_feature_beyond_its_references_range_halts(warm, block):
    validator, values = warm
    values[0, 0, 4] = 40.0
    highest = validator.reference("feature_0", "S0USDT").highest

    seen = validator.advance(block(values[:, :, :6], REFERENCE))

    assert seen.halts.code[0, 4] == Code.OUT_OF_RANGE
    assert (seen.halts.observed[0, 4], seen.halts.limit[0, 4]) == (40.0, highest)


def test_too_large_a_share_of_withheld_features_halts_the_symbol(warm, block):
    validator, values = warm
    values[1:3, 0, 4] = 40.0
    values[1, 0, 6] = 40.0

    seen = validator.advance(block(values[:, :, :8], REFERENCE))

    assert seen.halts.code[0, 4] == Code.DRIFT
    assert (seen.halts.observed[0, 4], seen.halts.limit[0, 4]) == (0.4, 0.2)
    assert seen.halts.code[0, 6] == Code.PASSED


def test_a_silent_feature_is_not_a_distrusted_one(warm, block):
    validator, values = warm
    values[1:4, 0, 4] = math.nan

    seen = validator.advance(block(values[:, :, :8], REFERENCE))

    assert seen.halts.code[0, 4] == Code.PASSED


def test_bars_already_judged_come_back_withheld_and_halted(warm, block):
    validator, values = warm
    validator.advance(block(values[:, :, :10], REFERENCE))

    seen = validator.advance(block(values[:, :, 5:15], REFERENCE + 5))

    np.testing.assert_array_equal(seen.halts.code[0] == Code.NON_FINITE, [True] * 5 + [False] * 5)
    assert np.isnan(seen.values[:, :, :5]).all()
    assert np.isfinite(seen.values[:, :, 5:]).all()


def test_a_block_of_other_features_halts_it_and_all_that_follow(stage, block):
    validator = stage((RANGE, RANGE))

    first = validator.advance(block(np.ones((1, 1, 2)), 0))
    second = validator.advance(block(np.ones((2, 1, 2)), 2))

    assert (first.halts.code == Code.FEATURE_LAYOUT).all()
    assert (second.halts.code == Code.VALIDATOR_ERROR).all()
    assert np.isnan(first.values).all()
    assert np.isnan(second.values).all()
    assert "observed a block of" in validator.fault


def test_permuted_columns_halt(stage, block):
    features = block(np.ones((2, 1, 2)), 0)
    permuted = FeatureBlock(features.market, features.names[::-1], features.values, features.halts)

    seen = stage((RANGE, RANGE)).advance(permuted)

    assert (seen.halts.code == Code.FEATURE_LAYOUT).all()


def test_an_error_in_the_validator_itself_halts_from_then_on(stage, block):
    validator = stage((RANGE,))
    healthy = validator.advance(block(np.ones((1, 1, 2)), 0))
    features = block(np.ones((1, 1, 2)), 2)
    broken = FeatureBlock(features.market, features.names, np.ones((1, 1)), features.halts)

    failed = validator.advance(broken)
    after = validator.advance(block(np.ones((1, 1, 2)), 4))

    assert not healthy.halts.code.any()
    assert (failed.halts.code == Code.VALIDATOR_ERROR).all()
    assert (after.halts.code == Code.VALIDATOR_ERROR).all()
    assert np.isnan(after.values).all()
    assert validator.fault


def test_a_required_feature_must_be_watched(stage):
    with pytest.raises(InvariantBroken, match="feature_9"):
        stage((RANGE,), required=("feature_9",))
