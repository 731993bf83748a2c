"""A market's past and what was heard after it, on one grid."""

import numpy as np

from alphastrike.domain.market import UnifiedCandle
from alphastrike.live.past import followed_by, gridded, history_of

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
