"""Features of a longer cadence: what their candles are, when they speak, and that blocks do not matter."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import HOUR_MS, stride_of
from alphastrike.domain.plugins import Availability, FeatureSpec
from alphastrike.features.feature_set import FeatureSet
from alphastrike.numerics.folds import Fold

QUARTER_MS = HOUR_MS // 4
SYMBOLS = ("AUSDT", "BUSDT")
BARS = 40


def _copy(_first, columns, _parameters, _state, out):
    out[...] = columns[-1]


class Echo:
    """A feature that is its last input, once an hour."""

    def __init__(self, *inputs, cadence_hours=1.0, lookback_bars=2):
        self.spec = FeatureSpec(f"echo_{inputs[-1]}", "any", 2.0, inputs, cadence_hours=cadence_hours)
        self._lookback_bars = lookback_bars

    def build(self, symbols, interval_ms):
        return Fold(_copy, self.spec.inputs, (), (len(symbols), 1), lookback_bars=self._lookback_bars)


def a_history(first_bar=0):
    rng = np.random.default_rng(5)
    columns = rng.uniform(1.0, 2.0, (6, 2, BARS))
    return CandleHistory(
        SYMBOLS,
        QUARTER_MS,
        (first_bar + np.arange(BARS, dtype=np.int64)) * QUARTER_MS,
        *columns,
        series={"funding_rate": columns[0] * 1e-4, "trade_count": np.round(columns[1] * 100)},
    )


def values_of(feature, history, cuts=()):
    stage = FeatureSet((feature,), SYMBOLS, QUARTER_MS, ())
    edges = [0, *cuts, BARS]
    parts = [stage.advance(history.block(a, b)).values[0] for a, b in pairwise(edges)]
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(
    ("column", "join"),
    [
        ("open", lambda rows: rows[:, 0]),
        ("high", lambda rows: rows.max(axis=1)),
        ("low", lambda rows: rows.min(axis=1)),
        ("close", lambda rows: rows[:, -1]),
        ("volume", lambda rows: rows.sum(axis=1)),
        ("taker_buy_volume", lambda rows: rows.sum(axis=1)),
    ],
)
def test_an_hour_is_joined_from_its_four_quarters_and_stands_until_the_next(column, join):
    history = a_history()

    values = values_of(Echo("close", column), history)

    hours = np.stack([join(getattr(history, column)[:, at : at + 4]) for at in range(0, BARS, 4)], axis=1)
    expected = np.repeat(hours, 4, axis=1)[:, : BARS - 3]
    np.testing.assert_allclose(values[:, 10:], expected[:, 7:], rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "join"),
    [("funding_rate", lambda rows: rows[:, -1]), ("trade_count", lambda rows: rows.sum(axis=1))],
)
def test_a_level_is_the_last_of_its_hour_and_a_flow_the_sum(name, join):
    history = a_history()

    values = values_of(Echo("close", name), history)

    assert values[0, 15] == pytest.approx(join(history.series[name][:, 12:16])[0])


def test_the_first_value_comes_with_the_last_bar_that_any_start_within_an_hour_needs():
    for first_bar in range(4):
        values = values_of(Echo("close"), a_history(first_bar))

        assert np.flatnonzero(np.isfinite(values[0]))[0] == (2 + 1) * 4 - 1 - 1


def test_any_split_of_the_bars_gives_the_same_bits():
    history = a_history(first_bar=3)
    history.close[1, 17] = np.nan

    whole = values_of(Echo("trade_count"), history)

    np.testing.assert_array_equal(values_of(Echo("trade_count"), history, range(1, BARS)), whole)
    np.testing.assert_array_equal(values_of(Echo("trade_count"), history, [6, 7, 30]), whole)


def test_a_missing_bar_leaves_its_hour_out_and_starts_the_count_afresh():
    history = a_history()
    history.close[1, 17] = np.nan

    values = values_of(Echo("close"), history)

    assert np.isnan(values[1, 17 : 17 + 11]).all()
    assert np.isfinite(values[1, 17 + 11 :]).all()
    assert np.isfinite(values[0, 17:]).all()


def test_stop_snapshot_and_restore_equals_never_stopping():
    history = a_history()
    feature = Echo("close", "trade_count")
    stopped, resumed = (FeatureSet((feature,), SYMBOLS, QUARTER_MS, ()) for _ in range(2))
    stopped.advance(history.block(0, 22))

    resumed.restore(stopped.snapshot())

    rest = resumed.advance(history.block(22, BARS)).values[0]
    np.testing.assert_array_equal(rest, values_of(feature, history)[:, 22:])


def test_features_of_several_cadences_come_by_name():
    history = a_history()
    every = Echo("close", cadence_hours=0.0)
    hourly = Echo("close", "volume")

    block = FeatureSet((every, hourly), SYMBOLS, QUARTER_MS, ("echo_close",)).advance(history.block(0, BARS))

    assert block.names == ("echo_close", "echo_volume")
    np.testing.assert_array_equal(block.feature("echo_close"), history.close)
    np.testing.assert_array_equal(block.feature("echo_volume"), values_of(hourly, history))


def test_a_series_nobody_offers_is_unknown_and_not_zero():
    history = replace(a_history(), series={})

    assert np.isnan(values_of(Echo("close", "funding_rate"), history)).all()
    assert np.isnan(values_of(Echo("close", "funding_rate", cadence_hours=0.0), history)).all()


def test_a_declaration_tells_its_series_and_when_it_is_known():
    assert Echo("close").spec.available_at is Availability.CLOSE
    assert Echo("close", "funding_rate").spec.available_at is Availability.PUBLICATION
    assert Echo("close", "funding_rate").spec.series == ("funding_rate",)


@pytest.mark.parametrize(
    ("cadence", "interval_ms", "stride"), [(1.0, 60_000, 60), (1.0, 4 * HOUR_MS, 1), (0.0, 60_000, 1)]
)
def test_a_cadence_is_so_many_bars_and_never_less_than_one(cadence, interval_ms, stride):
    assert stride_of(cadence, interval_ms) == stride


def test_look_backs_beyond_the_recovery_are_not_waited_for():
    stage = FeatureSet(
        (Echo("close", cadence_hours=0.0), Echo("close", "volume", cadence_hours=0.0, lookback_bars=500)),
        SYMBOLS,
        QUARTER_MS,
        ("echo_close",),
    )

    assert stage.lookback_bars == 500
    assert stage.lookback_within(100, stage.names) == 2
    assert stage.lookback_within(1, stage.names) == 2
    assert stage.lookback_within(500, stage.names) == 500
    assert stage.lookback_within(500, ("echo_close",)) == 2
