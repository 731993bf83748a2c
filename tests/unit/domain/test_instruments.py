"""Trading rules: what is refused, and the way between decimals and lots."""

from decimal import Decimal

import numpy as np
import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.instruments import to_decimal, to_lots, to_order_quantity
from alphastrike.domain.ledger import Markets
from tests.builders import BINANCE_TIERS, an_instrument


@pytest.mark.parametrize(
    ("quantity", "lots"),
    [("0.003", 3), ("0.0039", 3), ("-0.0039", -3), ("0", 0), ("1000000.001", 1_000_000_001), ("0.0009", 0)],
)
def test_quantities_become_whole_lots_rounded_toward_zero(quantity, lots):
    assert to_lots(Decimal(quantity), an_instrument()) == lots


@pytest.mark.parametrize("lots", [0, 1, -7, 123_456_789])
def test_lots_survive_the_way_to_an_order_and_back(lots):
    instrument = an_instrument(quantity_step="0.00001")

    assert to_lots(to_order_quantity(lots, instrument), instrument) == lots


def test_an_order_quantity_is_exact():
    assert to_order_quantity(3, an_instrument(quantity_step="0.1")) == Decimal("0.3")


@pytest.mark.parametrize("value", [0.1, 1 / 3, 60_000.1, 1e-9, 123456789.123456789])
def test_a_decimal_of_a_float_reads_back_as_the_same_float(value):
    assert float(to_decimal(value)) == value
    assert float(to_decimal(np.float64(value))) == value


def test_a_decimal_of_a_float_is_the_shortest_one():
    assert to_decimal(0.1) == Decimal("0.1")


@pytest.mark.parametrize("name", ["tick_size", "quantity_step"])
@pytest.mark.parametrize("value", ["0", "-0.01", "NaN", "Infinity"])
def test_an_impossible_step_is_refused(name, value):
    with pytest.raises(ConfigError, match=rf"BTCUSDT\.{name}: observed {value}, allowed > 0"):
        an_instrument(**{name: value})


@pytest.mark.parametrize("name", ["min_quantity", "min_notional", "taker_fee_rate", "liquidation_fee_rate"])
@pytest.mark.parametrize("value", ["-1", "NaN"])
def test_a_negative_or_unknown_rule_is_refused(name, value):
    with pytest.raises(ConfigError, match=rf"{name}: observed {value}, allowed >= 0"):
        an_instrument(**{name: value})


def test_a_maker_rebate_is_allowed():
    assert an_instrument(maker_fee_rate="-0.0001").maker_fee_rate == Decimal("-0.0001")


@pytest.mark.parametrize(
    ("tiers", "complaint"),
    [
        ((), "missing"),
        (((1_000, "0.01", 10),), "starts at notional 0"),
        (((0, "0.01", 10), (0, "0.02", 5)), "floors must increase"),
        (((0, "0.01", 10), (500, "0.02", 5), (400, "0.03", 3)), "floors must increase, observed 400"),
        (((0, "0.02", 10), (500, "0.01", 5)), "rates must not fall"),
        (((0, "1", 10),), "observed rate 1"),
        (((0, "-0.01", 10),), "observed rate -0.01"),
        (((0, "NaN", 10),), "observed rate NaN"),
        (((0, "0.01", 10), ("Infinity", "0.02", 5)), "finite floor"),
        (((0, "0.01", 0),), "observed leverage 0"),
    ],
)
def test_margin_tiers_that_make_no_schedule_are_refused(tiers, complaint):
    with pytest.raises(ConfigError, match=complaint):
        an_instrument(tiers=tiers)


def test_numbers_of_an_instrument_reach_the_kernels():
    instrument = an_instrument(
        tick_size="0.1", min_notional="5", maker_fee_rate="-0.0001", taker_fee_rate="0.0005",
        liquidation_fee_rate="0.0125", tiers=BINANCE_TIERS,
    )  # fmt: skip

    rules = Markets.of((instrument,)).instruments[0]

    assert (rules["tick"], rules["step"], rules["min_notional"]) == (0.1, 0.001, 5.0)
    assert (rules["maker_fee"], rules["taker_fee"], rules["liquidation_fee"]) == (-0.0001, 0.0005, 0.0125)
    assert rules["max_leverage"] == 125.0


@pytest.mark.parametrize(
    ("smallest", "step", "lots"),
    [("0", "0.01", 1), ("0.01", "0.01", 1), ("0.011", "0.01", 2), ("0.015", "0.01", 2), ("1", "0.3", 4)],
)
def test_the_smallest_order_is_rounded_up_to_whole_lots(smallest, step, lots):
    instrument = an_instrument(min_quantity=smallest, quantity_step=step)

    assert Markets.of((instrument,)).instruments[0]["min_lots"] == lots


def test_each_tier_is_its_floor_rate_deduction_and_highest_leverage():
    (tiers,) = Markets.of((an_instrument(tiers=BINANCE_TIERS),)).tiers

    assert tiers.tolist() == [
        [0.0, 0.004, 0.0, 125.0],
        [50_000.0, 0.005, 50.0, 100.0],
        [600_000.0, 0.0065, 950.0, 75.0],
    ]


def test_tiers_of_symbols_with_fewer_brackets_are_filled_up_with_unreachable_ones():
    markets = Markets.of((an_instrument(tiers=BINANCE_TIERS), an_instrument("ETHUSDT")))

    assert markets.tiers.shape[:2] == (2, 3)
    assert np.isinf(markets.tiers[1, 1:, 0]).all()
