"""Regimes: what the market must do to be called what."""

import math
from itertools import pairwise

import numpy as np
import pytest

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.signals.config import RegimeConfig
from alphastrike.signals.regime import REGIMES, RegimeTracker

DAY = 24


def regimes(market, config=None):
    """Names of the first symbol's regimes."""
    tracker = RegimeTracker(market.close.shape[0], market.interval_ms, config or RegimeConfig())
    return [REGIMES[code] for code in tracker.advance(market)[0]]


def wobble(bars, seed=1, scale=0.01):
    """A walk whose every second step takes back the one before: it goes nowhere."""
    steps = scale * np.random.default_rng(seed).choice([-1.0, 1.0], bars)
    steps[1::2] = -steps[: 2 * (bars // 2) : 2]
    return steps


def path(steps):
    return 100.0 * np.exp(np.cumsum(steps))


def test_a_short_history_is_unknown(a_market):
    names = regimes(a_market([path(wobble(20 * DAY))]))

    assert set(names[: 14 * DAY]) == {"unknown"}
    assert names[-1] != "unknown"


def test_a_market_that_goes_nowhere_is_a_range(a_market):
    names = regimes(a_market([path(wobble(30 * DAY))]))

    assert set(names[15 * DAY :]) == {"range"}


@pytest.mark.parametrize(("drift", "name"), [(0.004, "trend_up"), (-0.004, "trend_down")])
def test_a_market_that_goes_somewhere_is_a_trend(a_market, drift, name):
    steps = wobble(30 * DAY)
    steps[25 * DAY :] = drift

    assert regimes(a_market([path(steps)]))[-1] == name


def test_a_storm_is_high_volatility_at_once(a_market):
    steps = wobble(30 * DAY)
    steps[25 * DAY :] *= 6.0

    names = regimes(a_market([path(steps)]))

    assert "high_volatility" in names[25 * DAY : 25 * DAY + 3]


def test_a_gap_makes_the_regime_unknown_until_the_look_back_is_full_again(a_market):
    closes = path(wobble(30 * DAY))
    closes[25 * DAY] = math.nan

    names = regimes(a_market([closes]))

    assert names[25 * DAY - 1] != "unknown"
    assert set(names[25 * DAY : 27 * DAY]) == {"unknown"}
    assert names[27 * DAY + 1] != "unknown"


def test_efficiency_ratio_of_a_known_path(a_market):
    # Over 4 h: net +2 of a path of 4 in logs = 0.5; the limit lies just below or just above it.
    zigzag = np.tile([0.03, -0.01], 400)
    quiet = {"trend_hours": 4, "warm_up_days": 1, "high_enter": 1.0, "high_leave": 1.0}

    below = regimes(a_market([path(zigzag)]), RegimeConfig(trend_enter=0.499, trend_leave=0.0, **quiet))
    above = regimes(a_market([path(zigzag)]), RegimeConfig(trend_enter=0.501, trend_leave=0.0, **quiet))

    assert below[-1] == "trend_up"
    assert above[-1] == "range"


def test_a_regime_lasts_at_least_its_dwell(a_market):
    steps = np.random.default_rng(3).normal(0.0, 0.01, 120 * DAY)

    names = regimes(a_market([path(steps)]))
    changes = [bar for bar in range(1, len(names)) if names[bar] != names[bar - 1]]
    known = [
        (start, stop)
        for start, stop in pairwise(changes)
        if names[stop] not in {"unknown", "high_volatility"}
    ]
    assert known
    assert all(stop - start >= 6 for start, stop in known)


def test_look_backs_hold_in_hours_at_other_bar_sizes(a_market):
    steps = wobble(30 * DAY)
    steps[25 * DAY :] = 0.004
    hourly = path(steps)
    quarters = np.repeat(hourly, 4)  # four bars an hour, the last of which closes where the hour does

    by_hour = regimes(a_market([hourly]))
    by_quarter = regimes(a_market([quarters], interval_ms=HOUR_MS // 4))

    assert by_quarter[3::4][-1] == by_hour[-1] == "trend_up"
    assert by_quarter[3::4].count("unknown") == pytest.approx(by_hour.count("unknown"), abs=2)


def test_every_symbol_has_its_own_regime(a_market):
    calm, trending = wobble(30 * DAY), wobble(30 * DAY)
    trending[25 * DAY :] = 0.004
    tracker = RegimeTracker(2, HOUR_MS, RegimeConfig())

    codes = tracker.advance(a_market([path(calm), path(trending)]))

    assert [REGIMES[code] for code in codes[:, -1]] == ["range", "trend_up"]


def test_a_bar_seen_before_changes_nothing(a_market):
    tracker = RegimeTracker(1, HOUR_MS, RegimeConfig())
    closes = path(wobble(20 * DAY))
    tracker.advance(a_market([closes]))
    before = [array.copy() for array in tracker.state()]

    repeated = tracker.advance(a_market([[1.0]], first_bar=20 * DAY - 1))

    assert repeated.tolist() == [[0]]
    assert all((old == new).all() for old, new in zip(before[2:], tracker.state()[2:], strict=True))


def test_thresholds_to_leave_may_not_lie_above_those_to_enter():
    with pytest.raises(ValueError, match="leave thresholds"):
        RegimeConfig(high_enter=0.5, high_leave=0.6)
    with pytest.raises(ValueError, match="warm_up_days"):
        RegimeConfig(history_days=10, warm_up_days=20)
