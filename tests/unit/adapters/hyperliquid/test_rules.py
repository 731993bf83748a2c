"""Prices, sizes, ids, symbols, funding and margin tables by the venue's own examples."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.adapters.hyperliquid import funding
from alphastrike.adapters.hyperliquid.account_mappers import to_state
from alphastrike.adapters.hyperliquid.client_ids import ClientIds, to_cloid
from alphastrike.adapters.hyperliquid.instruments import to_assets, to_instrument, to_instruments
from alphastrike.adapters.hyperliquid.order_rules import check_order, snapped
from alphastrike.adapters.hyperliquid.precision import (
    is_valid_price,
    is_valid_size,
    price_step,
    reachable_price,
    to_wire,
)
from alphastrike.adapters.hyperliquid.symbols import to_coin, to_symbol
from alphastrike.domain.errors import PrecisionViolated, VenueRejected
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder

prices = st.decimals("0.000001", "999999", allow_nan=False, places=8)


@pytest.mark.parametrize(
    ("price", "size_decimals", "allowed"),
    [
        ("1234.5", 1, True),
        ("1234.56", 1, False),  # six figures
        ("0.01234", 1, True),
        ("0.012345", 1, False),  # six decimals, five allowed
        ("123456", 5, True),  # whole numbers always
        ("12345.6", 1, False),
        ("0.001234", 0, True),
        ("0", 0, False),
        ("-5", 0, False),
        ("NaN", 0, False),
    ],
)
def test_prices_follow_the_venues_own_examples(price, size_decimals, allowed):
    assert is_valid_price(Decimal(price), size_decimals) is allowed


@given(prices, st.integers(0, 5), st.booleans())
def test_a_reachable_price_is_allowed_and_the_nearest_on_its_side(price, size_decimals, upward):
    found = reachable_price(price, size_decimals, upward=upward)

    assert is_valid_price(found, size_decimals)
    assert found >= price if upward else found <= price or found == price_step(price, size_decimals)
    assert abs(found - price) < max(10 * price_step(price, size_decimals), Decimal("0.000002"))


def test_sizes_keep_to_the_assets_decimals():
    assert is_valid_size(Decimal("0.00100"), 3)
    assert not is_valid_size(Decimal("0.0011"), 3)
    assert not is_valid_size(Decimal(0), 3)
    assert not is_valid_size(Decimal("Infinity"), 3)


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("100", "100"),
        ("1E+2", "100"),
        ("0.10", "0.1"),
        ("-0.0", "0"),
        ("1.00000000", "1"),
        ("1E-8", "0.00000001"),
    ],
)
def test_numbers_are_signed_without_trailing_zeros(value, wire):
    assert to_wire(Decimal(value)) == wire


@pytest.mark.parametrize("value", ["1E-9", "NaN", "Infinity"])
def test_numbers_that_would_be_rounded_are_refused(value):
    with pytest.raises(VenueRejected, match="8 decimals"):
        to_wire(Decimal(value))


@given(st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), min_size=1, max_size=16))
def test_a_short_client_id_is_read_back_by_anyone(client_id):
    assert ClientIds().name(to_cloid(client_id)) == client_id


@given(st.text(min_size=1, max_size=60))
def test_any_client_id_is_known_to_the_process_that_sent_it(client_id):
    ids = ClientIds()

    cloid = ids.cloid(client_id)

    assert cloid == to_cloid(client_id)
    assert len(cloid) == 34
    assert ids.name(cloid) == client_id


def test_a_strangers_cloid_stays_as_it_is():
    stranger = "0xe8d5fd7ebbb4c3cff4d1803472a11463"

    assert ClientIds().name(stranger) == to_cloid(stranger) == stranger
    assert ClientIds().name(None) == ""
    assert ClientIds().name("no cloid") == "no cloid"


@pytest.mark.parametrize(
    ("coin", "symbol"), [("BTC", "BTCUSDT"), ("kPEPE", "1000PEPEUSDT"), ("0G", "0GUSDT")]
)
def test_coins_and_symbols_are_each_others(coin, symbol):
    assert (to_symbol(coin), to_coin(symbol)) == (symbol, coin)


@pytest.mark.parametrize("coin", ["@107", "PURR/USDC", "km:US500", "+10", ""])
def test_what_is_no_perpetual_of_the_venue_has_no_symbol(coin):
    assert to_symbol(coin) is None


def test_an_hour_of_funding_is_an_eighth_of_the_stated_rate():
    none, high = funding.hourly_rate(Decimal(0)), funding.hourly_rate(Decimal("0.001"))

    assert none == Decimal("0.0000125")
    assert high == Decimal("0.0005") / 8
    assert funding.hourly_rate(Decimal(1)) == Decimal("0.04")
    assert funding.premium(Decimal(101), Decimal(102), Decimal(100)) == Decimal("0.01")
    assert funding.premium(Decimal(97), Decimal(98), Decimal(100)) == Decimal("-0.02")
    assert funding.payment(Decimal(2), Decimal(50_000), none) == Decimal("-1.25")


def test_a_margin_table_halves_the_initial_margin_of_each_tier():
    meta = {
        "universe": [
            {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56},
            {"name": "OLD", "szDecimals": 1, "maxLeverage": 3, "isDelisted": True},
            {"name": "kPEPE", "szDecimals": 0, "maxLeverage": 10, "marginTableId": 10, "onlyIsolated": True},
        ],
        "marginTables": [
            [
                56,
                {
                    "marginTiers": [
                        {"lowerBound": "0.0", "maxLeverage": 40},
                        {"lowerBound": "150000000.0", "maxLeverage": 20},
                    ]
                },
            ],
        ],
    }

    assets = to_assets(meta, [{"markPx": "60000"}, {}, {"markPx": "0.0100"}])
    bitcoin = to_instrument(assets["BTCUSDT"], {"userAddRate": "0.0001", "userCrossRate": "0.0003"})
    listed = to_instruments(assets, None)

    assert [(tier.floor_notional, tier.maintenance_margin_rate) for tier in bitcoin.margin_tiers] == [
        (0, Decimal("0.0125")),
        (150_000_000, Decimal("0.025")),
    ]
    assert (bitcoin.tick_size, bitcoin.quantity_step, bitcoin.min_notional) == (1, Decimal("0.00001"), 10)
    assert (bitcoin.maker_fee_rate, bitcoin.taker_fee_rate) == (Decimal("0.0001"), Decimal("0.0003"))
    assert [instrument.symbol for instrument in listed] == ["1000PEPEUSDT", "BTCUSDT"]
    assert (assets["1000PEPEUSDT"].index, assets["1000PEPEUSDT"].only_isolated) == (2, True)
    assert listed[0].margin_tiers[0].max_leverage == 10


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("open", OrderState.WORKING),
        ("marginCanceled", OrderState.CANCELED),
        ("tickRejected", OrderState.REJECTED),
        ("iocCancelRejected", OrderState.EXPIRED),
        ("frobnicated", OrderState.UNKNOWN),
    ],
)
def test_every_status_has_a_state_and_a_new_one_is_unknown(status, state):
    assert to_state(status, is_partly_filled=False) is state
    assert to_state("open", is_partly_filled=True) is OrderState.PARTIALLY_FILLED


@pytest.mark.parametrize(
    ("side", "kind", "wanted", "sent"),
    [
        (Side.BUY, OrderType.LIMIT, "10050.3", "10050"),
        (Side.SELL, OrderType.LIMIT, "10050.3", "10051"),
        (Side.BUY, OrderType.STOP_MARKET, "10050.3", "10050"),
        (Side.SELL, OrderType.TAKE_PROFIT_MARKET, "10050.3", "10050"),
        (Side.BUY, OrderType.TAKE_PROFIT_MARKET, "9500.3", "9500.3"),
        (Side.SELL, OrderType.STOP_MARKET, "9500.3", "9500.3"),
    ],
)
def test_a_price_on_the_tick_that_has_a_digit_too_many_moves_to_the_safe_side(side, kind, wanted, sent):
    meta = {"universe": [{"name": "BTC", "szDecimals": 3, "maxLeverage": 40}]}
    asset = to_assets(meta, [{"markPx": "9950.5"}])["BTCUSDT"]
    name = "price" if kind is OrderType.LIMIT else "trigger_price"
    order = UnifiedOrder("BTCUSDT", side, kind, Decimal("0.01"), "a", **{name: Decimal(wanted)})

    check_order(order, asset)

    assert getattr(snapped(order, asset), name) == Decimal(sent)
    assert asset.tick_size == Decimal("0.1")
    with pytest.raises(PrecisionViolated, match=r"0\.1"):
        check_order(replace(order, **{name: Decimal("9500.05")}), asset)
