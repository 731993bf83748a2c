"""A market's past and what was heard after it, on one grid."""

import numpy as np
import pytest

from alphastrike.domain.events import CandlesClosed, SeriesValue
from alphastrike.domain.market import UnifiedCandle
from alphastrike.live.past import Lived, followed_by, gridded, history_of

HOUR_MS = 3_600_000


def a_history(bars):
    candles = [
        UnifiedCandle("BTCUSDT", HOUR_MS, bar * HOUR_MS, 1.0, 1.0, 1.0, 1.0 + bar, 1.0) for bar in bars
    ]
    return gridded({"BTCUSDT": candles}, HOUR_MS, bars[0] * HOUR_MS, bars[-1] * HOUR_MS + 1)


def test_a_past_is_followed_by_what_was_heard_with_silence_between():
    past, later = a_history([0, 1, 2]), a_history([4, 5])

    whole = followed_by(past, later)

    assert whole.open_time_ms.tolist() == [bar * HOUR_MS for bar in range(6)]
    assert np.isnan(whole.close[0]).tolist() == [False, False, False, True, False, False]
    assert np.array_equal(whole.close[:, :3], past.close)
    assert np.array_equal(whole.close[:, 4:], later.close)


def test_a_past_that_nothing_follows_is_the_whole():
    past = a_history([0, 1])

    whole = followed_by(past, history_of([], past.symbols, HOUR_MS))

    assert np.array_equal(whole.close, past.close)


@pytest.mark.parametrize(
    "bars", [[], [0], range(127), range(128), range(129), [*range(200), *range(203, 400)]]
)
def test_closes_kept_as_they_come_are_the_history_of_all_of_them(bars):
    closes = [
        CandlesClosed(
            0,
            bar * HOUR_MS,
            HOUR_MS,
            (UnifiedCandle("BTCUSDT", HOUR_MS, bar * HOUR_MS, 1.0, 2.0, 0.5, 1.0 + bar, 1.0),),
            (SeriesValue("BTCUSDT", "funding_rate", bar / 1e6),) if bar > 150 else (),
        )
        for bar in bars
    ]
    lived = Lived(("BTCUSDT", "ETHUSDT"), HOUR_MS)
    for close in closes:
        lived.add(close)

    kept, whole = lived.history(), history_of(closes, ("BTCUSDT", "ETHUSDT"), HOUR_MS)

    assert kept.open_time_ms.tolist() == whole.open_time_ms.tolist()
    assert kept.series.keys() == whole.series.keys()
    for name in ("open", "high", "low", "close", "volume", "taker_buy_volume"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(whole, name))
    for name in whole.series:
        np.testing.assert_array_equal(kept.series[name], whole.series[name])
