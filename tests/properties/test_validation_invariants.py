"""Laws of stage 4: how the bars are cut and what comes later never matter."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.domain.blocks import FeatureBlock, HaltGrid, MarketBlock
from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.plugins import FeatureSpec, Monitor
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.stage import ValidationStage

INTERVAL_MS = 4 * 3_600_000  # a reference of 540 bars keeps the cases short
NAMES = ("steady", "drifting", "spiky", "sparse", "regular")
SYMBOLS = ("AUSDT", "BUSDT")
FIRST_BAR = 1_000_003
BARS = 1_300


def _market_features():
    generator = np.random.default_rng(20)
    values = generator.standard_normal((len(NAMES), len(SYMBOLS), BARS))
    values[:4, :, 1:] += 0.4 * values[:4, :, :-1]
    values[1, :, 800:] += 3.0
    values[2, 0, 600::37] = 60.0
    values[2, 1, 700:760] = values[2, 1, 700]
    values[3, :, 300:330] = np.nan
    values[3, :, 900::5] = np.nan
    values[4] = np.arange(BARS) % 42
    return values


VALUES = _market_features()


def _stage(required=("steady",)):
    specs = tuple(
        FeatureSpec(
            name, "sd", 24.0, ("close",), Monitor.RANGE_ONLY if name == "regular" else Monitor.DISTRIBUTION
        )
        for name in NAMES
    )
    return ValidationStage(specs, required, SYMBOLS, INTERVAL_MS, ValidationConfig())


def _block(values, start, stop):
    silent = np.full((len(SYMBOLS), stop - start), np.nan)
    times = (FIRST_BAR + np.arange(start, stop)) * INTERVAL_MS
    halts = HaltGrid(len(SYMBOLS), stop - start)
    market = MarketBlock(SYMBOLS, INTERVAL_MS, times, silent, silent, silent, silent, silent, silent, halts)
    return FeatureBlock(market, NAMES, values[:, :, start:stop].copy(), halts)


def _run(stage, values, cuts):
    seen = [stage.advance(_block(values, start, stop)) for start, stop in pairwise(cuts)]
    grids = [
        np.concatenate([getattr(block.halts, name) for block in seen], axis=1)
        for name in ("code", "observed", "limit")
    ]
    return [np.concatenate([block.values for block in seen], axis=2), *grids]


def _equal(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@given(st.sets(st.integers(1, BARS - 1), max_size=12))
@settings(max_examples=25)
def test_any_cut_of_the_bars_gives_the_same_bits(cuts):
    whole, parts = _stage(), _stage()

    expected = _run(whole, VALUES, [0, BARS])
    observed = _run(parts, VALUES, [0, *sorted(cuts), BARS])

    _equal(expected, observed)
    assert whole.snapshot() == parts.snapshot()


def test_one_bar_at_a_time_gives_the_same_bits():
    whole, stream = _stage(), _stage()

    expected = _run(whole, VALUES, [0, BARS])
    observed = _run(stream, VALUES, list(range(BARS + 1)))

    _equal(expected, observed)
    assert whole.snapshot() == stream.snapshot()


@given(st.integers(1, BARS - 1), st.sampled_from([np.nan, np.inf, 1e9, -3.0]))
@settings(max_examples=25)
def test_rows_after_a_bar_never_change_it(last, poison):
    changed = VALUES.copy()
    changed[:, :, last:] = poison

    expected = _run(_stage(), VALUES, [0, BARS])
    observed = _run(_stage(), changed, [0, BARS])

    _equal([array[..., :last] for array in expected], [array[..., :last] for array in observed])


@given(st.integers(1, BARS - 1))
@settings(max_examples=15)
def test_a_restored_snapshot_goes_on_where_it_was_taken(taken):
    original, restored = _stage(), _stage()
    _run(original, VALUES, [0, taken])

    restored.restore(original.snapshot())

    _equal(_run(original, VALUES, [taken, BARS]), _run(restored, VALUES, [taken, BARS]))
    assert original.snapshot() == restored.snapshot()


def test_symbols_do_not_see_each_other():
    changed = VALUES.copy()
    changed[:, 1] = 1e7

    expected = _run(_stage(), VALUES, [0, BARS])
    observed = _run(_stage(), changed, [0, BARS])

    _equal([array[..., 0, :] for array in expected], [array[..., 0, :] for array in observed])


def test_what_comes_out_is_the_value_that_went_in_or_nothing():
    seen = _run(_stage(), VALUES, [0, BARS])[0]

    kept = np.isfinite(seen)
    np.testing.assert_array_equal(seen[kept], VALUES[kept])
    assert kept[:, :, 540:].any(axis=2).all()
    assert not kept[:, :, 540:].all()


def test_a_snapshot_of_other_settings_is_refused():
    snapshot = _stage(required=()).snapshot()

    with pytest.raises(InvariantBroken, match="snapshot"):
        _stage().restore(snapshot)
