"""Perpetual accounting by hand-worked examples: entries, flips, fees, funding, round trips."""

import pytest

from alphastrike.domain.kernel_accounting import (
    apply_fill,
    apply_funding,
    funding_payment,
    unrealized_pnl,
)
from alphastrike.domain.ledger import Ledger
from alphastrike.domain.orders import Side
from alphastrike.domain.outcomes import Reason
from tests.builders import START_MS, a_fill, a_trade

BUY, SELL = Side.BUY, Side.SELL
WHOLE = 1.0  # one lot is one coin


class Account:
    """One account with one symbol, to which fills and funding are booked."""

    def __init__(self, equity=100_000.0, step=WHOLE):
        ledger = Ledger.opened(1, equity)
        self.account, self.position, self.step = ledger.account[0], ledger.positions[0], step
        self.trade = a_trade()

    def fill(self, side, lots, price, fee=0.0, ts_ms=START_MS):
        record = a_fill(side, lots, price, fee=fee, ts_ms=ts_ms)
        record["reason"] = Reason.STOP
        self.ended = apply_fill(self.account, self.position, record, self.step, self.trade)
        return record

    def fund(self, mark_price, rate):
        payment = funding_payment(self.position["lots"], self.step, mark_price, rate)
        apply_funding(self.account, self.position, payment)
        return payment


def test_long_round_trip_with_fees_and_funding_earns_the_worked_amount():
    account = Account(12_000.0)

    account.fill(BUY, 2, 60_000.0, fee=120_000 * 0.0005)
    account.fund(60_300.0, 0.0001)
    account.fund(60_900.0, 0.0001)
    account.fill(SELL, 2, 61_200.0, fee=122_400 * 0.0005)

    assert account.account["realized"] == 2_400.0
    assert account.account["fees"] == pytest.approx(121.20, abs=1e-9)
    assert account.account["funding"] == pytest.approx(-24.24, abs=1e-9)
    assert account.account["wallet"] - 12_000.0 == pytest.approx(2_254.56, abs=1e-9)
    assert (account.account["wallet"] - 12_000.0) / 12_000.0 == pytest.approx(0.18788, abs=1e-9)


def test_short_round_trip_receives_positive_funding_every_hour():
    account = Account()

    account.fill(SELL, 5, 60_000.0, fee=300_000 * 0.00045)
    for _ in range(24):
        account.fund(59_800.0, 0.0000125)
    account.fill(BUY, 5, 59_100.0, fee=295_500 * 0.00015)

    assert account.account["fees"] == pytest.approx(179.325, abs=1e-9)
    assert account.account["funding"] == pytest.approx(89.70, abs=1e-9)
    assert account.account["wallet"] - 100_000.0 == pytest.approx(4_410.375, abs=1e-8)


def test_average_entry_moves_only_when_adding_and_a_flip_reopens_at_its_own_price():
    # Half a coin a lot: buy 1 @ 60,000, buy 1 @ 62,000, sell 0.5 @ 63,000, sell 2.5 @ 60,500.
    account = Account(step=0.5)

    account.fill(BUY, 2, 60_000.0)
    account.fill(BUY, 2, 62_000.0)
    average = float(account.position["entry_price"])
    first = account.fill(SELL, 1, 63_000.0)["realized"]
    second = account.fill(SELL, 5, 60_500.0)["realized"]

    assert average == 61_000.0
    assert (first, second) == (1_000.0, -750.0)
    assert account.account["realized"] == 250.0
    assert (account.position["lots"], account.position["entry_price"]) == (-2, 60_500.0)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_single_lots_are_counted_like_any_other(side):
    account = Account()
    other = Side(-side)

    account.fill(side, 1, 100.0)
    account.position["mark_price"] = 100.0 + 5 * side
    assert unrealized_pnl(account.position) == 5.0
    account.fill(side, 1, 102.0)
    assert account.position["entry_price"] == 101.0
    turned = account.fill(other, 3, 101.0 + 3 * side)
    assert (turned["realized"], account.position["lots"]) == (6.0, -side)
    closed = account.fill(side, 1, 101.0)

    assert (closed["realized"], account.position["lots"], account.account["trades"]) == (3.0, 0, 2)


def test_nothing_of_a_closed_position_is_left_but_its_price_marks():
    account = Account()
    account.fill(BUY, 1, 100.0, ts_ms=START_MS)

    account.fill(SELL, 1, 110.0, ts_ms=START_MS + 1)

    position = account.position
    assert [position[name] for name in ("lots", "quantity", "entry_price", "opened_ms")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("side", "rate", "expected"),
    [(BUY, 0.0001, -6.0), (SELL, 0.0001, 6.0), (BUY, -0.0001, 6.0), (SELL, -0.0001, -6.0)],
)
def test_longs_pay_a_positive_rate_and_shorts_receive_it(side, rate, expected):
    account = Account()
    account.fill(side, 1, 50_000.0)

    payment = account.fund(60_000.0, rate)

    assert payment == pytest.approx(expected, abs=1e-12)
    assert account.account["wallet"] == pytest.approx(100_000.0 + expected, abs=1e-9)


@pytest.mark.parametrize(("side", "expected"), [(BUY, 30.0), (SELL, -30.0)])
def test_unrealised_profit_has_the_sign_of_the_position(side, expected):
    account = Account(step=0.5)
    account.fill(side, 6, 100.0)
    account.position["mark_price"] = 110.0

    assert unrealized_pnl(account.position) == expected


def test_a_position_that_was_closed_has_no_unrealised_profit():
    account = Account()
    account.fill(BUY, 3, 100.0)
    account.fill(SELL, 3, 110.0)
    account.position["mark_price"] = 250.0

    assert unrealized_pnl(account.position) == 0.0


@pytest.mark.parametrize("lots", [3, -3, 0])
def test_quantity_is_the_lots_in_base_units(lots):
    account = Account(step=0.1)
    account.fill(BUY, 5, 100.0)

    account.fill(SELL, 5 - lots, 100.0)

    assert account.position["quantity"] == lots / 10


def test_an_entry_realises_nothing_but_its_fee():
    account = Account()

    fill = account.fill(BUY, 3, 100.0, fee=0.15)

    assert (fill["realized"], fill["position_after"], account.ended) == (0.0, 3, False)
    assert account.account["wallet"] == 100_000.0 - 0.15
    assert account.account["turnover"] == 300.0


def test_a_rebate_adds_to_the_wallet():
    account = Account()

    account.fill(BUY, 1, 100.0, fee=-0.02)

    assert account.account["wallet"] == 100_000.02
    assert account.account["fees"] == -0.02


def test_a_finished_round_trip_is_recorded_whole():
    account = Account()
    account.fill(BUY, 1, 100.0, fee=1.0, ts_ms=START_MS)
    account.fill(BUY, 3, 104.0, fee=3.0, ts_ms=START_MS + 1)
    account.fund(104.0, 0.001)
    account.fill(SELL, 1, 105.0, fee=0.5, ts_ms=START_MS + 2)
    assert not account.ended

    account.fill(SELL, 3, 109.0, fee=1.5, ts_ms=START_MS + 3)

    trade = account.trade
    assert account.ended
    assert account.account["trades"] == 1
    assert (trade["side"], trade["lots"], trade["exit_reason"]) == (1, 4, Reason.STOP)
    assert (trade["entry_price"], trade["exit_price"]) == (103.0, 108.0)
    assert (trade["pnl"], trade["fees"]) == (20.0, 6.0)
    assert trade["funding"] == pytest.approx(-0.416, abs=1e-12)
    assert (trade["opened_ms"], trade["closed_ms"]) == (START_MS, START_MS + 3)


def test_a_flip_ends_one_trip_and_splits_its_fee_by_lots_with_the_next():
    account = Account()
    account.fill(BUY, 2, 100.0, fee=2.0, ts_ms=START_MS)

    account.fill(SELL, 5, 90.0, fee=4.5, ts_ms=START_MS + 9)

    assert account.ended
    assert (account.trade["pnl"], account.trade["fees"]) == (-20.0, 2.0 + 1.8)
    assert account.position["trip_fees"] == pytest.approx(2.7, abs=1e-12)
    assert account.position["trip_pnl"] == 0.0
    assert account.position["opened_ms"] == START_MS + 9
    assert account.position["trip_max_lots"] == 3


def test_fees_of_both_trips_of_a_flip_add_up_to_what_was_paid():
    account = Account()
    account.fill(BUY, 3, 100.0, fee=0.3)
    account.fill(SELL, 10, 90.0, fee=0.9)
    first = float(account.trade["fees"])

    account.fill(BUY, 7, 80.0, fee=0.56)

    assert first + account.trade["fees"] == pytest.approx(account.account["fees"], abs=1e-12)
    assert account.trade["side"] == -1
    assert account.position["lots"] == 0


def test_a_new_trip_after_going_flat_starts_from_nothing():
    account = Account()
    account.fill(BUY, 1, 100.0, fee=1.0)
    account.fund(100.0, 0.01)
    account.fill(SELL, 1, 110.0, fee=1.0)

    account.fill(BUY, 2, 120.0, fee=2.0)
    account.fill(SELL, 2, 121.0, fee=2.0)

    assert (account.trade["pnl"], account.trade["fees"], account.trade["funding"]) == (2.0, 4.0, 0.0)
    assert account.trade["lots"] == 2


def test_slippage_is_only_a_record_because_the_price_already_contains_it():
    account = Account()
    fill = a_fill(BUY, 1, 101.0)
    fill["slippage"] = 1.0

    apply_fill(account.account, account.position, fill, WHOLE, account.trade)

    assert account.account["slippage"] == 1.0
    assert account.account["wallet"] == 100_000.0
