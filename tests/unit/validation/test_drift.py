"""What the validator does about distributions: references, drift, quarantine and recovery."""

import math

import numpy as np
import pytest

from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Monitor
from alphastrike.validation.health import Level

DRIFT = Monitor.DISTRIBUTION
REFERENCE = 2160


def _standing(validator, feature):
    return next(health for health in validator.health() if health.feature == feature)


def test_without_a_reference_the_symbol_halts_and_says_how_far_along_it_is(stage, block, ar1):
    values = ar1(0.5, (2, 1, REFERENCE + 1), seed=1)

    seen = stage((DRIFT, DRIFT)).advance(block(values, 0))

    assert (seen.halts.code[0, : REFERENCE - 1] == Code.NO_REFERENCE).all()
    assert (seen.halts.observed[0, 100], seen.halts.limit[0, 100]) == (101.0, float(REFERENCE))
    assert np.isnan(seen.values[:, 0, : REFERENCE - 1]).all()
    assert seen.halts.code[0, REFERENCE] == Code.PASSED


def test_minute_bars_count_the_same_hours(stage, block, ar1):
    values = np.repeat(ar1(0.0, (1, 1, 50), seed=1), 60, axis=2)

    seen = stage((DRIFT,), interval_ms=60_000).advance(block(values, 0, 60_000))

    assert (seen.halts.observed[0, -1], seen.halts.limit[0, -1]) == (3000.0, 60.0 * REFERENCE)


def test_a_feature_that_never_speaks_keeps_nobody_waiting(stage, block, ar1):
    values = ar1(0.5, (3, 1, REFERENCE + 1), seed=1)
    values[1] = math.nan

    seen = stage((DRIFT,) * 3).advance(block(values, 0))

    assert seen.halts.code[0, -1] == Code.PASSED


def test_symbols_wait_each_for_their_own_reference(stage, block, ar1):
    values = ar1(0.5, (1, 2, REFERENCE), seed=1)
    values[0, 1, :500] = math.nan

    seen = stage((DRIFT,), symbols=2).advance(block(values, 0))

    np.testing.assert_array_equal(seen.halts.code[:, -1], [Code.PASSED, Code.NO_REFERENCE])


def test_healthy_features_are_left_alone(stage, block, ar1):
    values = np.concatenate([ar1(phi, (1, 12, 8760), seed=31) for phi in (0.0, 0.3, 0.6, 0.8, 0.9)])

    seen = stage((DRIFT,) * 5, symbols=12, policy="strict").advance(block(values, 0))

    later = seen.halts.code[:, REFERENCE + 1 :]
    assert (later == Code.DRIFT).mean() <= 0.02


@pytest.mark.parametrize(
    ("name", "fault", "delay"),
    [
        ("two deviations higher", lambda x: x + 2.0, 96),
        ("one deviation higher", lambda x: x + 1.0, 168),
        ("threefold spread", lambda x: 3.0 * x, 168),
        ("a hundredth of the spread", lambda x: x / 100.0, 96),
        ("without its sign", np.abs, 168),
    ],
)
def test_a_drifted_feature_is_quarantined_in_time(stage, block, ar1, name, fault, delay):
    values = ar1(0.3, (1, 20, 3000 + delay), seed=2)
    values[:, :, 3000:] = fault(values[:, :, 3000:])

    seen = stage((DRIFT,), symbols=20).advance(block(values, 0))

    quarantined = np.isnan(seen.values[0, :, -1])
    assert quarantined.mean() >= 0.9, name


def test_a_drifted_feature_alone_in_the_symbol_halts_it(stage, block, ar1):
    values = ar1(0.3, (1, 1, 3200), seed=2)
    values[:, :, 3000:] += 2.0

    seen = stage((DRIFT,)).advance(block(values, 0))

    assert seen.halts.code[0, -1] == Code.DRIFT
    assert (seen.halts.observed[0, -1], seen.halts.limit[0, -1]) == (1.0, 0.2)


def test_a_quarantined_required_feature_halts_whatever_the_share(stage, block, ar1):
    values = ar1(0.3, (8, 1, 3200), seed=2)
    values[3, :, 3000:] += 2.0

    seen = stage((DRIFT,) * 8, required=("feature_3",)).advance(block(values, 0))

    assert seen.halts.code[0, -1] == Code.DRIFT
    assert (seen.halts.observed[0, -1], seen.halts.limit[0, -1]) == (0.125, 0.0)


def test_one_alarm_of_the_two_is_not_a_quarantine(stage, block, ar1):
    validator = stage((DRIFT,))
    values = ar1(0.0, (1, 1, REFERENCE + 20), seed=2)
    values[:, :, REFERENCE:] += 2.0

    validator.advance(block(values, 0))

    standing = _standing(validator, "feature_0")
    assert standing.cusum_alarm > 1.0
    assert standing.window_alarm < 1.0
    assert not standing.quarantined


@pytest.mark.parametrize(
    ("alarming", "config", "cut"),
    [
        (0, {}, 0.0),
        (1, {}, 0.0),  # a tenth is not above a tenth
        (2, {}, 0.25),
        (2, {"warned_size": 0.5}, 0.5),
        (2, {"max_warned": 0.2}, 0.0),
    ],
)
def test_new_positions_shrink_while_more_than_a_tenth_of_the_features_alarm(
    stage, block, ar1, alarming, config, cut
):
    values = ar1(0.0, (10, 1, REFERENCE + 20), seed=2)
    values[:alarming, :, REFERENCE:] += 2.0
    validator = stage((DRIFT,) * 10, **config)

    seen = validator.advance(block(values, 0))

    assert not seen.halts.code[0, REFERENCE:].any()
    assert [_standing(validator, f"feature_{i}").level is Level.WARN for i in range(10)] == [
        i < alarming for i in range(10)
    ]
    assert seen.size_cut[0, -1] == cut
    assert not seen.size_cut[0, : REFERENCE + 1].any()


def test_a_feature_out_of_range_counts_among_those_that_alarm(stage, block, ar1):
    values = ar1(0.0, (4, 1, REFERENCE + 60), seed=2)
    values[0, 0, REFERENCE + 20] = 60.0

    seen = stage((DRIFT,) * 4).advance(block(values, 0))

    # From the bar itself until it has passed the memory of 24 bars.
    assert np.flatnonzero(seen.size_cut[0]).tolist() == list(range(REFERENCE + 20, REFERENCE + 44))


def test_trust_returns_after_two_weeks_without_an_alarm(stage, block, ar1):
    values = ar1(0.3, (1, 1, 6000), seed=4)
    values[:, :, 3000:3100] += 2.5
    validator = stage((DRIFT,), refit_hours=20_000.0)

    seen = validator.advance(block(values, 0))

    withheld = 3000 + np.flatnonzero(np.isnan(seen.values[0, 0, 3000:]))
    assert withheld[0] < 3100
    assert 3100 + 336 <= withheld[-1] < 3100 + 720 + 336
    assert not _standing(validator, "feature_0").quarantined


def test_a_refit_does_not_silence_an_alarm(stage, block, ar1):
    values = ar1(0.3, (1, 1, 3000 + REFERENCE), seed=4)
    values[:, :, 3000:] += 2.0
    validator = stage((DRIFT,))

    before = validator.advance(block(values[:, :, :3000], 0))
    reference = validator.reference("feature_0", "S0USDT")
    after = validator.advance(block(values[:, :, 3000:-100], 3000))

    assert np.isfinite(before.values[0, 0, -1])
    assert np.isnan(after.values[0, 0, 200:]).all()
    assert validator.reference("feature_0", "S0USDT").tau == reference.tau


def test_a_lasting_change_is_accepted_after_a_whole_new_reference(stage, block, ar1):
    values = ar1(0.3, (1, 1, 3000 + REFERENCE + 1000), seed=4)
    values[:, :, 3000:] += 2.0

    seen = stage((DRIFT,)).advance(block(values, 0))

    assert np.isfinite(seen.values[0, 0, -1])


def test_a_healthy_reference_is_renewed_at_fixed_times(stage, block, ar1):
    values = ar1(0.3, (1, 1, 3000), seed=4)
    validator = stage((DRIFT,))
    validator.advance(block(values[:, :, :2880], 0))
    first = validator.reference("feature_0", "S0USDT")

    validator.advance(block(values[:, :, 2880:2881], 2880))

    assert validator.reference("feature_0", "S0USDT").tau != first.tau


def test_a_spike_cannot_stretch_the_next_range_beyond_the_present_one(stage, block, ar1):
    values = ar1(0.3, (1, 1, 2900), seed=4)
    values[0, 0, 2200:2800:10] = 1e5
    validator = stage((DRIFT,))
    validator.advance(block(values[:, :, :2160], 0))
    first = validator.reference("feature_0", "S0USDT")

    validator.advance(block(values[:, :, 2160:], 2160))

    second = validator.reference("feature_0", "S0USDT")
    assert second.highest <= first.highest + (first.highest - first.lowest)


def test_a_gap_keeps_the_reference_and_breaks_only_the_chain_of_residuals(stage, block, ar1):
    values = ar1(0.9, (1, 1, 3000), seed=4)
    values[:, :, 2500:2600] = math.nan
    values[:, :, 2600:] *= -1.0

    validator = stage((DRIFT,))
    seen = validator.advance(block(values, 0))

    assert np.isnan(seen.values[0, 0, 2500:2600]).all()
    assert np.isfinite(seen.values[0, 0, 2600:]).all()
    assert validator.reference("feature_0", "S0USDT") is not None


def test_a_long_silence_clears_the_cusum(stage, block, ar1):
    values = ar1(0.0, (1, 1, 2500), seed=4)
    values[0, 0, 2160:2164] = 2.5
    values[0, 0, 2164:2400] = math.nan
    validator = stage((DRIFT,))

    validator.advance(block(values[:, :, :2164], 0))
    raised = _standing(validator, "feature_0").cusum_alarm
    validator.advance(block(values[:, :, 2164:2401], 2164))

    assert raised > 0.5
    assert _standing(validator, "feature_0").cusum_alarm == 0.0


def test_a_feature_with_long_memory_is_watched_by_its_range(stage, block, ar1):
    values = ar1(0.995, (1, 1, 3000), seed=4)
    validator = stage((DRIFT,))

    seen = validator.advance(block(values, 0))

    assert _standing(validator, "feature_0").monitor is Monitor.RANGE_ONLY
    assert np.isfinite(seen.values[0, 0, REFERENCE:]).mean() > 0.9
