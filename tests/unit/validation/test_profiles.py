"""References that belong to a model: learnt with it, kept with it, never renewed."""

import math
from dataclasses import replace

import numpy as np
import pytest

from alphastrike.domain.errors import ConfigError, InvariantBroken
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Monitor
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.profiles import learn_profiles, profile_bytes, profiles_from

DRIFT = Monitor.DISTRIBUTION
LONG = 720
LEARNT = 5_000


@pytest.fixture
def profiles(block, ar1):
    """Profiles of one feature of one symbol, learnt on `LEARNT` healthy bars."""
    return learn_profiles(block(ar1(0.3, (1, 1, LEARNT), seed=4), 0), ("feature_0",), ValidationConfig())


def test_a_profile_survives_its_file(profiles):
    read = profiles_from(profile_bytes(profiles), profiles.features, profiles.symbols)

    assert read.references.tobytes() == profiles.references.tobytes()
    assert read.references[0, 0]["size"] == LEARNT
    assert profile_bytes(profiles) == profile_bytes(read)


@pytest.mark.parametrize(
    ("content", "symbols"),
    [(b"nonsense", ("S0USDT",)), (None, ("S0USDT", "S1USDT")), (b"", ("S0USDT",))],
)
def test_another_profile_is_refused(profiles, content, symbols):
    with pytest.raises(ConfigError, match="train the model again"):
        profiles_from(profile_bytes(profiles) if content is None else content, ("feature_0",), symbols)


def test_a_short_series_has_no_profile(block, ar1):
    learnt = learn_profiles(block(ar1(0.3, (1, 1, 499), seed=4), 0), ("feature_0",), ValidationConfig())

    assert learnt.references[0, 0]["size"] == 0


def test_a_pinned_reference_judges_from_the_first_long_window_on(stage, block, ar1, profiles):
    validator = stage((DRIFT,))
    validator.pin(profiles)

    seen = validator.advance(block(ar1(0.3, (1, 1, 1_000), seed=9), LEARNT))

    assert (seen.halts.code[0, : LONG - 1] == Code.NO_REFERENCE).all()
    assert (seen.halts.observed[0, 99], seen.halts.limit[0, 99]) == (100.0, float(LONG))
    assert np.isfinite(seen.values[0, 0, LONG:]).all()
    assert validator.reference("feature_0", "S0USDT").samples == LEARNT


def test_a_pinned_reference_is_never_renewed_whatever_the_market_becomes(stage, block, ar1, profiles):
    validator = stage((DRIFT,))
    validator.pin(profiles)
    values = ar1(0.3, (1, 1, 6_000), seed=9)
    values[:, :, 1_000:] += 1.5

    seen = validator.advance(block(values, LEARNT))

    assert np.isfinite(seen.values[0, 0, 800:1_000]).all()
    assert np.isnan(seen.values[0, 0, 1_200:]).all()
    assert (seen.halts.code[0, 1_200:] == Code.DRIFT).all()
    before = profiles.references[0, 0]
    assert validator.reference("feature_0", "S0USDT").tau == before["tau"]


def test_a_symbol_the_model_never_saw_stays_halted(stage, block, ar1, profiles):
    validator = stage((DRIFT,), symbols=2)
    validator.pin(profiles)

    seen = validator.advance(block(ar1(0.3, (1, 2, 3_000), seed=9), LEARNT))

    assert seen.halts.code[0, -1] == Code.PASSED
    assert (seen.halts.code[1] == Code.NO_REFERENCE).all()


def test_a_model_without_its_features_watched_is_refused(stage, profiles):
    with pytest.raises(ConfigError, match="feature_0 is not watched"):
        stage((Monitor.RANGE_ONLY,)).pin(profiles)


def test_one_bar_at_a_time_a_pinned_validator_says_the_same(stage, block, ar1, profiles):
    values = ar1(0.3, (1, 1, 900), seed=9)
    whole, stream = stage((DRIFT,)), stage((DRIFT,))
    whole.pin(profiles)
    stream.pin(profiles)

    expected = whole.advance(block(values, LEARNT))
    streamed = [stream.advance(block(values[:, :, t : t + 1], LEARNT + t)) for t in range(900)]

    codes = np.concatenate([seen.halts.code for seen in streamed], axis=1)
    assert np.array_equal(codes, expected.halts.code)
    assert whole.snapshot() == stream.snapshot()


def test_a_snapshot_under_another_models_references_is_refused(stage, profiles):
    pinned, other = stage((DRIFT,)), stage((DRIFT,))
    pinned.pin(profiles)
    changed = profiles.references.copy()
    changed["tau"] = math.pi
    other.pin(replace(profiles, references=changed))

    with pytest.raises(InvariantBroken, match="snapshot"):
        other.restore(pinned.snapshot())
