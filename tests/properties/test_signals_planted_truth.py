"""What is there is found, what is not there is not traded."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from alphastrike.app.discovery import chosen
from alphastrike.domain.blocks import CandleHistory, FeatureBlock, PredictionBlock
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.features.feature_set import FeatureSet
from alphastrike.marketdata.synthetic.config import embedded_default
from alphastrike.marketdata.synthetic.market import driftless_random_walk, generate
from alphastrike.signals.config import DecayConfig, SignalsConfig
from alphastrike.signals.ensemble import plugin
from alphastrike.signals.order_flow import of_cmf, of_taker_imb
from alphastrike.signals.price_action import pa_donchian, pa_rsi, pa_strev
from alphastrike.signals.volume import vo_vwap

ACTIVE, RETIRED = 1, 2
BARS, SIGNALS = 17_520, 20
CHANGE = BARS // 2
ROUND_TRIP = 0.0012  # taker fee and slippage, in and out
FAST, FULL = (1, 2, 3), range(1, 13)


class Told:
    """A signal whose votes are written beforehand."""

    def __init__(self, row):
        category = tuple(Category)[row % len(Category)]
        self.spec = SignalSpec(f"s{row:02d}", category, (f"s{row:02d}",), horizon_hours=1.0)

    def votes(self, features):
        return features.feature(self.spec.name).copy()


@dataclass(frozen=True)
class Outcome:
    """What the ensemble made of a planted market. `right` is per bar with a forecast."""

    trace: object
    right: np.ndarray
    equally_right: float
    traded: float
    beyond: float


def planted_accuracies():
    """One signal right 55 %, one 53 %, one 55 % until half-time and 46 % after, 17 coins."""
    accuracies = np.full((SIGNALS, BARS), 0.5)
    accuracies[0] = 0.55
    accuracies[1] = 0.53
    accuracies[2] = np.where(np.arange(BARS) < CHANGE, 0.55, 0.46)
    return accuracies


def outcome_of(seed, accuracies, config):
    """An hourly market that Gaussian signals foretell one bar ahead, through the whole ensemble.

    A correlation of sin(pi (a - 1/2)) with the next return makes a signal's sign right with chance a.
    """
    random = np.random.default_rng(seed)
    told = random.normal(size=(SIGNALS, BARS))
    known = np.sin(np.pi * (accuracies - 0.5))
    chance = np.sqrt(1.0 - (known**2).sum(axis=0)) * random.normal(size=BARS)
    returns = np.append(random.normal(), ((known * told).sum(axis=0) + chance)[:-1])
    close = 100.0 * np.exp(np.cumsum(0.0064 * returns))[None]
    opens = np.concatenate(([[100.0]], close[:, :-1]), axis=1)
    history = CandleHistory(
        symbols=("AUSDT",),
        interval_ms=HOUR_MS,
        open_time_ms=np.arange(BARS, dtype=np.int64) * HOUR_MS,
        open=opens,
        high=np.fmax(opens, close),
        low=np.fmin(opens, close),
        close=close,
        volume=np.ones_like(close),
        taker_buy_volume=np.full_like(close, 0.5),
    )
    return through_the_ensemble(history, np.tanh(told)[:, None], config)


def through_the_ensemble(history, votes, config):
    """Forecasts of one bar, and what became of them in the next."""
    signals = tuple(Told(row) for row in range(SIGNALS))
    names = (*(signal.spec.name for signal in signals), "daily_volatility")
    block = history.block(0, BARS)
    values = np.concatenate((votes, np.full((1, 1, BARS), 0.029)))
    strategy = plugin.build(config, history.symbols, HOUR_MS, ROUND_TRIP, signals)
    silent = PredictionBlock(np.full((1, BARS), math.nan), block.halts)
    said = strategy.advance(FeatureBlock(block, names, values, block.halts), silent)
    score, rises = said.forecast[0, :-1], history.close[0, 1:] > history.open[0, 1:]
    spoke = np.isfinite(score) & (score != 0.0)
    return Outcome(
        trace=said.trace,
        right=((score > 0.0) == rises)[spoke],
        equally_right=((votes[:, 0, :-1].sum(axis=0) > 0.0) == rises).mean(),
        traded=(said.halts.code == 0).mean(),
        beyond=(np.abs(np.nan_to_num(said.trace.probability_up, nan=0.5) - 0.5) > 0.02).mean(),
    )


def outcomes(seeds, config):
    return [outcome_of(seed, planted_accuracies(), config) for seed in seeds]


@pytest.fixture(scope="module")
def found():
    """The ensemble as it is by default, over three seeds."""
    return outcomes(FAST, SignalsConfig())


def first(flags):
    """Where a condition first holds, or far beyond the end."""
    places = np.flatnonzero(flags)
    return int(places[0]) if places.size else 10 * BARS


def check_signals(runs):
    """Each planted signal's story, run by run."""
    for run in runs:
        state, weight = run.trace.state, run.trace.weight
        assert first(state[0] == ACTIVE) < 4_000
        assert (state[0, 4_000:] == ACTIVE).mean() > 0.8
        assert (state[1] == ACTIVE).any()
        assert (state[2, :CHANGE] == ACTIVE).any()
        assert first(state[2, CHANGE:] == RETIRED) < 1_200
        assert (weight[2, CHANGE + 1_200 : CHANGE + 3_000] == 0.0).all()
    coins = sum(run.trace.weight[3:SIGNALS].sum() for run in runs)
    assert coins / sum(run.trace.weight.sum() for run in runs) < 0.01


def mean_accuracy(runs):
    return float(np.mean([run.right.mean() for run in runs]))


def test_what_is_planted_is_found_what_decays_is_retired_and_coins_weigh_nothing(found):
    check_signals(found)


def test_the_ensemble_beats_equal_weights_and_the_articles_rule(found):
    article = outcomes(FAST, SignalsConfig(decay=DecayConfig(rule="article")))

    assert mean_accuracy(found) >= 0.56
    assert np.mean([run.equally_right for run in found]) == pytest.approx(0.52, abs=0.006)
    assert mean_accuracy(article) == pytest.approx(0.527, abs=0.006)


def test_the_articles_rule_gives_most_of_the_weight_to_coins():
    (run,) = outcomes(FAST[:1], SignalsConfig(decay=DecayConfig(rule="article")))

    assert run.trace.weight[3:SIGNALS].sum() / run.trace.weight[:SIGNALS].sum() > 0.5


@pytest.mark.long
def test_planted_truth_over_twelve_seeds(record_property):
    runs = outcomes(FULL, SignalsConfig())
    article = outcomes(FULL, SignalsConfig(decay=DecayConfig(rule="article")))

    coins = sum(run.trace.weight[3:SIGNALS].sum() for run in runs)
    figures = {
        "accuracy": mean_accuracy(runs),
        "accuracy of equal weights": float(np.mean([run.equally_right for run in runs])),
        "accuracy of the article's rule": mean_accuracy(article),
        "weight on coins": coins / sum(run.trace.weight.sum() for run in runs),
        "55 % found after": np.median([first(run.trace.state[0] == ACTIVE) for run in runs]),
        "53 % found after": np.median([first(run.trace.state[1] == ACTIVE) for run in runs]),
        "decayed retired after": np.median([first(run.trace.state[2, CHANGE:] == RETIRED) for run in runs]),
    }
    for name, value in figures.items():
        record_property(name, round(float(value), 5))
    check_signals(runs)
    assert figures["accuracy"] >= 0.56
    assert figures["accuracy"] - figures["accuracy of equal weights"] > 0.04
    assert figures["accuracy"] - figures["accuracy of the article's rule"] > 0.03


def noise(seed):
    return outcome_of(10_000 + seed, np.full((SIGNALS, BARS), 0.5), SignalsConfig())


def check_noise(run):
    assert run.traded <= 0.05
    assert run.beyond <= 0.02


@pytest.mark.parametrize("seed", range(6))
def test_noise_is_not_believed(seed):
    check_noise(noise(seed))


@pytest.mark.long
def test_null_truth_over_two_hundred_seeds(record_property):
    runs = [noise(seed) for seed in range(200)]

    promoted = np.mean([(run.trace.state == ACTIVE).any() for run in runs])
    record_property("worst share of bars beyond 0.52", max(run.beyond for run in runs))
    record_property("seeds in which a coin was ever active", promoted)
    assert promoted < 0.1
    for run in runs:
        check_noise(run)


def judged(history):
    """The default ensemble on a whole history, costs included, with a few of its signals."""
    signals = (
        of_cmf.plugin,
        of_taker_imb.plugin,
        pa_donchian.plugin,
        pa_rsi.plugin,
        pa_strev.plugin,
        vo_vwap.plugin,
    )
    strategy = plugin.build(SignalsConfig(), history.symbols, history.interval_ms, ROUND_TRIP, signals)
    names = strategy.features
    stage = FeatureSet(
        tuple(chosen("features", names, "features").values()), history.symbols, history.interval_ms, names
    )
    features = stage.advance(history.block(0, history.close.shape[1]))
    silent = np.full(history.close.shape, math.nan)
    return strategy.advance(features, PredictionBlock(silent, features.halts))


def test_the_planted_edge_of_the_embedded_market_is_found_and_traded():
    history = generate(embedded_default()).history

    forecast = judged(history)

    assert forecast.trace is not None
    taker = forecast.trace.names.index("of_taker_imb")
    bars = history.close.shape[1]
    assert np.flatnonzero(forecast.trace.state[taker] == ACTIVE)[0] < bars / 3
    passed = forecast.halts.code == 0
    assert passed.mean() > 0.05
    hours = 12
    gain = np.log(history.close[:, hours:] / history.open[:, 1 : bars - hours + 1])
    traded = passed[:, : bars - hours]
    earned = (np.sign(forecast.forecast[:, : bars - hours]) * gain)[traded]
    assert earned.mean() > ROUND_TRIP


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_market_without_an_edge_is_left_alone(seed):
    history = driftless_random_walk(embedded_default().model_copy(update={"seed": seed})).history

    forecast = judged(history)

    assert (forecast.halts.code == 0).mean() < 0.01
    assert (forecast.conviction > 100.0 * 0.02 / 0.06).mean() < 0.02
