"""A user's plain class as a strategy."""

import math

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.outcomes import Code
from alphastrike.signals.per_bar import Bar, PerBarSettings, per_bar


class Contrarian:
    features = ("rsi_14h",)

    def __init__(self):
        self.bars = 0

    def forecast(self, bar: Bar) -> float:
        self.bars += 1
        return -1.0 if bar["rsi_14h"] > 70 else 0.5 if bar["rsi_14h"] < 30 else 0.0


class Answers:
    """Answers with its feature."""

    features = ("answer",)

    def forecast(self, bar: Bar) -> float:
        return bar["answer"]


def build(kind, symbols=("S00USDT",)):
    return per_bar("mine", kind).build(PerBarSettings(), symbols, 60_000, 0.001, ())


def test_the_answer_is_direction_and_conviction(a_feature_block, no_prediction):
    block = a_feature_block({"rsi_14h": [[80.0, 20.0, 50.0]]})

    forecast = build(Contrarian).advance(block, no_prediction(block))

    assert forecast.forecast[0, :2].tolist() == [-1.0, 0.5]
    assert forecast.conviction.tolist() == [[100.0, 50.0, 0.0]]
    assert math.isnan(forecast.forecast[0, 2])
    assert forecast.halts.code.tolist() == [[0, 0, Code.NO_FORECAST]]


@pytest.mark.parametrize("answer", [1.5, -1.01])
def test_an_answer_beyond_one_is_refused_with_its_size(a_feature_block, no_prediction, answer):
    block = a_feature_block({"answer": [[answer]]})

    halts = build(Answers).advance(block, no_prediction(block)).halts

    assert (halts.code[0, 0], halts.observed[0, 0], halts.limit[0, 0]) == (Code.NO_FORECAST, abs(answer), 1.0)


def test_it_is_asked_only_when_everything_is_known(a_market, a_feature_block, no_prediction):
    market = a_market([[100.0, math.nan, 100.0]], opens=[[100.0, 100.0, 100.0]])
    block = a_feature_block({"rsi_14h": [[80.0, 80.0, math.nan]]}, market)
    strategy = build(Contrarian)

    forecast = strategy.advance(block, no_prediction(block))

    assert strategy.snapshot() == b'[{"bars": 1}]'
    assert forecast.halts.code[0].tolist() == [0, Code.NO_FORECAST, Code.NO_FORECAST]


def test_each_symbol_has_its_own_memory_which_is_saved_and_restored(a_feature_block, no_prediction):
    block = a_feature_block({"rsi_14h": [[80.0, 80.0], [math.nan, 80.0]]})
    strategy = build(Contrarian, ("S00USDT", "S01USDT"))
    strategy.advance(block, no_prediction(block))
    fresh = build(Contrarian, ("S00USDT", "S01USDT"))

    fresh.restore(strategy.snapshot())

    assert fresh.snapshot() == b'[{"bars": 2}, {"bars": 1}]'


def test_a_bar_carries_its_candle(a_market, a_feature_block, no_prediction):
    seen = []

    class Curious:
        features = ("x",)

        def forecast(self, bar):
            seen.append(bar)
            return 1.0

    market = a_market([[101.0]], opens=[[99.0]], first_bar=7)
    block = a_feature_block({"x": [[3.0]]}, market)
    build(Curious).advance(block, no_prediction(block))

    bar = seen[0]
    assert (bar.symbol, bar.open, bar.high, bar.low, bar.close) == ("S00USDT", 99.0, 101.0, 99.0, 101.0)
    assert (bar.open_time_ms, bar.volume, bar["x"]) == (7 * 3_600_000, 1.0, 3.0)


def test_memory_that_cannot_be_saved_is_named():
    class Hoarder:
        features = ("x",)

        def __init__(self):
            self.kept = {1, 2}

        def forecast(self, bar):
            return 0.0

    with pytest.raises(ConfigError, match=r"mine.*cannot be saved"):
        build(Hoarder).snapshot()


def test_the_plugin_names_its_features_and_time_stop():
    plugin = per_bar("mine", Contrarian, max_holding_hours=12.0)

    strategy = plugin.build(PerBarSettings(), ("S00USDT",), 60_000, 0.001, ())

    assert plugin.features(PerBarSettings(), ()) == ("rsi_14h",)
    assert (strategy.name, strategy.max_holding_hours) == ("mine", 12.0)
