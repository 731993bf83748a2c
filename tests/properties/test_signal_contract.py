"""What must hold for every signal that is found, third-party ones included, from candles to its vote."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.app.discovery import available
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import Category
from alphastrike.domain.series import SERIES
from alphastrike.features.feature_set import FeatureSet

SIGNALS = {name: load() for name, load in available("signals").items()}
FEATURES = {name: load() for name, load in available("features").items()}
SYMBOLS = ("BTCUSDT", "ETHUSDT", "LTCUSDT", "SOLUSDT", "XLMUSDT", "XRPUSDT")
INTERVAL_MS = 4 * HOUR_MS
TAIL = 40
every_signal = pytest.mark.parametrize("name", sorted(SIGNALS))


def a_market(bars, seed):
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.standard_t(4, (6, bars)) * 0.01, axis=1))
    opens = np.concatenate([np.full((6, 1), 100.0), close[:, :-1]], axis=1)
    volume = np.exp(rng.normal(15.0, 0.7, close.shape))
    return CandleHistory(
        SYMBOLS,
        INTERVAL_MS,
        (120_000 + np.arange(bars, dtype=np.int64)) * INTERVAL_MS,
        opens,
        np.maximum(opens, close) * (1.0 + rng.random(close.shape) * 0.004),
        np.minimum(opens, close) * (1.0 - rng.random(close.shape) * 0.004),
        close,
        volume,
        volume * rng.random(close.shape),
        series={name: rng.uniform(0.01, 0.09, close.shape) for name in sorted(SERIES)},
    )


def a_stage(name):
    features = tuple(FEATURES[feature] for feature in SIGNALS[name].spec.features)
    return FeatureSet(features, SYMBOLS, INTERVAL_MS, ())


def votes_of(name, history, cuts=()):
    stage, edges = a_stage(name), [0, *cuts, history.open_time_ms.size]
    parts = [
        SIGNALS[name].votes(stage.advance(history.block(start, stop)))
        for start, stop in zip(edges[:-1], edges[1:], strict=True)  # noqa: RUF007
    ]
    return np.concatenate(parts, axis=1)


@every_signal
def test_a_stream_of_single_bars_votes_as_one_block_does(name):
    bars = a_stage(name).lookback_bars + TAIL
    history = a_market(bars, seed=4)

    streamed = votes_of(name, history, range(bars - TAIL, bars))

    np.testing.assert_array_equal(streamed, votes_of(name, history))


@every_signal
@given(seed=st.integers(0, 1000), back=st.integers(1, TAIL), poison=st.sampled_from([np.nan, 1e9]))
@settings(max_examples=3)
def test_the_future_never_changes_a_vote(name, seed, back, poison):
    bars = a_stage(name).lookback_bars + TAIL
    history = a_market(bars, seed)
    poisoned = {
        column: getattr(history, column).copy() for column in ("open", "high", "low", "close", "volume")
    }
    series = {key: values.copy() for key, values in history.series.items()}
    for values in (*poisoned.values(), *series.values()):
        values[:, bars - back :] = poison

    before = votes_of(name, replace(history, series=series, **poisoned))[:, : bars - back]

    np.testing.assert_array_equal(before, votes_of(name, history)[:, : bars - back])
    np.testing.assert_array_equal(before, votes_of(name, prefix(history, bars - back)))


def prefix(history, bars):
    """The first `bars` bars of a history."""
    columns = ("open", "high", "low", "close", "volume", "taker_buy_volume")
    return CandleHistory(
        history.symbols,
        history.interval_ms,
        history.open_time_ms[:bars],
        *(np.ascontiguousarray(getattr(history, column)[:, :bars]) for column in columns),
        series={key: np.ascontiguousarray(values[:, :bars]) for key, values in history.series.items()},
    )


@every_signal
def test_a_vote_lies_in_one_and_its_declaration_is_complete(name):
    spec = SIGNALS[name].spec

    votes = votes_of(name, a_market(a_stage(name).lookback_bars + 2 * TAIL, seed=9))

    assert not (np.abs(votes) > 1.0).any()
    assert set(spec.features) <= set(FEATURES)
    assert isinstance(spec.category, Category)
    assert spec.horizon_hours > 0.0
    assert SIGNALS[name].__doc__
