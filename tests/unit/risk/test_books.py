"""The desk's arrays: rules from configuration, and what a snapshot keeps."""

import pytest

from alphastrike.risk.kernel_desk import record_trade
from tests.builders import an_instrument, an_order
from tests.desks import a_trader


def test_configuration_reaches_the_kernels():
    rules = a_trader(
        half_spread_bps=2.0,
        max_holding_hours=36.0,
        venue_leverage=25.0,
        conviction_threshold=60.0,
        stop_spread=4.0,
        max_positions=3,
    ).desk.rules[0]

    assert rules["stop_floor"] == pytest.approx(4 * 2 * 2e-4)
    assert rules["max_holding_ms"] == 36 * 3_600_000
    assert (rules["venue_leverage"], rules["conviction_threshold"]) == (25.0, 60.0)
    assert rules["max_positions"] == 3
    assert rules["fixed_notional"] == 0.0


def test_a_restored_desk_is_the_one_that_was_kept():
    trader = a_trader(an_instrument(), an_instrument("BUSDT"))
    trader.hold(5_000, 100.0, symbol=1)
    trader.work(an_order(-1, 5_000, reduce_only=True), symbol=1)
    trader.marked(100.0, 101.0)
    record_trade(trader.desk, 12.5)
    other = a_trader(an_instrument(), an_instrument("BUSDT"))

    other.desk.restore(trader.desk.snapshot())

    assert other.desk.snapshot() == trader.desk.snapshot()
    assert other.desk.ledger.snapshot() == trader.desk.ledger.snapshot()
    assert other.desk.recent[0] == 12.5


def test_the_ledger_of_a_desk_is_the_desk_itself():
    trader = a_trader()

    trader.desk.ledger.account[0]["wallet"] = 1.0

    assert trader.desk.account[0]["wallet"] == 1.0
