"""Maintenance margin, liquidation and bankruptcy prices against published and hand-worked numbers."""

import math

import numpy as np
import pytest

from alphastrike.domain.kernel_margin import bankruptcy_price, liquidation_price, maintenance_margin
from alphastrike.domain.ledger import tier_rows
from tests.builders import BINANCE_TIERS, an_instrument

BINANCE = np.array(tier_rows(an_instrument(tiers=BINANCE_TIERS)))
HYPERLIQUID_BTC = np.array(tier_rows(an_instrument(tiers=((0, "0.0125", 40),))))
HYPERLIQUID_DOGE = np.array(tier_rows(an_instrument(tiers=((0, "0.05", 10), (20_000_000, "0.1", 5)))))
ONE_PERCENT = np.array([[0.0, 0.01, 0.01]])


def test_deductions_follow_from_floors_and_rates():
    assert BINANCE[:, 2].tolist() == [0.0, 50.0, 950.0]
    assert HYPERLIQUID_DOGE[:, 2].tolist() == [0.0, 1_000_000.0]


@pytest.mark.parametrize(
    ("notional", "expected"),
    [
        (0.0, 0.0),
        (49_999.0, 199.996),
        (50_000.0, 200.0),  # the same from both sides of the edge
        (120_000.0, 550.0),
        (600_000.0, 2_950.0),
        (680_000.0, 3_470.0),
    ],
)
def test_maintenance_margin_is_taken_from_the_tier_of_the_notional(notional, expected):
    assert maintenance_margin(notional, BINANCE) == pytest.approx(expected, abs=1e-9)


def test_maintenance_margin_of_an_unknown_notional_is_unknown():
    assert math.isnan(maintenance_margin(math.nan, BINANCE))


def test_unused_tiers_of_a_shared_table_change_nothing():
    padded = np.vstack([BINANCE, np.full((2, 4), np.inf)])

    assert maintenance_margin(680_000.0, padded) == maintenance_margin(680_000.0, BINANCE)
    assert liquidation_price(-9.5, 60_000.0, 114_000.0, padded) == pytest.approx(71_634.38, abs=0.005)


@pytest.mark.parametrize(
    ("case", "quantity", "entry", "collateral", "tiers", "liquidated", "bankrupt"),
    [
        ("isolated long, 10x", 2.0, 60_000.0, 12_000.0, BINANCE, 54_246.23, 54_000.0),
        ("isolated short into a higher tier", -9.5, 60_000.0, 114_000.0, BINANCE, 71_634.38, 72_000.0),
        ("cross, others behind it", 1.0, 60_000.0, 20_000 - 1_500 - 800.0, BINANCE, 42_469.88, 42_300.0),
        ("one tier of 1.25 %", 1.0, 60_000.0, 6_000.0, HYPERLIQUID_BTC, 54_683.54, 54_000.0),
        ("after thirty fundings", 2.0, 60_000.0, 11_640.0, BINANCE, 54_427.14, 54_180.0),
    ],
)  # fmt: skip
def test_published_examples_are_met(case, quantity, entry, collateral, tiers, liquidated, bankrupt):
    assert liquidation_price(quantity, entry, collateral, tiers) == pytest.approx(liquidated, abs=0.005)
    assert bankruptcy_price(quantity, entry, collateral) == pytest.approx(bankrupt, abs=1e-9)


def test_a_short_is_liquidated_by_the_tier_it_grows_into_not_the_one_it_was_opened_in():
    price = liquidation_price(-100e6, 0.18, 3_600_000.0, HYPERLIQUID_DOGE)

    assert price == pytest.approx(0.205455, abs=5e-7)
    assert price < 0.205714  # what the entry's tier would say
    assert bankruptcy_price(-100e6, 0.18, 3_600_000.0) == pytest.approx(0.216, abs=1e-12)


def test_backstop_is_the_price_where_two_thirds_of_the_margin_are_left():
    two_thirds = np.array([[0.0, 0.0125 * 2 / 3, 0.0]])

    assert liquidation_price(1.0, 60_000.0, 6_000.0, two_thirds) == pytest.approx(54_453.78, abs=0.005)


@pytest.mark.parametrize(("quantity", "expected"), [(-1.0, 11.89108910891089), (1.0, 8.070707070707071)])
def test_independent_vectors_at_five_times_leverage_are_met(quantity, expected):
    assert liquidation_price(quantity, 10.0, 2.0, ONE_PERCENT) == pytest.approx(expected, abs=1e-14)


def test_a_long_backed_by_its_whole_price_has_no_liquidation_price():
    assert math.isnan(liquidation_price(1.0, 60_000.0, 60_000.0, BINANCE))
    assert math.isnan(bankruptcy_price(1.0, 60_000.0, 60_000.0))
    padded = np.vstack([BINANCE, np.full((1, BINANCE.shape[1]), np.inf)])
    assert math.isnan(liquidation_price(1.0, 60_000.0, 60_000.0, padded))


def test_a_flat_position_has_neither_price():
    assert math.isnan(liquidation_price(0.0, 60_000.0, 1_000.0, BINANCE))
    assert math.isnan(bankruptcy_price(0.0, 60_000.0, 1_000.0))


def test_an_account_already_under_water_is_liquidated_beyond_its_entry():
    price = liquidation_price(1.0, 10_000.0, -500.0, BINANCE)

    assert price == pytest.approx(10_500 / 0.996, abs=1e-9)
