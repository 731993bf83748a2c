"""A feature that goes with the price, and one day goes against it: no distribution shows that."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.domain.plugins import Monitor
from alphastrike.validation.health import Level

REFERENCE = 2160


def a_market(block, bars, seed=3, tie=0.8):
    """Features of one symbol that follow the bar's return with correlation `tie`, with the price."""
    chance = np.random.default_rng(seed)
    move, noise = chance.standard_normal((2, bars))
    values = (tie * move + np.sqrt(1 - tie * tie) * noise)[None, None, :]
    close = 100.0 * np.exp(np.cumsum(0.01 * move))[None, :]

    def cut(start, stop, change=lambda x: x):
        made = block(change(values[:, :, start:stop]), start)
        return replace(made, market=replace(made.market, close=close[:, start:stop]))

    return cut


def standing(validator):
    return validator.health()[0]


def test_a_turned_sign_is_noticed_within_a_day(stage, block):
    cut = a_market(block, REFERENCE + 200)
    validator = stage((Monitor.DISTRIBUTION,))
    validator.advance(cut(0, REFERENCE))

    seen = validator.advance(cut(REFERENCE, REFERENCE + 200, lambda x: -x))

    first = int(np.flatnonzero(np.isnan(seen.values[0, 0]))[0])
    assert first <= 24
    assert standing(validator).level is Level.QUARANTINE


def a_slow_market(block, bars, seed=4):
    """A feature of one symbol that follows the price's move over a day, less surely any single one."""
    chance = np.random.default_rng(seed)
    path = np.cumsum(chance.standard_normal(bars + 24))
    daily = (path[24:] - path[:-24]) / np.sqrt(24.0)
    values = (0.9 * daily + 0.4 * chance.standard_normal(bars))[None, None, :]
    close = 100.0 * np.exp(0.01 * path[24:])[None, :]

    def cut(start, stop, change=lambda x: x):
        made = block(change(values[:, :, start:stop]), start)
        return replace(made, market=replace(made.market, close=close[:, start:stop]))

    return cut


def test_a_turned_sign_of_a_slow_feature_is_noticed_by_the_move_of_a_day(stage, block):
    cut = a_slow_market(block, REFERENCE + 400)
    validator = stage((Monitor.DISTRIBUTION,))
    validator.advance(cut(0, REFERENCE))

    seen = validator.advance(cut(REFERENCE, REFERENCE + 400, lambda x: -x))

    assert np.isnan(seen.values[0, 0, 300:]).all()  # its distribution is too slow to be tested
    assert standing(validator).agreement_alarm > 1.0


def test_a_healthy_tie_to_the_move_of_a_day_stays_quiet(stage, block):
    cut = a_slow_market(block, REFERENCE + 4_000)
    validator = stage((Monitor.DISTRIBUTION,), refit_hours=20_000.0)

    seen = validator.advance(cut(0, REFERENCE + 4_000))

    assert np.isfinite(seen.values[0, 0, REFERENCE:]).mean() > 0.99
    assert standing(validator).agreement_alarm < 1.0


def test_a_healthy_tie_stays_quiet(stage, block):
    cut = a_market(block, REFERENCE + 6_000, tie=0.4)
    validator = stage((Monitor.DISTRIBUTION,), refit_hours=20_000.0)

    seen = validator.advance(cut(0, REFERENCE + 6_000))

    assert np.isfinite(seen.values[0, 0, REFERENCE:]).all()
    assert standing(validator).level is not Level.QUARANTINE


def test_a_feature_without_a_tie_is_not_watched_for_one(stage, block):
    cut = a_market(block, REFERENCE + 500, tie=0.0)
    validator = stage((Monitor.DISTRIBUTION,))

    validator.advance(cut(0, REFERENCE))
    validator.advance(cut(REFERENCE, REFERENCE + 500, lambda x: -x))

    assert standing(validator).agreement_alarm == 0.0


@pytest.mark.parametrize("cuts", [(1, 700), (2_159, 2_161)])
def test_any_cut_of_the_bars_gives_the_same_state(stage, block, cuts):
    whole, parts = stage((Monitor.DISTRIBUTION,)), stage((Monitor.DISTRIBUTION,))
    cut = a_market(block, 2_400)

    whole.advance(cut(0, 2_400))
    for start, stop in zip((0, *cuts), (*cuts, 2_400), strict=True):
        parts.advance(cut(start, stop))

    assert whole.snapshot() == parts.snapshot()


def test_levels_go_from_unknown_over_ok_and_warn_to_quarantine(stage, block, ar1):
    values = ar1(0.0, (1, 1, REFERENCE + 200), seed=2)
    values[:, :, REFERENCE:] += 2.0
    validator = stage((Monitor.DISTRIBUTION,))

    levels = []
    for start, stop in ((0, 100), (100, REFERENCE), (REFERENCE, REFERENCE + 20), (REFERENCE + 20, 2_360)):
        validator.advance(block(values[:, :, start:stop], start))
        levels.append(standing(validator).level)

    assert levels == [Level.UNKNOWN, Level.OK, Level.WARN, Level.QUARANTINE]
