"""Stage 8 for a stream: commands with client ids out, events by client id in."""

from decimal import Decimal

import numpy as np
import pytest

from alphastrike.domain.commands import ApprovedOrder, CancelOrder, PlaceOrder
from alphastrike.domain.events import FillReceived, OrderChanged
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedFill, UnifiedOrder
from alphastrike.domain.outcomes import Code, Halted, Passed, Reason, Stage
from alphastrike.domain.records import ACTS_NOT, ACTS_TO_CANCEL
from alphastrike.execution.stage import ExecutionStage, client_order_id, order_number
from tests.builders import START_MS, an_instrument, an_order
from tests.desks import a_trader

INSTRUMENTS = (an_instrument("AUSDT", quantity_step="0.1"), an_instrument("BUSDT"))
RUN = "run-7"


def a_stage():
    """A trader and the stage that plans for it."""
    trader = a_trader(*INSTRUMENTS)
    return trader, ExecutionStage(trader.desk, INSTRUMENTS, RUN)


def a_fill_of(client_id: str, quantity: str = "0.4", symbol: str = "AUSDT") -> FillReceived:
    fill = UnifiedFill(
        symbol, Side.BUY, Decimal(quantity), Decimal(100), Decimal(0), False, "1", client_id, START_MS
    )
    return FillReceived(START_MS, fill, Reason.ENTRY)


@pytest.mark.parametrize("run_id", ["run", "run-7", "a-1-2", ""])
@pytest.mark.parametrize("symbol", ["BTCUSDT", "1000PEPEUSDT"])
@pytest.mark.parametrize("number", [1, 42, 10**12])
def test_a_client_id_gives_its_number_back(run_id, symbol, number):
    assert order_number(client_order_id(run_id, symbol, number)) == number


@pytest.mark.parametrize("foreign", ["", "web", "web_abc", "run-AUSDT-", "run-AUSDT-1x", "run-AUSDT-²", "-"])
def test_an_id_without_a_number_is_not_ours(foreign):
    assert order_number(foreign) == 0


def test_an_entry_becomes_two_commands_in_decimals():
    trader, stage = a_stage()
    intent = trader.intent()
    intent["acts"], intent["target_lots"], intent["stop_price"] = 1, 15, 97.1
    intent["reason"] = Reason.ENTRY
    intent["approved_lots"] = 15

    commands = stage.plan(0, START_MS)

    entry = UnifiedOrder("AUSDT", Side.BUY, OrderType.MARKET, Decimal("1.5"), "run-7-AUSDT-1")
    stop = UnifiedOrder(
        "AUSDT", Side.SELL, OrderType.STOP_MARKET, Decimal("1.5"), "run-7-AUSDT-2",
        trigger_price=Decimal("97.1"), reduce_only=True,
    )  # fmt: skip
    approved = Decimal("1.5")
    assert commands == (
        PlaceOrder(ApprovedOrder(entry, approved), 1, Reason.ENTRY),
        PlaceOrder(ApprovedOrder(stop, approved), 2, Reason.STOP),
    )


def test_an_orphan_becomes_a_cancellation():
    trader, stage = a_stage()
    trader.work(an_order(-1, 15, OrderType.STOP_MARKET, at=97.0, reduce_only=True, number=9), symbol=1)

    assert stage.plan(1, START_MS) == (CancelOrder("BUSDT", "run-7-BUSDT-9", 9),)


def test_a_limit_order_keeps_its_price_in_the_command():
    trader, stage = a_stage()
    trader.intent()["approved_lots"] = 5
    order = an_order(1, 5, OrderType.LIMIT, at=99.5)

    command = stage._command(0, order)

    assert isinstance(command, PlaceOrder)
    assert (command.order.price, command.order.trigger_price) == (Decimal("99.5"), None)


def test_fills_and_words_reach_the_order_they_are_about():
    trader, stage = a_stage()
    trader.work(an_order(1, 15, number=3))

    stage.learn_order(OrderChanged(START_MS, "AUSDT", "run-7-AUSDT-3", OrderState.WORKING))
    stage.learn_fill(a_fill_of("run-7-AUSDT-3"))

    order = trader.desk.orders[0, 0]
    assert (order["filled_lots"], order["state"]) == (4, OrderState.PARTIALLY_FILLED)


@pytest.mark.parametrize("foreign", ["web-3", "run-8-AUSDT-3", "run-7-BUSDT-3", "run-7-AUSDT-03", ""])
def test_orders_of_other_runs_and_people_are_not_taken_for_ours(foreign):
    trader, stage = a_stage()
    trader.work(an_order(1, 15, number=3))
    before = trader.desk.ledger.snapshot()

    stage.learn_fill(a_fill_of(foreign))
    stage.learn_order(OrderChanged(START_MS, "AUSDT", foreign, OrderState.CANCELED))

    assert trader.desk.ledger.snapshot() == before


def test_the_outcome_is_the_last_word_on_the_symbol():
    trader, stage = a_stage()
    decisions = trader.desk.decisions
    decisions["ts_ms"] = START_MS
    decisions["code"] = [Code.ORDERED, Code.GROSS_EXPOSURE]
    decisions["observed"], decisions["limit"] = np.array([0.0, 12.5]), np.array([0.0, 10.0])

    assert stage.outcome(0) == Passed("AUSDT", START_MS, Code.ORDERED)
    assert stage.outcome(1) == Halted(Stage.RISK, Code.GROSS_EXPOSURE, "BUSDT", START_MS, 12.5, 10.0)


@pytest.mark.parametrize("acts", [ACTS_NOT, ACTS_TO_CANCEL])
@pytest.mark.parametrize("lots", [-10, 0, 10])
@pytest.mark.parametrize("kinds", [(), (OrderType.STOP_MARKET,), (OrderType.LIMIT, OrderType.STOP_MARKET)])
def test_what_it_does_not_hand_to_the_kernel_the_kernel_would_leave_alone(acts, lots, kinds):
    def standing():
        trader, stage = a_stage()
        if lots:
            trader.hold(lots, 100.0)
        for number, kind in enumerate(kinds, start=1):
            trader.work(an_order(-1, 10, kind, at=95.0, number=number))
        trader.intent()["acts"] = acts
        return trader, stage

    by_kernel, _ = standing()
    by_stage, stage = standing()
    sent = [int(order["order_id"]) for order in by_kernel.planned()]

    assert [command.order_id for command in stage.plan(0, START_MS)] == sent
    assert by_stage.desk.snapshot() == by_kernel.desk.snapshot()
