"""Breaker settings searched walk-forward: the future has no say, and what is said is out of sample."""

import numpy as np
import pytest

from alphastrike.app import seeding
from alphastrike.app.inputs import Inputs
from alphastrike.app.tuning.breaker import FoldResult, Tuned, tune_breaker
from alphastrike.app.tuning.space import SPACE, configured_choice, named, with_choice
from alphastrike.domain.errors import ConfigError
from tests.markets import EAGER, configured, replaced, small_market

MARKET = small_market(seed=3, hours=1_500, symbols=("BTCUSDT", "ETHUSDT"))
CONFIG = configured(strategy={"name": "ema_cross"}, **EAGER)


@pytest.fixture
def tuned(monkeypatch):
    """Tune on a market in memory."""

    def on(history, **terms):
        inputs = Inputs(history, MARKET.funding, "", "", is_synthetic=True, notes=())
        monkeypatch.setattr(seeding, "load_inputs", lambda _config: inputs)
        return tune_breaker(CONFIG, **terms)

    return on


def test_a_fold_is_judged_by_a_choice_made_before_it(tuned):
    fall = np.where(np.arange(1_500) < 1_000, 1.0, 0.7)  # in the last fold everything is different
    other = replaced(MARKET.history, lambda values: values * fall)

    before, after = (tuned(history, folds=2, trials=3) for history in (MARKET.history, other))

    assert before.folds[0] == after.folds[0]
    for name in ("choice", "searched"):
        assert getattr(before.folds[1], name) == getattr(after.folds[1], name)
    assert before.folds[1].configured != after.folds[1].configured


def test_a_search_is_the_same_again_and_stays_on_the_grid(tuned):
    steps = []

    found = tuned(MARKET.history, folds=2, trials=3, progress=lambda done, total: steps.append((done, total)))

    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert found == tuned(MARKET.history, folds=2, trials=3)
    assert found.configured == named(configured_choice(CONFIG))
    for choice in (found.choice, *(fold.choice for fold in found.folds)):
        for (section, name), grid in SPACE.items():
            assert choice[f"{section}.{name}"] in {*grid, found.configured[f"{section}.{name}"]}


def test_too_many_folds_for_the_history_are_refused(tuned):
    with pytest.raises(ConfigError, match=r"--folds: observed 9 for 1,500 bars, allowed at most 6"):
        tuned(MARKET.history, folds=9, trials=1)


def test_a_choice_is_in_force_where_it_is_read():
    choice = tuple(grid[0] for grid in SPACE.values())

    chosen = with_choice(CONFIG, choice)

    assert configured_choice(chosen) == choice
    assert isinstance(chosen.llm.triggers.losses, int)
    assert chosen.backtest.llm == "rules"
    assert type(CONFIG).model_validate(chosen.model_dump()) == chosen


@pytest.mark.parametrize(
    ("gains", "supported"),
    [
        ((0.02, 0.01, -0.01), True),
        ((0.05, -0.01, -0.01), False),
        ((0.01, 0.01, -0.05), False),
        ((0.0, 0.0), False),
    ],
)
def test_a_choice_is_recommended_only_when_mean_and_most_folds_say_so(gains, supported):
    folds = tuple(FoldResult(0, 1, {}, 9.0, gain, 0.0) for gain in gains)
    tuned = Tuned(folds, {}, {}, sum(gain > 0 for gain in gains), sum(gains) / len(gains))

    assert tuned.is_supported is supported
    assert tuned.to_plain()["is_supported"] is supported
