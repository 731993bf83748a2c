"""Stage 6 in blocks of any size, with the future disturbed, and stopped and restored."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.blocks import CandleHistory, FeatureBlock, PredictionBlock
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.signals import ema_cross
from alphastrike.signals.config import DecayConfig, RegimeConfig, SignalsConfig
from alphastrike.signals.ensemble import plugin
from alphastrike.signals.order_flow import of_cmf
from alphastrike.signals.price_action import pa_strev
from alphastrike.signals.volume import vo_confirm

BARS, SYMBOLS = 500, 3
NAMES = (
    "cmf_20h",
    "daily_volatility",
    "ema_gap_12_26",
    "knows",
    "return_12h_over_vol",
    "return_1h_over_vol",
    "volume_z_168h",
)
# Quick to promote and to retire, so that every state and every gate is met within the test.
CONFIG = SignalsConfig(
    decay=DecayConfig(
        min_effective=20, candidates=2, false_share=1.0, prior_outcomes=200.0, cusum_limit=1.0, window=40
    ),
    regime=RegimeConfig(warm_up_days=2, history_days=6, trend_hours=6, volatility_half_life_hours=2),
)


class Knows:
    """A signal that is mostly right."""

    spec = SignalSpec("knows", Category.MACRO, ("knows",), horizon_hours=3.0)

    def votes(self, features):
        return features.feature("knows")


SIGNALS = (Knows(), of_cmf.plugin, pa_strev.plugin, vo_confirm.plugin)


def world(seed):
    """A history with a gap and the features on it."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (SYMBOLS, BARS)), axis=1))
    opens = np.roll(close, 1, axis=1)
    ahead = np.roll(close, -3, axis=1) - np.roll(opens, -1, axis=1)
    values = random.normal(0.0, 1.0, (len(NAMES), SYMBOLS, BARS))
    values[NAMES.index("knows")] = np.sign(ahead) * np.where(random.random(ahead.shape) < 0.8, 0.7, -0.7)
    values[NAMES.index("daily_volatility")] = random.uniform(0.002, 0.1, (SYMBOLS, BARS))
    values[NAMES.index("knows"), :, BARS // 2 :] *= -1.0
    gap = 200 + seed % 100
    for column in (close, opens):
        column[1, gap] = math.nan
    values[:, 1, gap : gap + 5] = math.nan
    history = CandleHistory(
        symbols=("AUSDT", "BUSDT", "CUSDT"),
        interval_ms=HOUR_MS,
        open_time_ms=np.arange(BARS, dtype=np.int64) * HOUR_MS,
        open=opens,
        high=np.fmax(opens, close),
        low=np.fmin(opens, close),
        close=close,
        volume=np.ones_like(close),
        taker_buy_volume=np.full_like(close, 0.5),
    )
    return history, values


def build():
    return plugin.build(CONFIG, ("AUSDT", "BUSDT", "CUSDT"), HOUR_MS, 0.0005, SIGNALS)


def push(strategy, history, values, start, stop):
    """One block through a strategy, as everything it says about it."""
    block = history.block(start, stop)
    features = FeatureBlock(block, NAMES, np.ascontiguousarray(values[:, :, start:stop]), block.halts)
    model = np.where(np.abs(values[0, :, start:stop]) > 1.0, 0.5 + 0.1 * values[0, :, start:stop], math.nan)
    said = strategy.advance(features, PredictionBlock(model.clip(0.0, 1.0), block.halts))
    columns = [
        said.forecast,
        said.conviction,
        said.regime,
        said.halts.code,
        said.halts.observed,
        said.halts.limit,
    ]
    if said.trace is not None:
        trace = said.trace
        columns += [
            trace.values,
            trace.weight,
            trace.accuracy,
            trace.samples,
            trace.alert,
            trace.probability_up,
        ]
        columns += [trace.state]
    return columns


def joined(strategy, history, values, cuts):
    """Blocks between the cuts, joined again along time."""
    edges = [0, *sorted(set(cuts)), BARS]
    parts = [push(strategy, history, values, a, b) for a, b in pairwise(edges)]
    return [np.concatenate(column, axis=-1) for column in zip(*parts, strict=True)]


def same(left, right):
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(left, right, strict=True))


def test_the_world_of_these_tests_meets_every_state_and_several_gates():
    columns = joined(build(), *world(1), cuts=[])

    assert {0, 1, 2} <= set(np.unique(columns[-1]))
    assert len(np.unique(columns[3])) >= 4
    assert len(np.unique(columns[2])) >= 3


@given(seed=st.integers(0, 50), cuts=st.lists(st.integers(1, BARS - 1), max_size=12))
def test_blocks_of_any_size_say_the_same_bit_for_bit(seed, cuts):
    history, values = world(seed)

    assert same(joined(build(), history, values, []), joined(build(), history, values, cuts))


def test_one_bar_at_a_time_says_the_same_bit_for_bit():
    history, values = world(3)

    assert same(joined(build(), history, values, []), joined(build(), history, values, range(1, BARS)))


@given(seed=st.integers(0, 50), bar=st.integers(0, BARS - 2), poison=st.sampled_from([math.nan, 1e9, -1.0]))
def test_the_future_never_changes_the_past(seed, bar, poison):
    history, values = world(seed)
    before = joined(build(), history, values, [])
    for column in (history.open, history.high, history.low, history.close):
        column[:, bar + 1 :] = poison
    values[:, :, bar + 1 :] = poison

    after = joined(build(), history, values, [])

    assert same([c[..., : bar + 1] for c in before], [c[..., : bar + 1] for c in after])


@given(seed=st.integers(0, 50), bar=st.integers(1, BARS - 1))
def test_stopping_and_restoring_changes_nothing(seed, bar):
    history, values = world(seed)
    steady = build()
    push(steady, history, values, 0, bar)
    resumed = build()
    resumed.restore(steady.snapshot())

    assert same(push(steady, history, values, bar, BARS), push(resumed, history, values, bar, BARS))
    assert steady.snapshot() == resumed.snapshot()


@pytest.mark.parametrize(
    "cuts", [[], [1, 2, 250], list(range(1, BARS))], ids=["whole", "three cuts", "single bars"]
)
def test_the_baseline_says_the_same_in_any_blocks(cuts):
    history, values = world(5)
    strategy = ema_cross.plugin.build(ema_cross.EmaCrossConfig(), (), HOUR_MS, 0.0, ())

    columns = joined(strategy, history, values, cuts)

    assert np.array_equal(columns[0], np.sign(values[NAMES.index("ema_gap_12_26")]), equal_nan=True)
