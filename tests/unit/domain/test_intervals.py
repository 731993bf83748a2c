"""Candle intervals by name and by length."""

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import bars_in, interval_ms, interval_name

MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("name", "length"),
    [("1s", 1_000), ("1m", 60_000), ("5m", 300_000), ("1h", 3_600_000), ("1d", 86_400_000)],
)
def test_a_name_and_its_length_are_one(name, length):
    assert interval_ms(name) == length
    assert interval_name(length) == name


def test_an_unknown_name_is_the_users_error_and_lists_what_is_allowed():
    with pytest.raises(ConfigError, match=r"observed '7m', allowed one of 1s, 1m, 3m"):
        interval_ms("7m")


def test_an_odd_length_has_no_name():
    assert interval_name(7 * MINUTE_MS) is None


@pytest.mark.parametrize(
    ("hours", "interval", "bars"),
    [
        (24, MINUTE_MS, 1_440),
        (168, 3_600_000, 168),
        (1, 14_400_000, 1),  # a bar longer than the look-back still counts as one
        (5, 14_400_000, 2),  # part of a bar counts as a bar
        (0, MINUTE_MS, 1),
        (0.1, MINUTE_MS, 6),
        (1.1, MINUTE_MS, 66),
    ],
)
def test_hours_are_covered_by_whole_bars(hours, interval, bars):
    assert bars_in(hours, interval) == bars


def test_no_rounding_of_hours_adds_or_loses_a_minute():
    wrong = [minutes for minutes in range(1, 10_081) if bars_in(minutes / 60, MINUTE_MS) != minutes]

    assert wrong == []
