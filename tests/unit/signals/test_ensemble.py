"""The ensemble as a whole: which gate holds, and what it says."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from alphastrike.domain.blocks import PredictionBlock
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.signals.config import DecayConfig, EnsembleConfig, RegimeConfig, SignalsConfig
from alphastrike.signals.ensemble import plugin

BARS = 400
EAGER = SignalsConfig(
    decay=DecayConfig(min_effective=20, candidates=1, false_share=1.0, prior_outcomes=0.0),
    regime=RegimeConfig(warm_up_days=1, history_days=2, trend_hours=2),
)


class Oracle:
    """Votes whatever the feature of its name says."""

    def __init__(self, name, category=Category.ORDER_FLOW, hours=1.0):
        self.spec = SignalSpec(name, category, (name,), horizon_hours=hours)

    def votes(self, features):
        return features.feature(self.spec.name).copy()


RIGHT = (Oracle("right"),)


def build(config=EAGER, signals=RIGHT, cost=0.0, symbols=("AUSDT",)):
    return plugin.build(config, symbols, HOUR_MS, cost, signals)


@pytest.fixture
def a_rising_hour(a_market, a_feature_block):
    """Alternating bars whose direction the feature `right` knows one bar ahead."""

    def block(volatility=0.05, **features):
        rises = np.random.default_rng(2).random(BARS) < 0.5
        rises[-1] = True
        opens = np.full(BARS, 100.0)
        closes = np.where(rises, 101.0, 99.0)
        knows = np.append(np.where(rises[1:], 1.0, -1.0), 1.0)
        rows = {"right": [knows], "daily_volatility": [np.full(BARS, volatility)], **features}
        return a_feature_block(rows, a_market([closes], opens=[opens]))

    return block


def last(halts):
    return Code(halts.code[0, -1]), halts.observed[0, -1], halts.limit[0, -1]


def test_a_proven_signal_passes_every_gate(a_rising_hour, no_prediction):
    block = a_rising_hour()

    forecast = build().advance(block, no_prediction(block))

    assert last(forecast.halts)[0] is Code.PASSED
    assert forecast.forecast[0, -1] == 1.0
    assert forecast.conviction[0, -1] == 100.0
    assert forecast.regimes[forecast.regime[0, -1]] != "unknown"


def test_what_an_edge_leaves_is_positive_exactly_where_it_pays_its_costs(a_rising_hour, no_prediction):
    block = a_rising_hour()

    free = build().advance(block, no_prediction(block))
    dear = build(cost=1.0).advance(a_rising_hour(), no_prediction(block))

    assert free.surplus[0, -1] > 0.0
    assert dear.surplus[0, -1] == pytest.approx(free.surplus[0, -1] - 1.0)
    assert last(dear.halts)[0] is Code.EDGE_BELOW_COST
    assert free.horizon_hours[0, -1] == 1.0


def test_nothing_passes_while_the_regime_is_unknown(a_rising_hour, no_prediction):
    block = a_rising_hour()

    forecast = build(EAGER.model_copy(update={"regime": RegimeConfig()})).advance(block, no_prediction(block))

    assert (forecast.halts.code[:, : 14 * 24] == Code.UNKNOWN_REGIME).all()


def test_nothing_passes_on_shadow_signals(a_rising_hour, no_prediction):
    block = a_rising_hour(wrong=[np.full(BARS, 1.0)])

    forecast = build(signals=(Oracle("wrong"),)).advance(block, no_prediction(block))

    assert last(forecast.halts) == (Code.NO_ACTIVE_SIGNAL, 0.0, 1.0)
    assert math.isnan(forecast.forecast[0, -1])
    assert forecast.conviction[0, -1] == 0.0


@pytest.mark.parametrize("setting", ["min_active_signals", "min_active_categories"])
def test_too_few_voters_halt(a_rising_hour, no_prediction, setting):
    block = a_rising_hour()
    config = EAGER.model_copy(update={"ensemble": EnsembleConfig(**{setting: 2})})

    forecast = build(config).advance(block, no_prediction(block))

    assert last(forecast.halts) == (Code.NO_ACTIVE_SIGNAL, 1.0, 2.0)


def test_weight_that_cannot_vote_halts(a_rising_hour, no_prediction):
    block = a_rising_hour()
    second = block.feature("right").copy()
    second[0, -1] = math.nan
    wide = a_rising_hour(second=second, third=second)
    signals = (Oracle("right"), Oracle("second"), Oracle("third"))

    forecast = build(signals=signals).advance(wide, no_prediction(wide))

    assert last(forecast.halts) == (Code.LOW_COVERAGE, pytest.approx(1 / 3), 0.5)


def test_faint_conviction_halts(a_rising_hour, no_prediction):
    block = a_rising_hour()
    config = EAGER.model_copy(update={"ensemble": EnsembleConfig(full_conviction_edge=0.5)})
    doubtful = config.model_copy(update={"decay": config.decay.model_copy(update={"prior_outcomes": 5000.0})})

    forecast = build(doubtful).advance(block, no_prediction(block))

    code, observed, limit = last(forecast.halts)
    assert code is Code.LOW_CONVICTION
    assert observed == forecast.conviction[0, -1] < limit == 55.0


def test_an_edge_that_does_not_pay_its_costs_halts(a_rising_hour, no_prediction):
    block = a_rising_hour(volatility=0.001)

    forecast = build(cost=0.0012).advance(block, no_prediction(block))

    code, observed, limit = last(forecast.halts)
    assert code is Code.EDGE_BELOW_COST
    assert limit == pytest.approx(0.51 + 0.0012 / (2 * 0.001 * math.sqrt(1 / 24) * math.sqrt(2 / math.pi)))
    assert observed == 0.65  # nothing is believed beyond


def test_unknown_volatility_means_unknown_costs(a_rising_hour, no_prediction):
    block = a_rising_hour(volatility=math.nan)

    forecast = build().advance(block, no_prediction(block))

    assert last(forecast.halts)[0] is Code.EDGE_BELOW_COST


def test_an_earlier_halt_stands(a_rising_hour, no_prediction):
    block = a_rising_hour()
    block.halts.halt(np.ones((1, BARS), dtype=bool), Code.WARM_UP, 1.0, 2.0)

    forecast = build().advance(block, no_prediction(block))

    assert (forecast.halts.code == Code.WARM_UP).all()


@pytest.mark.parametrize("code", [Code.DRIFT, Code.OUT_OF_RANGE])
def test_numbers_the_validator_distrusts_are_not_predictions(a_rising_hour, no_prediction, code):
    block = a_rising_hour()
    block.halts.halt(np.ones((1, BARS), dtype=bool), code, 1.0, 2.0)

    trace = build().advance(block, no_prediction(block)).trace

    assert trace is not None
    assert np.isnan(trace.values).all()
    assert (trace.samples == 0.0).all()


def test_the_model_earns_its_vote_like_any_signal(a_rising_hour):
    block = a_rising_hour()
    knows = np.where(block.feature("right") > 0, 0.6, 0.4)
    config = EAGER.model_copy(
        update={"decay": EAGER.decay.model_copy(update={"model_horizon_hours": 1.0}), "enabled": ("none",)}
    )

    forecast = build(config, signals=()).advance(block, PredictionBlock(knows, block.halts))

    assert forecast.trace is not None
    assert forecast.trace.names == ("model",)
    assert forecast.trace.values[0, 0, 0] == pytest.approx(2 * knows[0, 0] - 1)
    assert forecast.trace.state[0, 0] == 0
    assert last(forecast.halts)[0] is Code.PASSED
    assert forecast.forecast[0, -1] == pytest.approx(0.2)


def test_equal_weights_trade_at_the_smallest_size_only(a_rising_hour, no_prediction):
    block = a_rising_hour(second=[np.ones(BARS)], third=[np.ones(BARS)])
    signals = (
        Oracle("right"),
        Oracle("second", Category.VOLUME),
        Oracle("third", Category.VOLATILITY),
    )
    config = SignalsConfig(decay=DecayConfig(cold_start="equal_weights"), regime=EAGER.regime)

    forecast = build(config, signals).advance(block, no_prediction(block))

    untested = (forecast.halts.code == 0) & (np.arange(BARS) < 250)
    assert untested.any()
    assert (forecast.conviction[untested] == 55.0).all()


def test_features_are_those_of_the_signals_and_the_volatility():
    signals = (Oracle("b"), Oracle("a"))

    assert plugin.features(SignalsConfig(), signals) == ("a", "b", "daily_volatility")
    assert build(signals=signals).features == ("a", "b", "daily_volatility")


def test_signals_are_recorded_in_the_order_of_their_names(a_rising_hour, no_prediction):
    block = a_rising_hour(a=[np.full(BARS, 0.5)])

    trace = (
        build(signals=(Oracle("right"), Oracle("a", Category.MACRO)))
        .advance(block, no_prediction(block))
        .trace
    )

    assert trace is not None
    assert trace.names == ("a", "right", "model")
    assert trace.categories == ("macro", "order_flow", "model")
    assert (trace.values[0] == 0.5).all()


@pytest.mark.parametrize(
    "other",
    [
        {"symbols": ("AUSDT", "BUSDT")},
        {"symbols": ("BUSDT",)},
        {"signals": (Oracle("left"),)},
        {"signals": (Oracle("right", hours=2.0),)},
    ],
    ids=["more symbols", "another symbol", "another signal", "another horizon"],
)
def test_evidence_of_another_ensemble_is_refused(other):
    with pytest.raises(ValueError, match="a snapshot of other signals"):
        build(**other).restore(build().snapshot())


@pytest.mark.parametrize(
    ("event", "held"),
    [
        ("1970-01-17T16:00", True),  # as the last candle closes
        ("1970-01-17T16:30:00", True),
        ("1970-01-17T18:29:00+02:00", True),
        ("1970-01-17T15:29", False),
        ("1970-01-17T16:31", False),
    ],
)
def test_nothing_is_opened_around_a_scheduled_release(a_rising_hour, no_prediction, event, held):
    config = EAGER.model_copy(update={"ensemble": EnsembleConfig(events=("2026-01-28T19:00", event))})
    block = a_rising_hour()
    assert int(block.market.open_time_ms[-1]) + HOUR_MS == 400 * HOUR_MS  # 17 January 1970, 16:00

    build(config).advance(block, no_prediction(block))

    assert (block.halts.code[0, -1] == Code.SCHEDULED_NEWS) == held
    if held:
        assert last(block.halts)[1:] == (pytest.approx(abs(_minutes_after_close(event))), 30.0)


def _minutes_after_close(event):
    when = datetime.fromisoformat(event)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() / 60 - 400 * 60


def test_a_release_changes_no_vote_and_no_record(a_rising_hour, no_prediction):
    config = EAGER.model_copy(update={"ensemble": EnsembleConfig(events=("1970-01-17T16:00",))})
    first, second = a_rising_hour(), a_rising_hour()

    plain = build().advance(first, no_prediction(first))
    held = build(config).advance(second, no_prediction(second))

    assert np.array_equal(plain.forecast, held.forecast, equal_nan=True)
    assert np.array_equal(plain.trace.weight, held.trace.weight)


def test_a_time_that_is_none_is_refused():
    with pytest.raises(ValueError, match="observed 'noon', allowed a time such as"):
        EnsembleConfig(events=("noon",))
