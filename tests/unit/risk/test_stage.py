"""Stage 7 for a stream: prices, fills and funding by event."""

from decimal import Decimal

import numpy as np
import pytest

from alphastrike.domain.blocks import DecisionBlock, FeatureBlock, ForecastBlock, HaltGrid, MarketBlock
from alphastrike.domain.events import FillReceived, FundingSettled
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.orders import Side, UnifiedFill
from alphastrike.domain.outcomes import Reason
from alphastrike.risk.stage import RiskStage
from tests.builders import START_MS, an_instrument
from tests.desks import a_trader

INSTRUMENTS = (an_instrument("AUSDT", quantity_step="0.1"), an_instrument("BUSDT"))


def a_stage() -> RiskStage:
    return RiskStage(a_trader(*INSTRUMENTS).desk, INSTRUMENTS)


def decisions_at(*closes: float) -> DecisionBlock:
    """One bar of both symbols as stages 2 to 6 leave it."""
    column = np.array(closes)[:, None]
    halts = HaltGrid(2, 1)
    market = MarketBlock(("AUSDT", "BUSDT"), HOUR_MS, np.array([START_MS]), *[column] * 6, halts)
    features = FeatureBlock(market, ("daily_volatility",), np.full((1, 2, 1), 0.02), halts)
    nothing = np.zeros((2, 1))
    forecast = ForecastBlock(nothing, nothing, nothing.astype(np.int8), ("none",), halts)
    return DecisionBlock(market, forecast, nothing, np.array([0.02]), features)


def a_fill(side: Side, quantity: str, price: str, reason: Reason = Reason.ENTRY, fee: str = "0"):
    fill = UnifiedFill(
        "AUSDT", side, Decimal(quantity), Decimal(price), Decimal(fee), False, "1", "run-AUSDT-1", START_MS
    )
    return FillReceived(START_MS, fill, reason)


def test_only_symbols_with_a_close_are_marked():
    stage = a_stage()

    stage.mark(START_MS, decisions_at(100.0, 50.0))
    stage.mark(START_MS + 1, decisions_at(np.nan, 51.0))

    assert stage.desk.positions["mark_price"].tolist() == [100.0, 51.0]
    assert stage.equity_row["ts_ms"][0] == START_MS + 1


def test_a_round_trip_is_booked_and_kept_once():
    stage = a_stage()

    stage.book_fill(a_fill(Side.BUY, "1.5", "100", fee="0.1"))
    stage.book_funding(FundingSettled(START_MS, "AUSDT", 0.0001, 100.0, 1.5, -0.015))
    assert stage.trades == []
    stage.book_fill(a_fill(Side.SELL, "1.5", "110", Reason.SIGNAL_EXIT, fee="0.2"))

    (trade,) = stage.trades
    assert (trade["symbol"], trade["lots"], trade["exit_reason"]) == (0, 15, Reason.SIGNAL_EXIT)
    assert (trade["pnl"], trade["funding"]) == (15.0, -0.015)
    assert stage.desk.account[0]["wallet"] == pytest.approx(10_000 + 15 - 0.3 - 0.015, abs=1e-9)
    assert stage.desk.recent[0] == pytest.approx(15 - 0.3 - 0.015, abs=1e-9)


def test_a_liquidation_is_counted():
    stage = a_stage()
    stage.book_fill(a_fill(Side.BUY, "1.5", "100"))

    stage.book_fill(a_fill(Side.SELL, "1.5", "90", Reason.LIQUIDATION))

    assert stage.desk.account[0]["liquidations"] == 1


def test_a_restored_stage_is_the_one_that_was_kept():
    stage, other = a_stage(), a_stage()
    stage.book_fill(a_fill(Side.BUY, "1.5", "100"))
    stage.mark(START_MS, decisions_at(101.0, 50.0))

    other.restore(stage.snapshot())

    assert other.snapshot() == stage.snapshot()
