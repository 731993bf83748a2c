"""Liquidation prices against the definition: where equity meets maintenance margin, by bisection."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alphastrike.adapters.simulated.instruments import load_tiers
from alphastrike.domain.kernel_margin import bankruptcy_price, liquidation_price, maintenance_margin
from alphastrike.domain.ledger import tier_rows
from alphastrike.domain.orders import OrderType
from tests.builders import BINANCE_TIERS, an_exchange, an_instrument

TIERS_FILE = "reference/binance_usdm_leverage_tiers_20241024.json.gz"
HIGHEST = 1e12


@st.composite
def schedules(draw):
    """Tiers with rising floors and rates."""
    rates = sorted(draw(st.lists(st.integers(1, 500), min_size=1, max_size=6, unique=True)))
    count = len(rates)
    floors = sorted(draw(st.lists(st.integers(1, 10_000), min_size=count, max_size=count, unique=True)))
    rows = [(0 if row == 0 else floors[row] * 1_000, str(rate / 1_000), 20) for row, rate in enumerate(rates)]
    return np.array(tier_rows(an_instrument(tiers=rows)))


accounts = st.tuples(
    st.floats(1e-3, 1e3),  # size
    st.floats(0.01, 1e5),  # entry price
    st.floats(-0.2, 1.5),  # collateral over entry notional
    st.sampled_from([1.0, -1.0]),
)


def cushion(price, quantity, entry, collateral, tiers):
    """Equity behind the position less its maintenance margin."""
    return collateral + quantity * (price - entry) - maintenance_margin(abs(quantity) * price, tiers)


def bisected(quantity, entry, collateral, tiers):
    """The price between 0 and `HIGHEST` where the cushion changes sign; None where it does not."""
    low, high = 0.0, HIGHEST
    ends = [cushion(price, quantity, entry, collateral, tiers) > 0.0 for price in (low, high)]
    if ends[0] == ends[1]:
        return None
    for _ in range(200):
        middle = 0.5 * (low + high)
        if (cushion(middle, quantity, entry, collateral, tiers) > 0.0) == ends[0]:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def agrees(account, tiers):
    size, entry, share, side = account
    quantity, collateral = side * size, share * size * entry
    found = liquidation_price(quantity, entry, collateral, tiers)
    expected = bisected(quantity, entry, collateral, tiers)
    if expected is None or expected <= 1e-9 * entry:
        assert math.isnan(found) or found <= 1e-8 * entry
        return
    assert found == pytest.approx(expected, rel=1e-9)


@given(account=accounts, tiers=schedules())
def test_the_formula_finds_the_price_that_bisection_finds(account, tiers):
    agrees(account, tiers)


@pytest.mark.shared_data
@given(account=accounts, pick=st.integers(0, 10**6), scale=st.sampled_from([1.0, 100.0, 10_000.0]))
def test_the_formula_holds_on_real_schedules(shared_data, account, pick, scale):
    size, entry, share, side = account
    schedules_of_all = _real(shared_data)

    agrees((size * scale, entry, share, side), schedules_of_all[pick % len(schedules_of_all)])


@given(tiers=schedules(), notional=st.floats(0.0, 1e9), step=st.floats(1e-6, 1.0))
def test_maintenance_margin_never_jumps_and_never_falls(tiers, notional, step):
    here, there = maintenance_margin(notional, tiers), maintenance_margin(notional + step, tiers)

    steepest = tiers[:, 1].max()
    dust = 1e-9 * (1.0 + notional)
    assert -dust <= there - here <= step * steepest + dust


@given(account=accounts, tiers=schedules())
def test_liquidation_comes_before_bankruptcy(account, tiers):
    size, entry, share, side = account
    found = liquidation_price(side * size, entry, share * size * entry, tiers)
    bankrupt = bankruptcy_price(side * size, entry, share * size * entry)
    assume(not math.isnan(found) and not math.isnan(bankrupt))

    assert side * (found - bankrupt) >= -1e-9 * entry


@given(
    lots=st.integers(1, 20_000),
    entry=st.integers(100, 10_000_000),
    leverage=st.sampled_from([2, 5, 10, 25, 75]),
    side=st.sampled_from([1, -1]),
    mode=st.sampled_from(["isolated", "cross"]),
)
def test_the_venue_liquidates_within_a_tick_of_that_price(lots, entry, leverage, side, mode):
    price = entry / 100
    quantity = side * lots / 1_000
    margin = abs(quantity) * price / leverage
    exchange = an_exchange(
        an_instrument(tiers=BINANCE_TIERS),
        equity=1e12 if mode == "isolated" else margin,
        margin_mode=mode,
        leverage=leverage if mode == "isolated" else 125,
    ).quiet(price)
    exchange.send(side, lots, OrderType.MARKET)
    exchange.quiet(price)
    assume(exchange.lots() == side * lots)
    tiers = np.array(tier_rows(an_instrument(tiers=BINANCE_TIERS)))
    expected = bisected(quantity, price, margin, tiers)
    assume(expected is not None and side * (price - expected) > 0.02)

    exchange.candle((price, max(price, expected * 1.5), min(price, expected * 0.5), price))

    fill = exchange.fills[-1]
    assert fill.is_liquidation
    assert fill.price == pytest.approx(expected, rel=1e-9, abs=0.0101)
    assert -side * (fill.price - expected) >= -1e-6 * price  # rounded against us


@cache
def _real(folder: Path) -> list[np.ndarray]:
    """Every schedule of the file as numbers, by symbol."""
    found = sorted(load_tiers(folder / TIERS_FILE).items())
    return [np.array(tier_rows(replace(an_instrument(), margin_tiers=tiers))) for _, tiers in found]
