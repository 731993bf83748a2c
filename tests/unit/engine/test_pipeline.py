"""The order of the eight stages and what the engine makes of each event."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from alphastrike.domain.blocks import FeatureBlock, ForecastBlock, MarketBlock, PredictionBlock
from alphastrike.domain.commands import Step
from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.events import CandlesClosed, FillReceived, FundingSettled, OrderChanged, SeriesValue
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedFill
from alphastrike.domain.outcomes import Code, Halted, Passed, Reason, Stage
from alphastrike.engine.pipeline import Engine, MarketStages, market_volatility
from alphastrike.execution.stage import ExecutionStage
from alphastrike.risk.stage import RiskStage
from tests.builders import START_MS, an_instrument, an_order
from tests.desks import a_trader

SYMBOLS = ("AUSDT", "BUSDT")
CLOSE_MS = START_MS + HOUR_MS - 1


class Scripted:
    """Stages 2 to 6 that note when they are asked, halt what they are told to and forecast `forecast`."""

    name, features, max_holding_hours = "scripted", (), 0.0

    def __init__(self, stage: str, diary: list[str], halts: dict[str, tuple] | None = None, forecast=0.0):
        self.stage, self.diary, self.halts, self.forecast = stage, diary, halts or {}, forecast

    def advance(self, block: Any, other: Any = None) -> Any:
        self.diary.append(self.stage)
        shape = block.close.shape if isinstance(block, MarketBlock) else block.market.close.shape
        if self.stage in self.halts:
            row, code, observed, limit = self.halts[self.stage]
            where = np.zeros(shape, dtype=bool)
            where[row] = True
            block.halts.halt(where, code, observed, limit)
        if self.stage == "features":
            values = np.stack([np.full(shape, 0.01), np.full(shape, 0.02)])
            return FeatureBlock(block, ("atr_14", "daily_volatility"), values, block.halts)
        if self.stage == "model":
            return PredictionBlock(np.full(shape, np.nan), block.halts)
        if self.stage == "strategy":
            forecast = np.full(shape, self.forecast)
            none = np.zeros(shape, dtype=np.int8)
            return ForecastBlock(forecast, np.full(shape, 100.0), none, ("none",), block.halts)
        return block

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        pass


class Noted:
    """A stage of which every call is noted and passed on."""

    def __init__(self, stage: Any, diary: list[str], names: dict[str, str]) -> None:
        self._stage, self._diary, self._names = stage, diary, names

    def __getattr__(self, name: str) -> Any:
        if name in self._names:
            self._diary.append(self._names[name])
        return getattr(self._stage, name)


def an_engine(*, forecast: float = 0.0, **halts: tuple) -> tuple[Engine, list[str], Any]:
    """An engine of scripted market stages with real stages 7 and 8, its diary and its trader."""
    diary: list[str] = []
    names = ("gateway", "features", "validator", "model", "strategy")
    market = MarketStages(*(Scripted(name, diary, halts, forecast) for name in names))
    instruments = tuple(an_instrument(symbol) for symbol in SYMBOLS)
    trader = a_trader(*instruments)
    risk = Noted(RiskStage(trader.desk, instruments), diary, {"mark": "risk marks", "judge": "risk judges"})
    execution = Noted(ExecutionStage(trader.desk, instruments, "run"), diary, {"plan": "execution"})
    return Engine(SYMBOLS, market, risk, execution), diary, trader


def a_candle(symbol: str, close: float = 100.0) -> UnifiedCandle:
    return UnifiedCandle(symbol, HOUR_MS, START_MS, 99.0, 101.0, 98.0, close, 5.0, 2.5)


def closed(*candles: UnifiedCandle) -> CandlesClosed:
    return CandlesClosed(CLOSE_MS, START_MS, HOUR_MS, candles or tuple(a_candle(name) for name in SYMBOLS))


def test_the_stages_run_in_their_order():
    engine, diary, _ = an_engine()

    engine.handle(closed())

    assert diary == [
        "gateway", "features", "validator", "model", "strategy",
        "risk marks", "risk judges", "execution", "risk judges", "execution",
    ]  # fmt: skip


def test_a_forecast_becomes_an_entry_with_its_stop_for_every_symbol():
    engine, _, _ = an_engine(forecast=1.0)

    step = engine.handle(closed())

    assert step.outcomes == tuple(Passed(symbol, CLOSE_MS, Code.ORDERED) for symbol in SYMBOLS)
    assert [(command.order.symbol, command.order.order_type) for command in step.commands] == [
        ("AUSDT", OrderType.MARKET),
        ("AUSDT", OrderType.STOP_MARKET),
        ("BUSDT", OrderType.MARKET),
        ("BUSDT", OrderType.STOP_MARKET),
    ]


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("gateway", Code.PRICE_JUMP),
        ("features", Code.WARM_UP),
        ("validator", Code.DRIFT),
        ("model", Code.SCHEMA_MISMATCH),
        ("strategy", Code.LOW_CONVICTION),
    ],
)
def test_a_halt_of_any_stage_becomes_the_symbols_outcome(stage, code):
    engine, _, _ = an_engine(forecast=1.0, **{stage: (1, code, 0.7, 0.5)})

    step = engine.handle(closed())

    assert step.outcomes == (
        Passed("AUSDT", CLOSE_MS, Code.ORDERED),
        Halted(Stage(code // 100), code, "BUSDT", CLOSE_MS, 0.7, 0.5),
    )
    assert {command.order.symbol for command in step.commands} == {"AUSDT"}


def test_of_two_halts_the_earlier_stands():
    halts = {"features": (0, Code.WARM_UP, 1.0, 2.0), "strategy": (0, Code.LOW_CONVICTION, 3.0, 4.0)}
    engine, _, _ = an_engine(**halts)

    outcome = engine.handle(closed()).outcomes[0]

    assert outcome == Halted(Stage.FEATURES, Code.WARM_UP, "AUSDT", CLOSE_MS, 1.0, 2.0)


def test_a_refusal_of_stage_seven_becomes_the_symbols_outcome():
    engine, _, trader = an_engine(forecast=1.0)
    trader.desk.rules[0]["max_positions"] = 1

    step = engine.handle(closed())

    assert step.outcomes == (
        Passed("AUSDT", CLOSE_MS, Code.ORDERED),
        Halted(Stage.RISK, Code.MAX_POSITIONS, "BUSDT", CLOSE_MS, 2.0, 1.0),
    )


def test_a_refusal_of_stage_eight_becomes_the_symbols_outcome():
    engine, _, trader = an_engine(forecast=1.0)
    for number in range(15):
        trader.work(an_order(1, 1, OrderType.LIMIT, at=90.0, number=number + 1))

    outcome = engine.handle(closed()).outcomes[0]

    assert outcome == Halted(Stage.EXECUTION, Code.NO_ORDER_SLOT, "AUSDT", CLOSE_MS, 15.0, 16.0)


@pytest.mark.parametrize("code", [Code.DUPLICATE, Code.OUT_OF_ORDER])
def test_a_bar_that_was_decided_before_is_answered_without_deciding(code):
    engine, diary, _ = an_engine(forecast=1.0)
    engine._market = replace(
        engine._market, gateway=Scripted("gateway", diary, {"gateway": (slice(None), code, 1.0, 0.0)})
    )

    step = engine.handle(closed())

    assert diary == ["gateway"]
    assert step.commands == ()
    assert step.outcomes == tuple(
        Halted(Stage.GATEWAY, code, symbol, CLOSE_MS, 1.0, 0.0) for symbol in SYMBOLS
    )


def test_what_the_market_stages_said_last_can_be_read():
    engine, _, _ = an_engine()
    assert engine.decisions is None

    engine.handle(closed(a_candle("BUSDT", close=100.5)))

    assert np.isnan(engine.decisions.market.close[0, 0])
    assert engine.decisions.market.close[1, 0] == 100.5
    assert engine.decisions.market.taker_buy_volume[1, 0] == 2.5
    assert engine.decisions.daily_volatility.tolist() == [0.02]


def test_an_unknown_taker_volume_stays_unknown():
    engine, _, _ = an_engine()

    engine.handle(closed(replace(a_candle("AUSDT"), taker_buy_volume=None)))

    assert np.isnan(engine.decisions.market.taker_buy_volume[0, 0])


def test_what_is_known_beside_the_candles_reaches_the_market_view():
    engine, _, _ = an_engine()

    engine.handle(replace(closed(), series=(SeriesValue("BUSDT", "funding_rate", 1e-4),)))

    (known,) = engine.decisions.market.series.values()
    assert np.isnan(known[0, 0])
    assert known[1, 0] == 1e-4


def test_a_series_of_an_unknown_symbol_breaks_an_invariant():
    engine, _, _ = an_engine()

    with pytest.raises(InvariantBroken, match="did not ask for"):
        engine.handle(replace(closed(), series=(SeriesValue("ZUSDT", "funding_rate", 1e-4),)))


@pytest.mark.parametrize(
    "candle",
    [
        a_candle("ZUSDT"),
        replace(a_candle("AUSDT"), is_closed=False),
        replace(a_candle("AUSDT"), interval_ms=60_000),
        replace(a_candle("AUSDT"), open_time_ms=START_MS - HOUR_MS),
    ],
    ids=["unknown symbol", "still forming", "another interval", "another time"],
)
def test_a_candle_nobody_asked_for_breaks_an_invariant(candle):
    engine, diary, _ = an_engine()

    with pytest.raises(InvariantBroken, match="did not ask for"):
        engine.handle(closed(candle))

    assert diary == []


def test_a_fill_reaches_the_order_book_and_the_account_and_asks_for_nothing():
    engine, diary, trader = an_engine(forecast=1.0)
    engine.handle(closed())
    diary.clear()
    fill = UnifiedFill(
        "AUSDT", Side.BUY, Decimal("1.5"), Decimal(100), Decimal("0.075"), False, "1", "run-AUSDT-1", CLOSE_MS
    )

    step = engine.handle(FillReceived(CLOSE_MS + 1, fill, Reason.ENTRY))

    assert step == Step((), ())
    assert trader.desk.positions[0]["lots"] == 1_500
    assert trader.desk.orders[0, 0]["filled_lots"] == 1_500
    assert trader.desk.account[0]["wallet"] == 10_000 - 0.075


def test_funding_reaches_the_account():
    engine, _, trader = an_engine()

    step = engine.handle(FundingSettled(CLOSE_MS, "BUSDT", 0.0001, 100.0, 2.0, -0.02))

    assert step == Step((), ())
    assert trader.desk.account[0]["funding"] == -0.02


def test_the_venues_word_reaches_the_order():
    engine, _, trader = an_engine(forecast=1.0)
    engine.handle(closed())

    engine.handle(OrderChanged(CLOSE_MS, "AUSDT", "run-AUSDT-1", OrderState.WORKING))

    assert trader.desk.orders[0, 0]["state"] == OrderState.WORKING


@pytest.mark.parametrize(
    ("volatilities", "median"),
    [
        ([0.02], 0.02),
        ([0.01, 0.05], 0.03),
        ([0.05, 0.01, 0.02], 0.02),
        ([0.04, 0.01, 0.02, 0.03], 0.025),
        ([np.nan, 0.03, 0.01], 0.02),
        ([np.inf, 0.03, np.nan], 0.03),
        ([np.nan, np.nan, np.inf], np.nan),
    ],
)
def test_market_volatility_is_the_median_of_what_is_known(volatilities, median):
    column = np.array(volatilities)[:, None]

    assert market_volatility(np.hstack([column, column])) == pytest.approx([median] * 2, nan_ok=True)
