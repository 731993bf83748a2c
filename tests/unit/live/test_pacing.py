"""Market time passes at the asked speed, however long the work takes."""

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.live.pacing import Pace, speed_of


@pytest.mark.parametrize(
    ("text", "speed"), [("60x", 60.0), ("1x", 1.0), ("0.5x", 0.5), ("max", float("inf"))]
)
def test_a_speed_is_market_seconds_a_second(text, speed):
    assert speed_of(text) == speed


@pytest.mark.parametrize("text", ["", "x", "60", "-1x", "0x", "1e3x", "fast", "10000000000x"])
def test_anything_else_is_refused_with_what_is_allowed(text):
    with pytest.raises(ConfigError, match=r"--speed: observed .* allowed a number above 0 with an x"):
        speed_of(text)


class Watch:
    def __init__(self):
        self.now = 100.0
        self.naps = []

    async def sleep(self, seconds):
        self.naps.append(seconds)
        self.now += seconds


async def test_the_first_instant_is_now_and_the_rest_keep_their_distance():
    watch = Watch()
    pace = Pace(60.0, clock=lambda: watch.now, sleep=watch.sleep)

    for market_ms in (1_000_000, 1_060_000, 1_180_000):
        await pace.until(market_ms)

    assert watch.naps == pytest.approx([0.0, 1.0, 2.0])


async def test_slow_work_is_caught_up_with_not_added():
    watch = Watch()
    pace = Pace(60.0, clock=lambda: watch.now, sleep=watch.sleep)
    await pace.until(0)
    watch.now += 2.5

    await pace.until(60_000)
    await pace.until(240_000)

    assert watch.naps == pytest.approx([0.0, 0.0, 1.5])


async def test_at_most_speed_nothing_waits():
    watch = Watch()
    pace = Pace(float("inf"), clock=lambda: watch.now, sleep=watch.sleep)

    for market_ms in (0, 10**12):
        await pace.until(market_ms)

    assert watch.naps == [0.0, 0.0]
