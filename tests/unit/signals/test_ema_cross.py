"""The baseline strategy."""

import math

import numpy as np

from alphastrike.domain.outcomes import Code
from alphastrike.signals.ema_cross import EmaCrossConfig, plugin


def strategy():
    return plugin.build(EmaCrossConfig(), ("AUSDT",), 60_000, 0.001, ())


def test_it_is_long_above_and_short_below(a_feature_block, no_prediction):
    block = a_feature_block({"ema_gap_12_26": [[0.001, -0.002]]})

    forecast = strategy().advance(block, no_prediction(block))

    assert forecast.forecast.tolist() == [[1.0, -1.0]]
    assert forecast.conviction.tolist() == [[100.0, 100.0]]
    assert (forecast.halts.code == 0).all()
    assert forecast.regimes[forecast.regime[0, 0]] == "none"


def test_equal_or_unknown_averages_are_no_forecast(a_feature_block, no_prediction):
    block = a_feature_block({"ema_gap_12_26": [[0.0, math.nan, 0.5]]})

    forecast = strategy().advance(block, no_prediction(block))

    assert np.isnan(forecast.forecast[0, :2]).all()
    assert forecast.halts.code.tolist() == [[Code.NO_FORECAST, Code.NO_FORECAST, 0]]
    assert forecast.conviction.tolist() == [[0.0, 0.0, 100.0]]


def test_it_reads_one_feature_and_keeps_nothing():
    assert plugin.features(EmaCrossConfig(), ()) == strategy().features == ("ema_gap_12_26",)
    assert strategy().snapshot() == b""
    assert strategy().max_holding_hours == 0.0
