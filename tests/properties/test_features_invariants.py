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
from alphastrike.domain.plugins import Availability, Feature, Monitor
from alphastrike.domain.series import SERIES, is_flow
from alphastrike.features.feature_set import FeatureSet

COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
SYMBOLS = ("BTCUSDT", "ETHUSDT")
UNIVERSE = ("BTCUSDT", "ETHUSDT", "LTCUSDT", "SOLUSDT", "XLMUSDT", "XRPUSDT")
ROW = 1  # the symbol that is looked at: bitcoin has nothing to say about itself
LONG_HOURS = 400.0

FEATURES: dict[str, Feature] = {name: load() for name, load in available("features").items()}
every_feature = pytest.mark.parametrize("name", sorted(FEATURES))


def universe(name):
    """Symbols a feature is tested on."""
    return UNIVERSE if FEATURES[name].spec.across_symbols else SYMBOLS


def an_interval(data, name):
    """A bar size; long look-backs are tested on long bars, which is the same code in less time."""
    is_long = FEATURES[name].spec.lookback_hours > LONG_HOURS
    return data.draw(st.sampled_from([4 * HOUR_MS] if is_long else [HOUR_MS // 2, HOUR_MS, 4 * HOUR_MS]))


seeds = st.integers(0, 1000)


def a_market(bars, interval_ms, seed, symbols=SYMBOLS, first_bar=400_003):
    rng = np.random.default_rng(seed)
    shape = (len(symbols), bars)
    close = 100.0 * np.exp(np.cumsum(rng.standard_t(4, shape) * 0.01, axis=1))
    opening = np.concatenate([np.full((shape[0], 1), 100.0), close[:, :-1]], axis=1)
    volume = np.exp(rng.normal(15.0, 0.7, shape)) * (rng.random(shape) > 0.02)
    return CandleHistory(
        symbols=symbols,
        interval_ms=interval_ms,
        open_time_ms=(first_bar + np.arange(bars, dtype=np.int64)) * interval_ms,
        open=opening,
        high=np.maximum(opening, close) * (1.0 + rng.random(shape) * 0.004),
        low=np.minimum(opening, close) * (1.0 - rng.random(shape) * 0.004),
        close=close,
        volume=volume,
        taker_buy_volume=volume * rng.random(shape),
        series={name: rng.uniform(0.01, 0.09, shape) for name in sorted(SERIES)},
    )


def with_rows(history, other, rows):
    """`history` with the columns of `other` in these rows."""
    mixed = {name: getattr(history, name).copy() for name in COLUMNS}
    for name in COLUMNS:
        mixed[name][:, rows] = getattr(other, name)[:, rows]
    series = {name: values.copy() for name, values in history.series.items()}
    for name, values in series.items():
        values[:, rows] = other.series[name][:, rows]
    return replace(history, series=series, **mixed)


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
        series=block.series,
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
    return FEATURES[name].build(universe(name), interval_ms).lookback_bars


def test_the_agreed_features_are_found():
    assert set(FEATURES) >= {"log_return_1", "daily_volatility", "atr_14", "rsi_14h", "hour_of_week"}


@every_feature
@given(data=st.data(), seed=seeds, back=st.integers(1, 50))
@settings(max_examples=5)
def test_rows_after_a_bar_never_change_it(name, data, seed, back):
    interval_ms = an_interval(data, name)
    bars = lookback(name, interval_ms) + 60
    history = a_market(bars, interval_ms, seed, universe(name))
    future = slice(bars - back, bars)
    other = with_rows(history, a_market(bars, interval_ms, seed + 1, universe(name)), future)
    missing = without_row(history, ROW, bars - back)

    before = values_of(name, history)[:, : bars - back]

    np.testing.assert_array_equal(values_of(name, other)[:, : bars - back], before)
    np.testing.assert_array_equal(values_of(name, missing)[:, : bars - back], before)


@every_feature
@given(seed=seeds, cuts=st.lists(st.floats(0, 1), max_size=6), data=st.data())
@settings(max_examples=5)
def test_any_split_of_the_bars_gives_the_same_bits(name, seed, cuts, data):
    interval_ms = an_interval(data, name)
    bars = lookback(name, interval_ms) + 60
    hole = data.draw(st.integers(0, bars - 1))
    history = without_row(a_market(bars, interval_ms, seed, universe(name)), ROW, hole)

    whole = values_of(name, history)

    np.testing.assert_array_equal(values_of(name, history, [int(cut * bars) for cut in cuts]), whole)


@every_feature
def test_a_stream_of_single_bars_gives_the_same_bits_as_one_block(name):
    bars = lookback(name, 4 * HOUR_MS) + 60
    history = a_market(bars, 4 * HOUR_MS, 3, universe(name))

    np.testing.assert_array_equal(values_of(name, history, range(bars)), values_of(name, history))


@every_feature
@given(seed=seeds, data=st.data())
@settings(max_examples=4)
def test_rows_older_than_the_lookback_do_not_matter(name, seed, data):
    interval_ms = max(HOUR_MS, an_interval(data, name))
    fold = FEATURES[name].build(universe(name), interval_ms)
    reach = fold.lookback_bars + fold.fade_bars
    bars = reach + 60
    history = a_market(bars, interval_ms, seed, universe(name))
    cut = bars - reach - data.draw(st.integers(0, 40))
    other = with_rows(history, a_market(bars, interval_ms, seed + 1, universe(name)), slice(0, cut))
    other = without_row(other, ROW, data.draw(st.integers(0, cut - 1)))

    last, same = values_of(name, history)[:, -1], values_of(name, other)[:, -1]

    if fold.fade_bars == 0:
        np.testing.assert_array_equal(same, last)
    else:
        np.testing.assert_allclose(same, last, rtol=1e-9, atol=1e-12)


@every_feature
@given(data=st.data(), seed=seeds, hole=st.integers(0, 40))
@settings(max_examples=5)
def test_a_missing_row_starts_the_feature_afresh(name, data, seed, hole):
    interval_ms = an_interval(data, name)
    needed = lookback(name, interval_ms)
    bars = hole + 1 + needed + 30
    history = without_row(a_market(bars, interval_ms, seed, universe(name)), ROW, hole)

    values = values_of(name, history)[ROW]

    assert np.isnan(values[hole : hole + needed]).all()
    if FEATURES[name].spec.across_symbols:
        return  # other symbols' rows go on; what they say of this one they say afresh
    fold = FEATURES[name].build(SYMBOLS, interval_ms)
    fresh = np.empty((len(SYMBOLS), bars - hole - 1))
    fold.advance(piece(history, hole + 1, bars), fresh)
    np.testing.assert_array_equal(values[hole + 1 :], fresh[ROW])


@every_feature
@given(data=st.data(), seed=seeds)
@settings(max_examples=4)
def test_the_first_value_comes_with_the_last_row_of_the_lookback(name, data, seed):
    interval_ms = an_interval(data, name)
    needed = lookback(name, interval_ms)
    history = a_market(needed + 20, interval_ms, seed, universe(name))
    traded = np.maximum(history.volume, 1.0)
    history = replace(history, volume=traded, taker_buy_volume=traded / 3 * (1 + history.volume / 1e9))

    values = values_of(name, history)[ROW]

    assert np.isnan(values[: needed - 1]).all()
    assert np.isfinite(values[needed - 1 :]).all()


@every_feature
@given(data=st.data(), seed=seeds, cut=st.floats(0, 1))
@settings(max_examples=4)
def test_stop_snapshot_and_restore_equals_never_stopping(name, data, seed, cut):
    interval_ms = an_interval(data, name)
    bars = lookback(name, interval_ms) + 60
    history = a_market(bars, interval_ms, seed, universe(name))
    stop = int(cut * bars)
    stopped, resumed = (FEATURES[name].build(history.symbols, interval_ms) for _ in range(2))
    if stop:
        stopped.advance(piece(history, 0, stop), np.empty((len(history.symbols), stop)))

    resumed.restore(stopped.snapshot())
    rest = np.empty((len(history.symbols), bars - stop))
    if stop < bars:
        resumed.advance(piece(history, stop, bars), rest)

    np.testing.assert_array_equal(rest, values_of(name, history)[:, stop:])


@every_feature
def test_symbols_touch_each_other_only_where_that_is_declared(name):
    bars = lookback(name, 4 * HOUR_MS) + 60
    history = a_market(bars, 4 * HOUR_MS, 11, universe(name))
    other = a_market(bars, 4 * HOUR_MS, 12, universe(name))
    mixed = with_rows(history, other, slice(0, bars))
    kept = {column: getattr(mixed, column).copy() for column in COLUMNS}
    series = {key: values.copy() for key, values in mixed.series.items()}
    for column in COLUMNS:
        kept[column][ROW] = getattr(history, column)[ROW]
    for key, values in series.items():
        values[ROW] = history.series[key][ROW]

    same = np.array_equal(
        values_of(name, replace(history, series=series, **kept))[ROW],
        values_of(name, history)[ROW],
        equal_nan=True,
    )

    assert same is not FEATURES[name].spec.across_symbols


@every_feature
@given(data=st.data(), seed=seeds)
@settings(max_examples=4)
def test_values_keep_to_the_declared_bounds(name, data, seed):
    spec = FEATURES[name].spec
    interval_ms = an_interval(data, name)
    values = values_of(name, a_market(lookback(name, interval_ms) + 300, interval_ms, seed, universe(name)))

    known = values[~np.isnan(values)]

    assert known.size
    assert ((known >= spec.lowest) & (known <= spec.highest)).all()


@every_feature
@pytest.mark.parametrize("first_bar", [400_003, 400_000])
def test_quarter_hours_give_the_same_numbers_as_the_hours_they_make(name, first_bar):
    spec = FEATURES[name].spec
    if not spec.cadence_hours or spec.lookback_hours > LONG_HOURS:
        return  # nothing is joined at its bar size, or another feature of the same kernel shows it
    quarters = a_market(4 * (lookback(name, HOUR_MS) + 8), HOUR_MS // 4, 5, universe(name), first_bar)
    stage = FeatureSet((FEATURES[name],), quarters.symbols, HOUR_MS // 4, ())
    hours = _hours_of(quarters)

    fine = stage.advance(quarters.block(0, quarters.close.shape[1])).values[0]
    coarse = values_of(name, hours)

    closes = np.flatnonzero((quarters.open_time_ms + HOUR_MS // 4) % HOUR_MS == 0)
    closes = closes[closes >= 3 + (-first_bar) % 4]
    judged = np.isfinite(fine[ROW, closes])
    assert judged.sum() >= 7
    np.testing.assert_array_equal(fine[ROW, closes][judged], coarse[ROW][-judged.size :][judged])
    held = fine[ROW, closes[judged][0] :]
    np.testing.assert_array_equal(
        held[: held.size // 4 * 4].reshape(-1, 4)[:, 3], held[0::4][: held.size // 4]
    )


def _hours_of(quarters):
    """The whole hours of a history of quarter hours."""
    start = int(-quarters.open_time_ms[0] // (HOUR_MS // 4)) % 4
    bars = (quarters.close.shape[1] - start) // 4

    def hourly(values, how):
        return how(values[:, start : start + 4 * bars].reshape(values.shape[0], bars, 4))

    return CandleHistory(
        quarters.symbols,
        HOUR_MS,
        quarters.open_time_ms[start : start + 4 * bars : 4],
        hourly(quarters.open, lambda rows: rows[..., 0]),
        hourly(quarters.high, lambda rows: rows.max(axis=-1)),
        hourly(quarters.low, lambda rows: rows.min(axis=-1)),
        hourly(quarters.close, lambda rows: rows[..., -1]),
        hourly(quarters.volume, lambda rows: ((rows[..., 0] + rows[..., 1]) + rows[..., 2]) + rows[..., 3]),
        hourly(
            quarters.taker_buy_volume,
            lambda rows: ((rows[..., 0] + rows[..., 1]) + rows[..., 2]) + rows[..., 3],
        ),
        series={
            name: hourly(
                values,
                (lambda rows: ((rows[..., 0] + rows[..., 1]) + rows[..., 2]) + rows[..., 3])
                if is_flow(name)
                else (lambda rows: rows[..., -1]),
            )
            for name, values in quarters.series.items()
        },
    )


@every_feature
def test_lookbacks_declared_in_hours_hold_at_every_bar_size(name):
    plugin = FEATURES[name]
    for interval_ms in (60_000, HOUR_MS, 4 * HOUR_MS):
        if interval_ms < HOUR_MS and plugin.spec.cadence_hours:
            continue  # it never sees bars that short
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
    assert set(spec.inputs) <= {*COLUMNS, *SERIES}
    assert (spec.available_at is Availability.PUBLICATION) == bool(set(spec.inputs) & set(SERIES))
    assert spec.lowest < spec.highest
    assert isinstance(spec.monitor, Monitor)
    assert FEATURES[name].__doc__


_INTERPRETED = """
import sys
sys.path.insert(0, {folder!r})
from test_features_invariants import FEATURES, HOUR_MS, UNIVERSE, a_market, values_of
import numpy as np
history = a_market(260, 4 * HOUR_MS, 5, UNIVERSE)
for name in sorted(FEATURES):
    sys.stdout.buffer.write(values_of(name, history).tobytes())
"""


def test_compiled_and_interpreted_features_agree():
    history = a_market(260, 4 * HOUR_MS, 5, UNIVERSE)
    script = _INTERPRETED.format(folder=str(Path(__file__).parent))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}

    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)

    interpreted = np.frombuffer(run.stdout).reshape(len(FEATURES), *history.close.shape)
    compiled = np.array([values_of(name, history) for name in sorted(FEATURES)])
    np.testing.assert_allclose(interpreted, compiled, rtol=1e-12, atol=1e-15)
