"""What must hold for the gateway on any candles, however dirty."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.outcomes import Code
from alphastrike.gateway.candle_gateway import CandleGateway

COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
SYMBOLS = ("BTCUSDT", "ETHUSDT")
INTERVAL_MS = 3_600_000
BARS = 80
seeds = st.integers(0, 10_000)


def a_dirty_market(seed, bars=BARS):
    """Holes, insane rows, jumps and frozen stretches at random places."""
    rng = np.random.default_rng(seed)
    shape = (len(SYMBOLS), bars)
    steps = rng.normal(size=shape) * 0.01 + (rng.random(shape) < 0.03) * rng.normal(size=shape)
    steps[rng.random(shape) < 0.3] = 0.0
    close = 100.0 * np.exp(np.cumsum(steps, axis=1))
    opening = np.concatenate([np.full((2, 1), 100.0), close[:, :-1]], axis=1)
    spread = np.where(rng.random(shape) < 0.5, 0.0, 0.01)
    columns = {
        "open": opening,
        "high": np.maximum(opening, close) * (1 + spread),
        "low": np.minimum(opening, close) * (1 - spread),
        "close": close,
        "volume": np.where(rng.random(shape) < 0.3, 0.0, 1.0),
        "taker_buy_volume": np.zeros(shape),
    }
    holes = rng.random(shape) < 0.05
    holes[1, : rng.integers(0, bars)] |= rng.random() < 0.3
    for column in columns.values():
        column[holes] = np.nan
        column[rng.random(shape) < 0.01] = rng.choice([np.nan, -1.0, 1e9, np.inf])
    times = (5_000 + np.arange(bars, dtype=np.int64)) * INTERVAL_MS
    return CandleHistory(symbols=SYMBOLS, interval_ms=INTERVAL_MS, open_time_ms=times, **columns)


def passed_through(history, cuts=(), gateway=None):
    """Columns and halts (code, observed, limit) of the history fed in pieces that end at `cuts`."""
    gateway = gateway or CandleGateway(history.symbols, INTERVAL_MS, 6)
    edges = [0, *sorted(set(cuts) - {0, history.open_time_ms.size}), history.open_time_ms.size]
    blocks = [gateway.advance(history.block(a, b)) for a, b in pairwise(edges) if b > a]
    parts = [np.array([getattr(block, name) for name in COLUMNS]) for block in blocks]
    grids = [np.array([b.halts.code, b.halts.observed, b.halts.limit], dtype=float) for b in blocks]
    return np.concatenate([np.concatenate(parts, axis=2), np.concatenate(grids, axis=2)])


@given(seed=seeds, cuts=st.lists(st.integers(0, BARS), max_size=8))
def test_any_split_of_the_bars_gives_the_same_rows_and_halts(seed, cuts):
    history = a_dirty_market(seed)

    np.testing.assert_array_equal(passed_through(history, cuts), passed_through(history))


@given(seed=seeds)
def test_a_stream_of_single_bars_gives_the_same_rows_and_halts(seed):
    history = a_dirty_market(seed)

    np.testing.assert_array_equal(passed_through(history, range(BARS)), passed_through(history))


@given(seed=seeds, cut=st.integers(1, BARS))
def test_rows_after_a_bar_never_change_its_verdict(seed, cut):
    history, other = a_dirty_market(seed), a_dirty_market(seed + 1)
    before = passed_through(history)[:, :, :cut]
    for name in COLUMNS:
        getattr(history, name)[:, cut:] = getattr(other, name)[:, cut:]

    np.testing.assert_array_equal(passed_through(history)[:, :, :cut], before)


@given(seed=seeds, cut=st.integers(0, BARS - 1))
def test_stop_snapshot_and_restore_equals_never_stopping(seed, cut):
    history = a_dirty_market(seed)
    stopped, resumed = (CandleGateway(SYMBOLS, INTERVAL_MS, 6) for _ in range(2))
    if cut:
        stopped.advance(history.block(0, cut))

    resumed.restore(stopped.snapshot())

    rest = resumed.advance(history.block(cut, BARS))
    np.testing.assert_array_equal(rest.halts.code, passed_through(history)[6, :, cut:])


@given(seed=seeds)
def test_a_row_that_is_not_halted_is_sane_and_a_blank_one_is_halted(seed):
    opening, high, low, close, volume, taker, code, *_ = passed_through(a_dirty_market(seed))

    free = code == 0
    assert (low[free] > 0).all()
    assert (low[free] <= np.minimum(opening, close)[free]).all()
    assert (high[free] >= np.maximum(opening, close)[free]).all()
    assert (volume[free] >= 0).all()
    blank = np.isnan(close)
    assert np.isin(code[blank], [Code.NO_CANDLE, Code.GAP, Code.INSANE_CANDLE]).all()
    for column in (opening, high, low, volume):
        np.testing.assert_array_equal(np.isnan(column), blank)
    assert np.isnan(taker[blank]).all()


@given(seed=seeds)
def test_no_free_row_has_an_unusable_one_inside_its_lookback(seed):
    close, code = passed_through(a_dirty_market(seed))[[3, 6]]

    for symbol in range(len(SYMBOLS)):
        usable = np.flatnonzero(~np.isnan(close[symbol]))
        for bar in np.flatnonzero(code[symbol] == 0):
            recent = slice(max(usable[0], bar - 5), bar + 1)
            assert not np.isnan(close[symbol, recent]).any()


_INTERPRETED = """
import sys
sys.path.insert(0, {folder!r})
from test_gateway_invariants import a_dirty_market, passed_through
sys.stdout.buffer.write(passed_through(a_dirty_market(3)).tobytes())
"""


def test_compiled_and_interpreted_gateways_agree():
    script = _INTERPRETED.format(folder=str(Path(__file__).parent))
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}

    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)

    compiled = passed_through(a_dirty_market(3))
    interpreted = np.frombuffer(run.stdout).reshape(compiled.shape)
    np.testing.assert_allclose(interpreted, compiled, rtol=1e-12)
