"""What every dialect of the practice exchange says of its venue holds on it."""

import pytest

from alphastrike.app.discovery import available
from alphastrike.app.practice import PracticePlan, open_simulator
from alphastrike.simulator.feed import MadeFeed

START_MS = 1_700_000_000_000 // 86_400_000 * 86_400_000
DAY_MS = 86_400_000


@pytest.mark.parametrize("name", sorted(available("dialects")))
def test_funding_is_exchanged_as_often_as_the_venue_does_it(name):
    interval_ms = available("dialects")[name]().funding_interval_ms
    host = open_simulator(PracticePlan(name), MadeFeed(1, START_MS, step_ms=600_000))

    host.exchange.advance(START_MS + DAY_MS)

    rates = host.exchange.funding_rates("BTCUSDT", 0, 2**62)
    assert [rate.funding_time_ms - START_MS for rate in rates] == [
        (number + 1) * interval_ms for number in range(DAY_MS // interval_ms)
    ]
    assert {rate.interval_ms for rate in rates} == {interval_ms}
    # A day costs the same wherever it is paid.
    assert sum(rate.rate for rate in rates) == pytest.approx(0.0003)
