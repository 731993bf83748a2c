"""Rows of a range of time, from venues that answer it in pages of any kind."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.transport.paging import gathered, pieces

rows = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 10**6)), unique=True, max_size=40)


def asked(venue_rows, span_ms, *, longest_ms=None, is_newest_first=False, most=50):
    """What is gathered of a venue's rows, and every range it was asked for."""
    ranges = []

    async def page(first_ms, until_ms):
        ranges.append((first_ms, until_ms))
        end_ms = until_ms if longest_ms is None else min(until_ms, first_ms + longest_ms)
        found = sorted(row for row in venue_rows if first_ms <= row[0] < end_ms)
        return found[-most:] if is_newest_first else found[:most]

    async def work():
        return [await gathered(page, lambda row: row, piece) for piece in pieces(span_ms, longest_ms)]

    return [row for found in asyncio.run(work()) for row in found], ranges


@given(rows, st.booleans(), st.sampled_from([None, 7, 100]))
def test_every_row_of_the_range_is_found_once_and_in_order(venue_rows, is_newest_first, longest_ms):
    found, _ = asked(venue_rows, (50, 300), is_newest_first=is_newest_first, longest_ms=longest_ms)

    inside = [row for row in venue_rows if 50 <= row[0] < 300]
    assert sorted(found) == sorted(inside)
    assert [at_ms for at_ms, _ in found] == sorted(at_ms for at_ms, _ in inside)


@pytest.mark.parametrize("longest_ms", [1, 7, 250, 1000])
def test_no_answer_is_asked_to_span_more_than_it_can(longest_ms):
    _, ranges = asked([], (50, 300), longest_ms=longest_ms)

    assert all(until - first <= longest_ms for first, until in ranges)
    assert sum(until - first for first, until in ranges) == 250


def test_an_empty_range_is_not_asked_for():
    assert asked([(5, 1)], (10, 10)) == ([], [])
