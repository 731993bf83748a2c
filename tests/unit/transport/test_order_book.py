"""A book is right or unusable, never quietly wrong."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.transport.order_book import Applied, BookDelta, SequencedBook, levels_of


def a_book():
    book = SequencedBook("BTCUSDT")
    book.load(100, [(99.0, 1.0), (98.5, 2.0)], [(101.0, 1.0), (102.0, 3.0)], 1)
    return book


def a_delta(first, final, previous=None, bids=(), asks=()):
    return BookDelta(first, final, previous, 2, bids, asks)


def test_levels_come_best_first_as_the_venue_wrote_them():
    top = a_book().top(5)

    assert top.bids == ((Decimal("99.0"), Decimal(1)), (Decimal("98.5"), Decimal(2)))
    assert top.asks[0] == (Decimal("101.0"), Decimal(1))


def test_a_change_sets_adds_and_takes_away_levels():
    book = a_book()

    book.apply(a_delta(99, 103, 90, bids=[(99.0, 0.0), (99.5, 4.0)], asks=[(101.0, 0.0)]))

    assert book.top(1).bids == ((Decimal("99.5"), Decimal(4)),)
    assert book.top(1).asks == ((Decimal("102.0"), Decimal(3)),)


def test_changes_before_the_snapshot_are_dropped():
    book = a_book()

    assert book.apply(a_delta(90, 99, 89)) is Applied.OLD
    assert book.apply(a_delta(98, 104, 97)) is Applied.APPLIED


def test_a_snapshot_older_than_every_change_is_a_gap():
    assert a_book().apply(a_delta(102, 104, 101)) is Applied.GAP


def test_a_missing_change_is_noticed_at_once_and_the_book_is_unusable_until_loaded():
    book = a_book()
    book.apply(a_delta(99, 104, 98))

    assert book.apply(a_delta(108, 110, 107)) is Applied.GAP
    assert not book.is_usable
    assert book.apply(a_delta(111, 112, 110)) is Applied.GAP

    assert book.load(112, [(1.0, 1.0)], [(2.0, 1.0)], 3) is Applied.APPLIED
    assert book.is_usable


def test_without_a_previous_id_the_next_must_begin_one_above():
    book = a_book()
    book.apply(a_delta(101, 104))

    assert book.apply(a_delta(105, 106)) is Applied.APPLIED
    assert book.apply(a_delta(108, 109)) is Applied.GAP


def test_the_same_change_twice_changes_nothing():
    book = a_book()
    change = a_delta(99, 104, 98, bids=[(99.2, 1.0)])
    book.apply(change)

    assert book.apply(change) is Applied.OLD
    assert book.is_usable


def test_a_crossed_book_is_unusable():
    assert a_book().apply(a_delta(99, 104, 98, bids=[(101.0, 1.0)])) is Applied.CROSSED
    assert SequencedBook("X").load(1, [(2.0, 1.0)], [(2.0, 1.0)], 0) is Applied.CROSSED


LEVELS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), max_size=30)


@given(LEVELS)
def test_a_side_equals_a_plain_dictionary_of_levels(changes):
    book = SequencedBook("BTCUSDT")
    book.load(0, [], [], 0)
    plain = {}

    for number, (price, quantity) in enumerate(changes, 1):
        book.apply(a_delta(number, number, number - 1, bids=levels_of([[str(price), str(quantity)]])))
        plain[price] = quantity

    expected = sorted(((p, q) for p, q in plain.items() if q), reverse=True)
    assert [(int(p), int(q)) for p, q in book.top(100).bids] == expected


@given(st.integers(1, 10**15 - 1), st.integers(0, 8), st.integers(1, 10**15 - 1))
def test_fifteen_digits_come_back_as_they_were_written(price, places, quantity):
    written = [[format(Decimal(number).scaleb(-places), "f") for number in (price, quantity)]]
    book = SequencedBook("BTCUSDT")

    book.load(0, levels_of(written), [], 0)

    assert book.top(1).bids == ((Decimal(written[0][0]), Decimal(written[0][1])),)


@pytest.mark.parametrize("price", ["nan", "inf", "0", "-1"])
def test_a_price_that_is_none_spoils_the_book(price):
    book = a_book()

    with pytest.raises(ValueError, match="price"):
        book.apply(a_delta(99, 104, 98, bids=levels_of([[price, "1"]])))

    assert not book.is_usable
