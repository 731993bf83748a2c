"""The configured hours, in samples and bars of one candle interval."""

from typing import Any

import numpy as np

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.records import PLAN

_LEAST_REFERENCE, _LEAST_SHORT, _LEAST_LONG = 500, 40, 160  # samples


def least_reference() -> int:
    """Samples below which no reference is made."""
    return _LEAST_REFERENCE


def plan_of(config: ValidationConfig, interval_ms: int) -> Any:
    """A `PLAN` record: how often candles of this interval are sampled, and lengths in samples."""
    sample_bars = max(1, int(config.sample_minutes * 60_000) // interval_ms)
    sample_ms = sample_bars * interval_ms
    long_window = max(bars_in(config.long_window_hours, sample_ms), _LEAST_LONG)
    plan = np.zeros(1, dtype=PLAN)[0]
    plan["sample_bars"] = sample_bars
    plan["reference"] = max(bars_in(config.reference_hours, sample_ms), _LEAST_REFERENCE, long_window)
    plan["short_window"] = max(bars_in(config.short_window_hours, sample_ms), _LEAST_SHORT)
    plan["long_window"] = long_window
    plan["day"] = bars_in(24.0, sample_ms)
    plan["evaluate"] = bars_in(config.evaluate_hours, sample_ms)
    plan["refit"] = bars_in(config.refit_hours, sample_ms)
    plan["recovery"] = bars_in(config.recovery_hours, sample_ms)
    plan["run_length"] = config.false_alarm_hours * HOUR_MS / sample_ms
    return plan
