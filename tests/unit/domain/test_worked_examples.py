"""The worked accounts of perpetual margin and accounting, each number by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.kernel_accounting import apply_fill, apply_funding, funding_payment, unrealized_pnl
from alphastrike.domain.kernel_funding_rates import eight_hour_rate, hourly_rate
from alphastrike.domain.kernel_inverse import (
    inverse_bankruptcy_price,
    inverse_liquidation_price,
    inverse_pnl,
)
from alphastrike.domain.kernel_margin import (
    backstop_price,
    bankruptcy_price,
    liquidation_price,
    maintenance_margin,
)
from alphastrike.domain.records import ACCOUNT, FILL, POSITION, TRADE

BINANCE = np.array(
    [[0.0, 0.004, 0.0, 125.0], [50_000.0, 0.005, 50.0, 100.0], [600_000.0, 0.0065, 950.0, 75.0]]
)
ONE_TIER = np.array([[0.0, 0.004, 0.0, 125.0]])
HL_BTC = np.array([[0.0, 0.0125, 0.0, 40.0]])
HL_DOGE = np.array([[0.0, 0.05, 0.0, 10.0], [20e6, 0.1, 1e6, 5.0]])
ENTRY_TIER = BINANCE[1:2] * np.array([0.0, 1.0, 1.0, 1.0])  # the entry's tier, as if it held everywhere


def at(number: float):
    return pytest.approx(number, abs=0.005)


class Account:
    """Wallet and position booked fill by fill; quantities in thousandths."""

    def __init__(self, wallet: float = 0.0) -> None:
        self.account = np.zeros(1, ACCOUNT)[0]
        self.position = np.zeros(1, POSITION)[0]
        self.account["wallet"] = wallet

    def fill(self, quantity: float, price: float, fee_rate: float = 0.0) -> float:
        fill = np.zeros(1, FILL)[0]
        fill["side"] = 1 if quantity > 0 else -1
        fill["lots"] = round(abs(quantity) * 1_000)
        fill["price"] = price
        fill["fee"] = abs(quantity) * price * fee_rate
        apply_fill(self.account, self.position, fill, 0.001, np.zeros(1, TRADE)[0])
        return float(fill["realized"])

    def fund(self, rate: float, mark: float) -> float:
        payment = funding_payment(int(self.position["lots"]), 0.001, mark, rate)
        apply_funding(self.account, self.position, payment)
        return payment


def test_e1_isolated_long_on_binance():
    assert liquidation_price(2.0, 60_000.0, 12_000.0, BINANCE) == at(54_246.23)
    assert bankruptcy_price(2.0, 60_000.0, 12_000.0) == 54_000.0


def test_e2_isolated_short_is_judged_by_the_tier_of_its_liquidation():
    assert liquidation_price(-9.5, 60_000.0, 114_000.0, BINANCE) == at(71_634.38)
    assert bankruptcy_price(-9.5, 60_000.0, 114_000.0) == pytest.approx(72_000.0)
    assert liquidation_price(-9.5, 60_000.0, 114_000.0, ENTRY_TIER) == at(71_647.03)  # what it is not


def test_e3_cross_long_beside_a_losing_position():
    assert liquidation_price(1.0, 60_000.0, 20_000.0 - 1_500.0 - 800.0, ONE_TIER) == at(42_469.88)


def test_e4_isolated_long_on_hyperliquid_with_its_backstop():
    assert liquidation_price(1.0, 60_000.0, 6_000.0, HL_BTC) == at(54_683.54)
    assert backstop_price(1.0, 60_000.0, 6_000.0, HL_BTC) == at(54_453.78)
    assert bankruptcy_price(1.0, 60_000.0, 6_000.0) == 54_000.0


def test_e5_isolated_short_on_hyperliquid_that_grows_into_the_next_tier():
    margin = 1e8 * 0.18 / 5
    entry_tier = HL_DOGE[:1]

    assert liquidation_price(-1e8, 0.18, margin, HL_DOGE) == pytest.approx(0.205455, abs=5e-7)
    assert liquidation_price(-1e8, 0.18, margin, entry_tier) == pytest.approx(0.205714, abs=5e-7)


def test_e6_a_round_trip_with_fees_and_funding_on_binance():
    account = Account(12_000.0)

    account.fill(2.0, 60_000.0, 0.0005)
    funding = account.fund(0.0001, 60_300.0) + account.fund(0.0001, 60_900.0)
    realized = account.fill(-2.0, 61_200.0, 0.0005)

    assert realized == 2_400.0
    assert account.account["fees"] == at(121.20)
    assert funding == at(-24.24)
    assert account.account["wallet"] - 12_000.0 == at(2_254.56)
    assert (account.account["wallet"] - 12_000.0) / 12_000.0 == pytest.approx(0.18788, abs=5e-6)


def test_e7_a_short_on_hyperliquid_earns_hourly_funding():
    account = Account()

    account.fill(-5.0, 60_000.0, 0.00045)
    earned = sum(account.fund(0.0000125, 59_800.0) for _ in range(24))
    account.fill(5.0, 59_100.0, 0.00015)

    assert account.account["fees"] == at(179.325)
    assert earned == at(89.70)
    assert account.account["wallet"] == at(4_410.375)


def test_e8_average_entry_partial_close_and_flip():
    account = Account()

    account.fill(1.0, 60_000.0)
    account.fill(1.0, 62_000.0)
    assert account.position["entry_price"] == 61_000.0
    realized = (account.fill(-0.5, 63_000.0), account.fill(-2.5, 60_500.0))

    assert realized == (1_000.0, pytest.approx(-750.0))  # -0.5 x 1.5 x 1,000
    assert account.account["wallet"] == pytest.approx(250.0)
    assert (account.position["lots"], account.position["entry_price"]) == (-1_000, 60_500.0)


def test_e9_inverse_contracts():
    margin = 100 * 100 / 60_000.0 / 10

    assert inverse_pnl(100.0, 100.0, 60_000.0, 66_000.0) == pytest.approx(0.01515152, abs=5e-9)
    assert inverse_liquidation_price(100.0, 100.0, 60_000.0, margin, ONE_TIER) == at(54_763.64)
    assert inverse_bankruptcy_price(100.0, 100.0, 60_000.0, margin) == at(54_545.45)


@pytest.mark.parametrize(("premium", "rate"), [(0.0008, 0.0003), (0.0003, 0.0001), (-0.0009, -0.0004)])
def test_e10_funding_rate_from_the_premium(premium, rate):
    assert eight_hour_rate(premium) == pytest.approx(rate, abs=1e-12)


def test_e10_hourly_funding_rate():
    assert eight_hour_rate(0.01) == pytest.approx(0.0095)
    assert hourly_rate(0.01) == pytest.approx(0.0011875)
    assert (hourly_rate(1.0), hourly_rate(-1.0)) == (0.04, -0.04)


def test_e11_funding_charged_to_isolated_margin_brings_liquidation_nearer():
    account = Account(12_000.0)
    account.fill(2.0, 60_000.0)

    for _ in range(30):
        account.fund(0.0001, 60_000.0)

    assert account.account["wallet"] == at(11_640.0)
    assert liquidation_price(2.0, 60_000.0, float(account.account["wallet"]), BINANCE) == at(54_427.14)


@pytest.mark.parametrize(("side", "price"), [(-1.0, 11.89108910891089), (1.0, 8.070707070707071)])
def test_e12_an_outside_oracle_agrees(side, price):
    tiers = np.array([[0.0, 0.01, 0.01, 100.0]])

    assert liquidation_price(side, 10.0, 2.0, tiers) == pytest.approx(price, rel=1e-12)


def test_a_fully_collateralised_long_has_no_liquidation_price():
    assert math.isnan(liquidation_price(1.0, 60_000.0, 60_000.0, BINANCE))
    assert math.isnan(backstop_price(1.0, 60_000.0, 60_000.0, BINANCE))
    assert math.isnan(inverse_liquidation_price(-100.0, 100.0, 60_000.0, 1.0, ONE_TIER))
    assert math.isnan(inverse_liquidation_price(0.0, 100.0, 60_000.0, 1.0, ONE_TIER))
    assert math.isnan(inverse_bankruptcy_price(-100.0, 100.0, 60_000.0, 1.0))


def test_a_position_without_a_price_move_has_no_profit():
    account = Account()
    account.fill(1.0, 60_000.0)
    account.position["mark_price"] = 60_000.0

    assert unrealized_pnl(account.position) == 0.0


@given(
    contracts=st.floats(1, 1e5),
    entry=st.floats(0.01, 1e5),
    share=st.floats(0.01, 1.5),
    side=st.sampled_from([1.0, -1.0]),
    steeper=st.booleans(),
)
def test_inverse_liquidation_is_where_coin_equity_meets_maintenance(contracts, entry, share, side, steeper):
    notional = contracts * 100.0 / entry
    tiers = np.array([[0.0, 0.004, 0.0, 50.0], [notional * 1.05, 0.05, notional * 1.05 * 0.046, 10.0]])
    tiers = tiers if steeper else tiers[:1]
    margin = share * notional

    price = inverse_liquidation_price(side * contracts, 100.0, entry, margin, tiers)

    def cushion(mark: float) -> float:
        equity = margin + inverse_pnl(side * contracts, 100.0, entry, mark)
        return equity - maintenance_margin(contracts * 100.0 / mark, tiers)

    if math.isnan(price):
        assert (
            all(cushion(entry * scale) >= -1e-9 * notional for scale in (1e-3, 0.1, 1.0, 10.0, 1e6))
            or side < 0
        )
        assert side < 0
    else:
        assert cushion(price) == pytest.approx(0.0, abs=1e-9 * (margin + notional * entry / price))
        assert cushion(price * (1 + 1e-4 * side)) >= 0.0 >= cushion(price * (1 - 1e-4 * side))
