"""What must hold for every feature in the package, found by looking, not by listing."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.app.discovery import available
from alphastrike.domain.blocks import CandleHistory, HaltGrid, MarketBlock
from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import Feature, Monitor

COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
SYMBOLS = ("BTCUSDT", "ETHUSDT")


FEATURES: dict[str, Feature] = {name: load() for name, load in available("features").items()}
every_feature = pytest.mark.parametrize("name", sorted(FEATURES))
intervals = st.sampled_from([HOUR_MS // 2, HOUR_MS, 4 * HOUR_MS])
seeds = st.integers(0, 1000)


def a_market(bars, interval_ms, seed, first_bar=400_003):
    rng = np.random.default_rng(seed)
    shape = (len(SYMBOLS), bars)
    close = 100.0 * np.exp(np.cumsum(rng.standard_t(4, shape) * 0.01, axis=1))
    opening = np.concatenate([np.full((shape[0], 1), 100.0), close[:, :-1]], axis=1)
    volume = np.exp(rng.normal(15.0, 0.7, shape)) * (rng.random(shape) > 0.02)
    return CandleHistory(
        symbols=SYMBOLS,
        interval_ms=interval_ms,
        open_time_ms=(first_bar + np.arange(bars, dtype=np.int64)) * interval_ms,
        open=opening,
        high=np.maximum(opening, close) * (1.0 + rng.random(shape) * 0.004),
        low=np.minimum(opening, close) * (1.0 - rng.random(shape) * 0.004),
        close=close,
        volume=volume,
        taker_buy_volume=volume * rng.random(shape),
    )


def with_rows(history, other, rows):
    """`history` with the columns of `other` in these rows."""
    mixed = {name: getattr(history, name).copy() for name in COLUMNS}
    for name in COLUMNS:
        mixed[name][:, rows] = getattr(other, name)[:, rows]
    return replace(history, **mixed)


def without_row(history, symbol, row):
    """`history` with one candle missing."""
    holed = {name: getattr(history, name).copy() for name in COLUMNS}
    for name in COLUMNS:
        holed[name][symbol, row] = np.nan
    return replace(history, **holed)


def piece(history, start, stop):
    """Bars [start, stop) as the gateway hands them on: contiguous."""
    block = history.block(start, stop)
    columns = {name: np.ascontiguousarray(getattr(block, name)) for name in COLUMNS}
    return MarketBlock(
        symbols=block.symbols,
        interval_ms=block.interval_ms,
        open_time_ms=block.open_time_ms,
        halts=HaltGrid(len(block.symbols), stop - start),
        **columns,
    )


def values_of(name, history, cuts=(), fold=None):
    """The feature over the history, fed in pieces that end at `cuts`."""
    fold = fold or FEATURES[name].build(history.symbols, history.interval_ms)
    edges = [0, *sorted(set(cuts)), history.open_time_ms.size]
    out = np.empty(history.close.shape)
    for start, stop in pairwise(edges):
        if stop > start:
            part = np.empty((len(history.symbols), stop - start))
            fold.advance(piece(history, start, stop), part)
            out[:, start:stop] = part
    return out


def lookback(name, interval_ms):
    return FEATURES[name].build(SYMBOLS, interval_ms).lookback_bars


def test_the_agreed_features_are_found():
    assert set(FEATURES) >= {"log_return_1", "daily_volatility", "atr_14", "rsi_14h", "hour_of_week"}


@every_feature
@given(interval_ms=intervals, seed=seeds, back=st.integers(1, 50))
@settings(max_examples=15)
def test_rows_after_a_bar_never_change_it(name, interval_ms, seed, back):
    bars = lookback(name, interval_ms) + 60
    history = a_market(bars, interval_ms, seed)
    future = slice(bars - back, bars)
    other = with_rows(history, a_market(bars, interval_ms, seed + 1), future)
    missing = without_row(history, 1, bars - back)

    before = values_of(name, history)[:, : bars - back]

    np.testing.assert_array_equal(values_of(name, other)[:, : bars - back], before)
    np.testing.assert_array_equal(values_of(name, missing)[:, : bars - back], before)


@every_feature
@given(interval_ms=intervals, seed=seeds, cuts=st.lists(st.floats(0, 1), max_size=6), data=st.data())
@settings(max_examples=15)
def test_any_split_of_the_bars_gives_the_same_bits(name, interval_ms, seed, cuts, data):
    bars = lookback(name, interval_ms) + 60
    hole = data.draw(st.integers(0, bars - 1))
    history = without_row(a_market(bars, interval_ms, seed), 0, hole)

    whole = values_of(name, history)

    np.testing.assert_array_equal(values_of(name, history, [int(cut * bars) for cut in cuts]), whole)


@every_feature
@pytest.mark.parametrize("interval_ms", [HOUR_MS // 2, 4 * HOUR_MS])
def test_a_stream_of_single_bars_gives_the_same_bits_as_one_block(name, interval_ms):
    bars = lookback(name, interval_ms) + 60
    history = a_market(bars, interval_ms, seed=3)

    np.testing.assert_array_equal(values_of(name, history, range(bars)), values_of(name, history))


@every_feature
@given(interval_ms=st.sampled_from([HOUR_MS, 4 * HOUR_MS]), seed=seeds, data=st.data())
@settings(max_examples=10)
def test_rows_older_than_the_lookback_do_not_matter(name, interval_ms, seed, data):
    fold = FEATURES[name].build(SYMBOLS, interval_ms)
    reach = fold.lookback_bars + fold.fade_bars
    bars = reach + 60
    history = a_market(bars, interval_ms, seed)
    cut = bars - reach - data.draw(st.integers(0, 40))
    other = with_rows(history, a_market(bars, interval_ms, seed + 1), slice(0, cut))
    other = without_row(other, 0, data.draw(st.integers(0, cut - 1)))

    last, same = values_of(name, history)[:, -1], values_of(name, other)[:, -1]

    if fold.fade_bars == 0:
        np.testing.assert_array_equal(same, last)
    else:
        np.testing.assert_allclose(same, last, rtol=1e-9, atol=1e-13)


@every_feature
@given(interval_ms=intervals, seed=seeds, hole=st.integers(0, 40))
@settings(max_examples=15)
def test_a_missing_row_starts_the_feature_afresh(name, interval_ms, seed, hole):
    bars = hole + 1 + lookback(name, interval_ms) + 30
    history = without_row(a_market(bars, interval_ms, seed), 0, hole)

    values = values_of(name, history)[0]

    fold = FEATURES[name].build(SYMBOLS, interval_ms)
    fresh = np.empty((len(SYMBOLS), bars - hole - 1))
    fold.advance(piece(history, hole + 1, bars), fresh)
    assert np.isnan(values[hole])
    np.testing.assert_array_equal(values[hole + 1 :], fresh[0])


@every_feature
@given(interval_ms=intervals, seed=seeds)
@settings(max_examples=10)
def test_the_first_value_comes_with_the_last_row_of_the_lookback(name, interval_ms, seed):
    needed = lookback(name, interval_ms)
    history = a_market(needed + 20, interval_ms, seed)
    traded = np.maximum(history.volume, 1.0)
    history = replace(history, volume=traded, taker_buy_volume=traded / 3 * (1 + history.volume / 1e9))

    values = values_of(name, history)

    assert np.isnan(values[:, : needed - 1]).all()
    assert np.isfinite(values[:, needed - 1 :]).all()


@every_feature
@given(interval_ms=intervals, seed=seeds, cut=st.floats(0, 1))
@settings(max_examples=15)
def test_stop_snapshot_and_restore_equals_never_stopping(name, interval_ms, seed, cut):
    bars = lookback(name, interval_ms) + 60
    history = a_market(bars, interval_ms, seed)
    stop = int(cut * bars)
    stopped, resumed = (FEATURES[name].build(SYMBOLS, interval_ms) for _ in range(2))
    if stop:
        stopped.advance(piece(history, 0, stop), np.empty((len(SYMBOLS), stop)))

    resumed.restore(stopped.snapshot())
    rest = np.empty((len(SYMBOLS), bars - stop))
    if stop < bars:
        resumed.advance(piece(history, stop, bars), rest)

    np.testing.assert_array_equal(rest, values_of(name, history)[:, stop:])


@every_feature
def test_symbols_do_not_touch_each_other(name):
    bars = lookback(name, 4 * HOUR_MS) + 60
    history = a_market(bars, 4 * HOUR_MS, seed=11)
    other = a_market(bars, 4 * HOUR_MS, seed=12)
    mixed = {column: getattr(history, column).copy() for column in COLUMNS}
    for column in COLUMNS:
        mixed[column][1] = getattr(other, column)[1]

    values = values_of(name, replace(history, **mixed))

    np.testing.assert_array_equal(values[0], values_of(name, history)[0])


@every_feature
@given(interval_ms=intervals, seed=seeds)
@settings(max_examples=10)
def test_values_keep_to_the_declared_bounds(name, interval_ms, seed):
    spec = FEATURES[name].spec
    values = values_of(name, a_market(lookback(name, interval_ms) + 300, interval_ms, seed))

    known = values[~np.isnan(values)]

    assert known.size
    assert ((known >= spec.lowest) & (known <= spec.highest)).all()


@every_feature
def test_lookbacks_declared_in_hours_hold_at_every_bar_size(name):
    plugin = FEATURES[name]
    for interval_ms in (60_000, HOUR_MS, 4 * HOUR_MS):
        bars = plugin.build(SYMBOLS, interval_ms).lookback_bars
        if plugin.spec.lookback_hours:
            # A change needs one bar more than its hours; a second window rounds up on its own.
            assert 0 <= bars - bars_in(plugin.spec.lookback_hours, interval_ms) <= 2
        else:
            assert bars == plugin.build(SYMBOLS, HOUR_MS).lookback_bars


@every_feature
def test_a_declaration_is_complete(name):
    spec = FEATURES[name].spec

    assert spec.unit
    assert set(spec.inputs) <= set(COLUMNS)
    assert spec.lowest < spec.highest
    assert isinstance(spec.monitor, Monitor)
    assert FEATURES[name].__doc__


_INTERPRETED = """
import sys
sys.path.insert(0, {folder!r})
from test_features_invariants import FEATURES, HOUR_MS, a_market, values_of
import numpy as np
history = a_market(130, 4 * HOUR_MS, seed=5)
for name in sorted(FEATURES):
    sys.stdout.buffer.write(values_of(name, history).tobytes())
"""


def test_compiled_and_interpreted_features_agree():
    history = a_market(130, 4 * HOUR_MS, seed=5)
    script = _INTERPRETED.format(folder=str(Path(__file__).parent))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}

    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)

    interpreted = np.frombuffer(run.stdout).reshape(len(FEATURES), *history.close.shape)
    compiled = np.array([values_of(name, history) for name in sorted(FEATURES)])
    np.testing.assert_allclose(interpreted, compiled, rtol=1e-12, atol=1e-15)
