"""Bars shorter than the step at which distributions are sampled."""

import numpy as np
import pytest

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import Monitor

QUARTER_MS = HOUR_MS // 4
DRIFT = Monitor.DISTRIBUTION
SHORT = {"reference_hours": 240, "short_window_hours": 24, "long_window_hours": 48}
LEARNT = 2_000  # bars of the shortest reference


@pytest.fixture
def faulty(ar1):
    """Four features with all that can befall them, before and after their references are learnt."""
    values = ar1(0.9, (4, 1, LEARNT + 900), seed=3)
    random = np.random.default_rng(4)
    values[random.random(values.shape) < 0.01] = np.nan
    values[0, 0, LEARNT + 300] = 40.0
    values[1, 0, LEARNT + 100 : LEARNT + 160] = values[1, 0, LEARNT + 100]
    values[1, 0, 300:340] = values[1, 0, 300]
    values[2, 0, LEARNT + 200 :] += 3.0
    values[3, 0, [500, LEARNT + 50]] = 2e6
    return values


def test_a_block_of_quarters_is_judged_as_its_bars_one_by_one(stage, block, faulty):
    whole = stage((DRIFT,) * 4, ("feature_3",), interval_ms=QUARTER_MS, **SHORT)
    single = stage((DRIFT,) * 4, ("feature_3",), interval_ms=QUARTER_MS, **SHORT)

    together = whole.advance(block(faulty, 0, QUARTER_MS))
    alone = [
        single.advance(block(faulty[:, :, bar : bar + 1], bar, QUARTER_MS)) for bar in range(faulty.shape[2])
    ]

    np.testing.assert_array_equal(together.values, np.concatenate([one.values for one in alone], axis=2))
    for column in ("code", "observed", "limit"):
        expected = np.concatenate([getattr(one.halts, column) for one in alone], axis=1)
        np.testing.assert_array_equal(getattr(together.halts, column), expected)
    assert whole.snapshot() == single.snapshot()
    assert np.isfinite(together.values[:, 0, LEARNT:]).any(axis=1).all()


@pytest.mark.parametrize(("cadence_hours", "withheld"), [(1.0, 0), (0.0, 72)])
def test_a_value_that_stands_for_an_hour_is_not_frozen_within_it(stage, block, ar1, cadence_hours, withheld):
    hourly = ar1(0.5, (1, 1, LEARNT // 4 + 48), seed=8)
    held = np.repeat(hourly, 4, axis=2)
    held[:, :, LEARNT : LEARNT + 95] = held[0, 0, LEARNT]
    validator = stage((DRIFT,), interval_ms=QUARTER_MS, cadence_hours=cadence_hours, **SHORT)
    validator.advance(block(held[:, :, :LEARNT], 0, QUARTER_MS))

    seen = validator.advance(block(held[:, :, LEARNT : LEARNT + 95], LEARNT, QUARTER_MS))

    assert int(np.isnan(seen.values).sum()) == withheld


def test_what_nobody_who_acts_reads_does_not_halt_the_symbol(stage, block, ar1):
    values = ar1(0.5, (3, 1, 2200), seed=12)
    values[1:, :, 2165:] += 100.0
    heard, unheard = stage((DRIFT,) * 3), stage((DRIFT,) * 3)
    unheard.mute(("feature_1", "feature_2"))

    halted = heard.advance(block(values, 0))
    spared = unheard.advance(block(values, 0))

    assert halted.halts.code[0, 2170] != 0
    assert not spared.halts.code[0, 2160:].any()
    np.testing.assert_array_equal(halted.values, spared.values)
