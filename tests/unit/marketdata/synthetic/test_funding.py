"""The Binance funding formula and when it is settled."""

import numpy as np
import pytest

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.marketdata.synthetic.funding import funding_rate, settle_funding


@pytest.mark.parametrize(
    ("premium", "rate"),
    [
        (0.0008, 0.0003),
        (0.0003, 0.0001),
        (-0.0009, -0.0004),
        (0.0, 0.0001),
        (0.0101, 0.003),  # the cap
        (-0.0101, -0.003),
    ],
)
def test_funding_rate_is_premium_plus_clamped_interest(premium: float, rate: float) -> None:
    assert float(funding_rate(premium)) == pytest.approx(rate, abs=1e-12)


def test_later_premium_readings_weigh_more() -> None:
    hours = np.arange(17, dtype=np.int64) * HOUR_MS
    premium = np.zeros((1, 17))
    premium[0, 7] = 36 * 0.0008 / 8  # the eighth of eight readings weighs 8/36

    funding = settle_funding(("BTCUSDT",), hours, HOUR_MS, premium)

    assert funding.ts_ms.tolist() == [8 * HOUR_MS, 16 * HOUR_MS]
    assert funding.rate.tolist() == pytest.approx([0.0003, 0.0001])


def test_rates_fall_due_only_inside_the_history() -> None:
    hours = 3 * HOUR_MS + np.arange(5, dtype=np.int64) * HOUR_MS  # 03:00 to 08:00

    funding = settle_funding(("A", "B"), hours, HOUR_MS, np.zeros((2, 5)))

    assert funding.rate.size == 0
    assert funding.offsets.tolist() == [0, 0, 0]
