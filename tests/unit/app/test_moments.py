"""Times as people write them."""

from datetime import date

import pytest

from alphastrike.app.moments import milliseconds, moment_ms
from alphastrike.domain.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-01-31", 1_738_281_600_000),
        ("2025-01-31T12:00", 1_738_324_800_000),
        ("2025-01-31T12:00:00+02:00", 1_738_317_600_000),
        ("2025-01-31T12:00:00.250Z", 1_738_324_800_250),
        ("1738281600000", 1_738_281_600_000),
        (1_738_281_600_000, 1_738_281_600_000),
        (date(2025, 1, 31), 1_738_281_600_000),
    ],
)
def test_dates_and_numbers_become_utc_milliseconds(written, expected):
    assert milliseconds(written) == expected


@pytest.mark.parametrize("written", ["1738281600", "yesterday", "2025-13-01", "-5", ""])
def test_seconds_and_nonsense_are_refused_with_what_is_allowed(written):
    with pytest.raises(ConfigError, match=r"--at: observed .*, allowed an ISO date"):
        moment_ms(written, "--at")


def test_seconds_are_recognised_as_seconds():
    with pytest.raises(ConfigError, match="is it in seconds"):
        moment_ms("1738281600", "--start")
