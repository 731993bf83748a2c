"""Days since 1970-01-01 as months and days of months, in the proleptic Gregorian calendar.

Source: H. Hinnant, chrono-compatible low-level date algorithms.
"""

from alphastrike.numerics.compiled import compiled_without_allocation

_SHIFT = 719_468  # days from 0000-03-01 to 1970-01-01
_ERA = 146_097  # days in 400 years


@compiled_without_allocation
def _from_march(day: int) -> tuple[int, int]:
    """Year that starts in March, and the day in it."""
    shifted = day + _SHIFT
    era = shifted // _ERA
    of_era = shifted - era * _ERA
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    return year + 400 * era, of_era - (365 * year + year // 4 - year // 100)


@compiled_without_allocation
def month_number(day: int) -> int:
    """Months since March of the year 0; one more at the first of every month."""
    year, of_year = _from_march(day)
    return year * 12 + (5 * of_year + 2) // 153


@compiled_without_allocation
def day_in_month(day: int) -> int:
    """0 on the first of a month."""
    _, of_year = _from_march(day)
    month = (5 * of_year + 2) // 153
    return of_year - (153 * month + 2) // 5


@compiled_without_allocation
def days_of_month(day: int) -> int:
    """How many days the month of a day has."""
    first = day - day_in_month(day)
    length = 28
    while month_number(first + length) == month_number(first):
        length += 1
    return length
