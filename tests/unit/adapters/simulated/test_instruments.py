"""Trading rules read from prices and from a venue's file of leverage brackets."""

import gzip
import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.adapters.simulated.instruments import GENERIC_TIERS, instruments_of, load_tiers
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import HOUR_MS

TIERS_FILE = "reference/binance_usdm_leverage_tiers_20241024.json.gz"


def a_history(*closes: list[float], symbols: tuple[str, ...] = ("AUSDT", "BUSDT")) -> CandleHistory:
    """Candles that do not move within themselves; NaN for a missing one."""
    close = np.array(closes, dtype=float)
    return CandleHistory(
        symbols=symbols[: len(closes)],
        interval_ms=HOUR_MS,
        open_time_ms=np.arange(close.shape[1], dtype=np.int64) * HOUR_MS,
        **dict.fromkeys(("open", "high", "low", "close", "volume", "taker_buy_volume"), close),
    )


def the_one(history: CandleHistory, **settings):
    (instrument,) = instruments_of(history, SimulatedVenueConfig(**settings))
    return instrument


@pytest.mark.parametrize(
    ("prices", "tick"),
    [
        ([60_000.1, 60_000.0, 59_999.9], "0.1"),
        ([60_000.0, 60_001.0], "1"),
        ([2_000.01, 2_000.02], "0.01"),
        ([0.07031, 0.07032], "0.00001"),
        ([1.1234567891, 1.2], "0.00001"),  # never finer than a millionth of the price
        ([99_999.123456, 1.0], "0.1"),
    ],
)
def test_the_tick_is_the_coarsest_decimal_step_of_the_first_prices(prices, tick):
    assert the_one(a_history(prices)).tick_size == Decimal(tick)


@pytest.mark.parametrize(
    ("price", "step"),
    [
        (60_000.0, "0.00001"), (1_000.0, "0.001"), (999.0, "0.001"), (10.0, "0.1"), (1.0, "1"), (0.5, "1"),
        (0.00002, "10000"),
    ],
)  # fmt: skip
def test_the_quantity_step_is_worth_between_a_tenth_and_one_of_quote(price, step):
    instrument = the_one(a_history([price, price]))

    assert instrument.quantity_step == Decimal(step)
    assert 0.1 <= float(instrument.quantity_step) * price <= 1.0 + 1e-9
    assert instrument.min_quantity == instrument.quantity_step


def test_only_the_first_candles_are_looked_at():
    later = [100.5] * 64 + [100.123]

    assert the_one(a_history(later)).tick_size == Decimal("0.1")


def test_missing_candles_at_the_head_are_skipped():
    assert the_one(a_history([np.nan, np.nan, 100.5])).tick_size == Decimal("0.1")


def test_a_symbol_without_a_single_candle_is_refused():
    with pytest.raises(DataError, match="AUSDT: no candle in the chosen range"):
        the_one(a_history([np.nan, np.nan]))


def test_configured_steps_overrule_what_the_prices_say():
    instrument = the_one(a_history([100.5, 100.5]), tick_size=0.25, quantity_step=0.5)

    assert (instrument.tick_size, instrument.quantity_step) == (Decimal("0.25"), Decimal("0.5"))


def test_fees_and_smallest_order_come_from_the_configuration():
    instrument = the_one(
        a_history([100.5, 100.5]), maker_fee_rate=-0.0001, taker_fee_rate=0.0004, min_notional=7.0
    )

    assert instrument.maker_fee_rate == Decimal("-0.0001")
    assert instrument.taker_fee_rate == Decimal("0.0004")
    assert instrument.min_notional == Decimal(7)


def test_without_a_file_the_generic_tiers_apply():
    assert the_one(a_history([100.5, 100.5])).margin_tiers is GENERIC_TIERS


def test_tiers_are_read_in_binances_own_form(tmp_path):
    bracket = {"notionalFloor": 0, "maintMarginRatio": 0.004, "initialLeverage": 125}
    path = tmp_path / "tiers.json"
    path.write_text(json.dumps([{"symbol": "AUSDT", "brackets": [bracket]}]))

    (tier,) = the_one(a_history([100.5, 100.5]), margin_tiers=str(path)).margin_tiers

    assert (tier.floor_notional, tier.maintenance_margin_rate, tier.max_leverage) == (
        0,
        Decimal("0.004"),
        125,
    )


def test_tiers_are_read_in_the_unified_form_compressed_or_not(tmp_path):
    rows = [
        {"minNotional": 0.0, "maintenanceMarginRate": 0.01, "maxLeverage": 75.0},
        {"minNotional": 10000.0, "maintenanceMarginRate": 0.015, "maxLeverage": 50.0},
    ]
    text = json.dumps({"A/USDT:USDT": rows})
    plain, packed = tmp_path / "tiers.json", tmp_path / "tiers.json.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))

    assert load_tiers(plain) == load_tiers(packed)
    assert [tier.floor_notional for tier in load_tiers(plain)["AUSDT"]] == [0, 10_000]


def test_a_symbol_the_file_does_not_cover_is_refused_by_name(tmp_path):
    path = tmp_path / "tiers.json"
    path.write_text(
        json.dumps({"AUSDT": [{"minNotional": 0, "maintenanceMarginRate": 0.01, "maxLeverage": 20}]})
    )

    with pytest.raises(ConfigError, match="no tiers for BUSDT"):
        instruments_of(a_history([1.0], [1.0]), SimulatedVenueConfig(margin_tiers=str(path)))


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"[1, 2]",
        b'"text"',
        b"7",
        b"{}{}",
        b'[{"symbol": "AUSDT"}]',
        b'{"AUSDT": [{"minNotional": 0}]}',
        b'{"AUSDT": [{"minNotional": "x", "maintenanceMarginRate": 0.1, "maxLeverage": 5}]}',
        b'{"AUSDT": [{"minNotional": 0, "maintenanceMarginRate": 0.1, "maxLeverage": "many"}]}',
        b'{"AUSDT": [{"minNotional": 0, "maintenanceMarginRate": 0.1, "maxLeverage": NaN}]}',
        b'{"AUSDT": 3}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_no_table_of_brackets_is_the_users_error(tmp_path, content):
    path = tmp_path / "tiers.json"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"venue\.margin_tiers: .*tiers\.json"):
        load_tiers(path)


@pytest.mark.parametrize(
    "content",
    [b"plain", gzip.compress(b"{}", mtime=0)[:-6], b"\x1f\x8b\x08" + bytes(20)],
    ids=["plain", "cut", "empty"],
)
def test_a_damaged_archive_is_the_users_error(tmp_path, content):
    path = tmp_path / "tiers.json.gz"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match="cannot be read"):
        load_tiers(path)


def test_a_missing_file_is_the_users_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_tiers(tmp_path / "absent.json")


@pytest.mark.shared_data
def test_every_real_schedule_of_binance_makes_an_instrument(shared_data):
    tiers = load_tiers(shared_data / TIERS_FILE)
    history = a_history([100.5, 100.5], symbols=("BTCUSDT",))

    instrument = the_one(history, margin_tiers=str(shared_data / TIERS_FILE))
    others = [replace(instrument, symbol=symbol, margin_tiers=rows) for symbol, rows in tiers.items()]

    assert [tier.max_leverage for tier in instrument.margin_tiers][:2] == [125, 100]
    assert len(others) > 300
