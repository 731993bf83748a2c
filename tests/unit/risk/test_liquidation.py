"""Liquidation and bankruptcy prices in decimals."""

from decimal import Decimal

import pytest

from alphastrike.risk.liquidation import bankruptcy_price, liquidation_price, maintenance_margin
from tests.builders import BINANCE_TIERS, an_instrument

BTC = an_instrument(tiers=BINANCE_TIERS)
DOGE = an_instrument("DOGEUSDT", tiers=((0, "0.05", 10), (20_000_000, "0.1", 5)))


@pytest.mark.parametrize(
    ("quantity", "entry", "collateral", "instrument", "expected"),
    [
        ("2", "60000", "12000", BTC, "54246.23"),
        ("-9.5", "60000", "114000", BTC, "71634.38"),
        ("1", "60000", "17700", BTC, "42469.88"),
        ("2", "60000", "11640", BTC, "54427.14"),
        ("-100000000", "0.18", "3600000", DOGE, "0.21"),
    ],
)
def test_published_examples_are_met_to_the_cent(quantity, entry, collateral, instrument, expected):
    price = liquidation_price(Decimal(quantity), Decimal(entry), Decimal(collateral), instrument)

    assert price is not None
    assert price.quantize(Decimal("0.01")) == Decimal(expected)


def test_there_is_no_price_where_no_price_liquidates():
    assert liquidation_price(Decimal(1), Decimal(60_000), Decimal(60_000), BTC) is None
    assert bankruptcy_price(Decimal(1), Decimal(60_000), Decimal(60_000)) is None
    assert bankruptcy_price(Decimal(0), Decimal(60_000), Decimal(100)) is None


@pytest.mark.parametrize(("quantity", "expected"), [("2", "54000"), ("-2", "66000")])
def test_bankruptcy_is_the_whole_collateral_away_from_the_entry(quantity, expected):
    price = bankruptcy_price(Decimal(quantity), Decimal(60_000), Decimal(12_000))

    assert price == Decimal(expected)


def test_maintenance_margin_comes_from_the_tier_of_the_notional():
    assert maintenance_margin(Decimal(120_000), BTC) == Decimal(550)
