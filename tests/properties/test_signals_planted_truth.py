"""What is there is found, what is not there is not traded."""

import math

import numpy as np
import pytest

from alphastrike.app.discovery import chosen
from alphastrike.domain.blocks import CandleHistory, PredictionBlock
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.features.feature_set import FeatureSet
from alphastrike.marketdata.synthetic.config import embedded_default
from alphastrike.marketdata.synthetic.market import driftless_random_walk, generate
from alphastrike.signals.config import DecayConfig, SignalsConfig
from alphastrike.signals.ensemble import plugin
from alphastrike.signals.order_flow import of_cmf, of_taker_imb
from alphastrike.signals.price_action import pa_donchian, pa_rsi, pa_strev
from alphastrike.signals.tracker import DecayTracker
from alphastrike.signals.volume import vo_vwap

ACTIVE, RETIRED = 1, 2
BARS = 17_520
ROUND_TRIP = 0.0012  # taker fee and slippage, in and out


def planted(seed):
    """An hourly market and votes: one right 55 %, one 53 %, one 55 % until half-time, 17 coins."""
    random = np.random.default_rng(seed)
    up = random.random(BARS) < 0.5
    accuracy = np.full((20, BARS), 0.5)
    accuracy[0] = 0.55
    accuracy[1] = 0.53
    accuracy[2] = np.where(np.arange(BARS) < BARS // 2, 0.55, 0.46)
    right = random.random((20, BARS)) < accuracy
    direction = np.where(up, 1.0, -1.0)
    votes = np.full((20, 1, BARS), 0.5)
    # A vote at bar t speaks of bar t + 1.
    votes[:, 0, :-1] = np.where(right[:, 1:], direction[1:], -direction[1:]) * 0.5
    opens = np.full((1, BARS), 100.0)
    close = opens * (1.0 + 0.01 * direction)
    market = CandleHistory(
        symbols=("AUSDT",),
        interval_ms=HOUR_MS,
        open_time_ms=np.arange(BARS, dtype=np.int64) * HOUR_MS,
        open=opens,
        high=np.fmax(opens, close),
        low=np.fmin(opens, close),
        close=close,
        volume=opens,
        taker_buy_volume=opens,
    ).block(0, BARS)
    return market, votes


@pytest.fixture(scope="module")
def standings():
    """The same tracker over three seeds."""
    results = []
    for seed in (1, 2, 3):
        market, votes = planted(seed)
        results.append(DecayTracker((1,) * 20, 1, DecayConfig()).advance(market, votes))
    return results


def test_a_signal_right_55_percent_of_the_time_is_found(standings):
    for standing in standings:
        first = np.flatnonzero(standing.state[0] == ACTIVE)[0]

        assert first < 4_000
        assert (standing.state[0, first:] == ACTIVE).mean() > 0.8


def test_a_signal_right_53_percent_of_the_time_is_found_in_the_end(standings):
    assert all((standing.state[1] == ACTIVE).any() for standing in standings)


def test_a_signal_that_decays_is_retired_within_1200_outcomes(standings):
    for standing in standings:
        after = slice(BARS // 2 + 1_200, BARS // 2 + 3_000)

        assert (standing.state[2, : BARS // 2] == ACTIVE).any()
        assert (standing.state[2, BARS // 2 :] == RETIRED).any()
        assert (standing.weight[2, after] == 0.0).all()


def test_coins_hold_next_to_no_weight(standings):
    coins = sum(standing.weight[3:].sum() for standing in standings)
    everything = sum(standing.weight.sum() for standing in standings)

    assert coins / everything < 0.05


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
