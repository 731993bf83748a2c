"""Hours become samples at every candle interval."""

import pytest
from pydantic import ValidationError

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.plan import plan_of


def test_hourly_candles_are_all_sampled():
    plan = plan_of(ValidationConfig(), HOUR_MS)

    assert plan["sample_bars"] == 1
    assert (plan["short_window"], plan["long_window"], plan["reference"]) == (168, 720, 2160)
    assert plan["run_length"] == 30_000.0


def test_minute_candles_are_sampled_once_an_hour():
    plan = plan_of(ValidationConfig(), 60_000)

    assert plan["sample_bars"] == 60
    assert (plan["short_window"], plan["long_window"], plan["reference"]) == (168, 720, 2160)


def test_coarse_candles_still_fill_a_reference_of_500():
    plan = plan_of(ValidationConfig(), 24 * HOUR_MS)

    assert (plan["short_window"], plan["long_window"], plan["reference"]) == (40, 160, 500)
    assert plan["run_length"] == 30_000.0 / 24.0


def test_windows_must_nest():
    with pytest.raises(ValidationError, match="allowed short < long < reference"):
        ValidationConfig(long_window_hours=3000.0)
