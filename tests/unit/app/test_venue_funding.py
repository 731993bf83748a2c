"""Funding heard on the way is to signals what the same rates are in a file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.app.venue_funding import KnownFunding
from alphastrike.domain.events import CandlesClosed
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.live.past import gridded
from alphastrike.marketdata.series import with_funding

SYMBOL, BARS = "BTCUSDT", 60
rates = st.lists(
    st.tuples(st.integers(0, BARS * 60 - 1), st.floats(-0.01, 0.01)), min_size=2, unique_by=lambda one: one[0]
)


def rate(minute, value):
    return UnifiedFundingRate(SYMBOL, value, minute * 60_000, 8 * HOUR_MS)


@given(rates, st.sampled_from([5, 30, 60]))
def test_each_close_knows_what_a_file_would_have_told_it(drawn, minutes):
    settled = [rate(*one) for one in sorted(drawn)]
    interval_ms = minutes * 60_000
    known, lived = KnownFunding((SYMBOL,)), []
    bars = BARS * HOUR_MS // interval_ms
    for bar in range(bars):
        candles = CandlesClosed(0, bar * interval_ms, interval_ms, ())
        known.take(one for one in settled if one.funding_time_ms <= candles.close_time_ms)
        lived.append(value_of(known, candles))

    whole = KnownFunding((SYMBOL,))
    whole.take(settled)
    history = gridded({SYMBOL: []}, interval_ms, 0, bars * interval_ms)
    told = with_funding(history, whole.history()).series["funding_rate"][0]
    # Of its first rate a file tells the length from what comes after: a close cannot.
    second_ms = settled[1].funding_time_ms
    later = np.arange(bars) * interval_ms + interval_ms - 1 >= second_ms
    np.testing.assert_array_equal(np.array(lived)[later], told[later])


def value_of(known, candles):
    values = known.values(candles)
    return values[0].value if values else np.nan


def test_a_rate_heard_twice_stays_as_it_was_and_comes_back_from_its_history():
    known = KnownFunding(("ETHUSDT", SYMBOL))
    known.take([rate(0, 0.1), rate(480, 0.2), rate(480, 0.3)])

    again = KnownFunding.of(known.history())

    assert again.history().ts_ms.tolist() == [0, 480 * 60_000]
    assert again.history().rate.tolist() == pytest.approx([0.1, 0.2])
    assert again.history().offsets.tolist() == [0, 0, 2]


def test_what_is_heard_late_is_due_when_it_is_heard():
    known = KnownFunding((SYMBOL,))
    known.take([rate(0, 0.1)], not_before_ms=HOUR_MS)

    assert known.history().ts_ms.tolist() == [HOUR_MS]
