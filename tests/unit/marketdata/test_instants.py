"""Times as files write them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from alphastrike.domain.errors import DataError
from alphastrike.marketdata.faults import NO_TIME
from alphastrike.marketdata.instants import epoch_unit, instants_ms

FILE = Path("x.csv")
NEW_YEAR = 1_704_067_200_000


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-01-01", "2024-01-02"],
        ["2024-01-01 00:00:00", "2024-01-02 00:00:00"],
        ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00.000Z"],
        ["2024-01-01 00:00:00+00:00", "2024-01-02 00:00:00 UTC"],
        [str(NEW_YEAR), str(NEW_YEAR + 86_400_000)],
    ],
)
def test_dates_in_text_are_utc(texts: list[str]) -> None:
    ts_ms = instants_ms(FILE, pa.chunked_array([texts]), "date")

    assert ts_ms.tolist() == [NEW_YEAR, NEW_YEAR + 86_400_000]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_arrow_timestamps_of_any_unit_and_zone_are_milliseconds(unit: str) -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    column = pa.chunked_array([pa.array([moment], pa.timestamp(unit, tz="UTC"))])

    assert instants_ms(FILE, column, "date").tolist() == [NEW_YEAR]


@pytest.mark.parametrize(
    ("unit", "number"), [("s", 1_704_067_200), ("us", NEW_YEAR * 1_000), ("ns", NEW_YEAR * 10**6)]
)
def test_a_stated_unit_is_converted(unit: str, number: int) -> None:
    assert instants_ms(FILE, pa.chunked_array([[number]]), "time", unit).tolist() == [NEW_YEAR]


def test_an_absent_time_stays_absent_in_every_unit() -> None:
    for unit in ("s", "ms", "us"):
        column = pa.chunked_array([pa.array([None, 5], pa.int64())])

        assert instants_ms(FILE, column, "time", unit)[0] == NO_TIME


def test_whole_floats_are_times_and_fractions_are_not() -> None:
    column = pa.chunked_array([[float(NEW_YEAR), NEW_YEAR + 0.5, np.nan, np.inf]])

    assert instants_ms(FILE, column, "time").tolist() == [NEW_YEAR, NO_TIME, NO_TIME, NO_TIME]


@pytest.mark.parametrize("texts", [["2024-01-01", "tomorrow"], [str(NEW_YEAR), "tomorrow"]])
def test_text_that_is_no_time_is_named_with_its_row(texts: list[str]) -> None:
    with pytest.raises(DataError, match=r"x\.csv, row 2, column date: not a time\n  observed: 'tomorrow'"):
        instants_ms(FILE, pa.chunked_array([texts]), "date")


def test_a_time_zone_other_than_utc_is_refused() -> None:
    with pytest.raises(DataError, match="row 1"):
        instants_ms(FILE, pa.chunked_array([["2024-01-01T00:00:00+09:00"]]), "date")


@pytest.mark.parametrize(
    ("number", "unit"),
    [(1_704_067_200, "s"), (NEW_YEAR, "ms"), (NEW_YEAR * 1_000, "us"), (NEW_YEAR * 10**6, "ns"), (17, None)],
)
def test_the_unit_of_an_epoch_shows_in_its_size(number: int, unit: str | None) -> None:
    assert epoch_unit(np.array([number])) == unit
