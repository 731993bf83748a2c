"""Quantities and thinning, for any input."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.report.thinning import extremes, largest
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument

STEPS = st.sampled_from(["0.00001", "0.001", "0.005", "0.25", "1", "100"])


@given(step=STEPS, lots=st.integers(-(10**9), 10**9))
def test_quantity_is_always_the_nearest_float_of_the_exact_product(step, lots):
    instrument = UnifiedInstrument(
        symbol="AUSDT",
        venue="simulated",
        native_symbol="AUSDT",
        tick_size=Decimal("0.1"),
        quantity_step=Decimal(step),
        min_quantity=Decimal(step),
        min_notional=Decimal(5),
        maker_fee_rate=Decimal(0),
        taker_fee_rate=Decimal(0),
        liquidation_fee_rate=Decimal(0),
        margin_tiers=(MarginTier(Decimal(0), Decimal("0.005"), 100),),
    )

    assert base_quantity([lots], [0], (instrument,))[0] == float(lots * Decimal(step))


@given(
    values=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=400),
    points=st.integers(8, 60),
)
def test_thinning_keeps_the_extremes_in_order_and_within_the_budget(values, points):
    series = np.array(values)

    rows = extremes(series, points)

    assert rows.size <= max(points + 2, 2)
    assert (np.diff(rows) > 0).all()
    assert {rows[0], rows[-1]} == {0, series.size - 1}
    known = series[np.isfinite(series)]
    if known.size:
        assert np.nanmin(series[rows]) == known.min()
        assert np.nanmax(series[rows]) == known.max()


@given(
    size=st.lists(st.floats(0, 1e6), min_size=1, max_size=300),
    buckets=st.integers(1, 20),
    each=st.integers(1, 5),
)
def test_the_largest_events_are_kept_within_the_budget(size, buckets, each):
    events = np.array(size)

    rows = largest(events, buckets, buckets * each)

    assert rows.size <= buckets * each
    assert (np.diff(rows) > 0).all()
    assert events[rows].max() == events.max()
