"""The features stage: order, warm-up, gaps in time and its state."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code
from alphastrike.features import ema_gap, hour_of_week, log_return, range_position, taker_imbalance
from alphastrike.features.feature_set import FeatureSet

PLUGINS = (range_position.plugin, log_return.plugin, ema_gap.plugin)
SYMBOLS = ("BTCUSDT", "ETHUSDT")


def a_market(bars=120, seed=2):
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(size=(2, bars)) * 0.01, axis=1))
    return CandleHistory(
        symbols=SYMBOLS,
        interval_ms=HOUR_MS,
        open_time_ms=np.arange(bars, dtype=np.int64) * HOUR_MS,
        open=close,
        high=close * 1.01,
        low=close * 0.99,
        close=close,
        volume=np.ones_like(close),
        taker_buy_volume=np.full_like(close, np.nan),
    )


def a_feature_set(*required, features=PLUGINS):
    return FeatureSet(features, SYMBOLS, HOUR_MS, required=required)


def test_features_come_by_name_with_their_declarations():
    stage = a_feature_set()

    assert stage.names == ("ema_gap_12_26", "log_return_1", "range_position_48h")
    assert tuple(spec.name for spec in stage.specs) == stage.names


def test_the_block_holds_each_feature_under_its_name():
    history = a_market()

    block = a_feature_set().advance(history.block(0, 120))

    expected = np.log(history.close[:, 1:] / history.close[:, :-1])
    np.testing.assert_allclose(block.feature("log_return_1")[:, 1:], expected)
    assert block.values.shape == (3, 2, 120)


def test_lookback_is_the_longest_and_warm_up_that_of_the_required():
    stage = a_feature_set("ema_gap_12_26", "log_return_1")

    assert stage.lookback_bars == 48
    assert stage.warm_up_bars == 26


def test_a_symbol_halts_until_the_required_features_are_warm():
    block = a_feature_set("ema_gap_12_26").advance(a_market().block(0, 120))

    assert (block.halts.code[:, :25] == Code.WARM_UP).all()
    assert (block.halts.code[:, 25:] == 0).all()
    assert block.halts.observed[0, :3].tolist() == [1.0, 2.0, 3.0]
    assert block.halts.limit[0, 0] == 26.0


def test_a_symbol_that_starts_later_warms_up_later():
    history = a_market()
    history.close[1, :50] = np.nan

    block = a_feature_set("ema_gap_12_26").advance(history.block(0, 120))

    assert np.flatnonzero(block.halts.code[1] == 0)[0] == 75
    assert np.flatnonzero(block.halts.code[0] == 0)[0] == 25


def test_an_earlier_halt_stands():
    block = a_market().block(0, 120)
    block.halts.halt(np.ones((2, 120), dtype=bool), Code.GAP, 1.0, 2.0)

    a_feature_set("ema_gap_12_26").advance(block)

    assert (block.halts.code == Code.GAP).all()


def test_a_missing_input_column_is_not_a_warm_up():
    stage = FeatureSet(
        (taker_imbalance.plugin, log_return.plugin), SYMBOLS, HOUR_MS, required=("taker_imbalance_z",)
    )

    block = stage.advance(a_market(bars=300).block(0, 300))

    assert np.isnan(block.feature("taker_imbalance_z")).all()
    assert (block.halts.code[:, 172:] == 0).all()


def test_bars_that_skip_ahead_start_every_feature_afresh():
    history = a_market()
    stage, fresh = a_feature_set("ema_gap_12_26"), a_feature_set("ema_gap_12_26")
    stage.advance(history.block(0, 40))

    block = stage.advance(history.block(41, 120))

    expected = fresh.advance(history.block(41, 120))
    np.testing.assert_array_equal(block.values, expected.values)
    assert (block.halts.code[:, 0] == Code.WARM_UP).all()


def test_bars_already_seen_change_nothing_and_come_back_unknown():
    history = a_market()
    stage, undisturbed = a_feature_set(), a_feature_set()
    stage.advance(history.block(0, 40))
    undisturbed.advance(history.block(0, 40))

    again = stage.advance(history.block(39, 40))
    overlapping = stage.advance(history.block(30, 60))

    assert np.isnan(again.values).all()
    assert (again.halts.code == Code.WARM_UP).all()
    assert np.isnan(overlapping.values[:, :, :10]).all()
    expected = undisturbed.advance(history.block(40, 60))
    np.testing.assert_array_equal(overlapping.values[:, :, 10:], expected.values)
    np.testing.assert_array_equal(overlapping.halts.code[:, 10:], expected.halts.code)


def test_stop_snapshot_and_restore_equals_never_stopping():
    history = a_market()
    stage, resumed = a_feature_set("ema_gap_12_26"), a_feature_set("ema_gap_12_26")
    stage.advance(history.block(0, 20))

    resumed.restore(stage.snapshot())

    rest, expected = resumed.advance(history.block(20, 120)), stage.advance(history.block(20, 120))
    np.testing.assert_array_equal(rest.values, expected.values)
    np.testing.assert_array_equal(rest.halts.code, expected.halts.code)


def test_a_set_without_features_passes_candles_on():
    block = FeatureSet((), SYMBOLS, HOUR_MS, required=()).advance(a_market().block(0, 5))

    assert block.names == ()
    assert (block.halts.code == 0).all()


def test_an_unknown_required_feature_is_named_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"'log_return'.*did you mean log_return_1\?"):
        a_feature_set("log_return")


def test_two_plugins_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="'hour_of_week' is declared by two plugins"):
        a_feature_set(features=(hour_of_week.plugin, hour_of_week.plugin))


def test_a_block_of_read_only_columns_is_fine():
    history = a_market()
    frozen = history.close.copy()
    frozen.setflags(write=False)

    block = a_feature_set().advance(replace(history, close=frozen).block(0, 10))

    assert np.isfinite(block.feature("log_return_1")[:, 1:]).all()
