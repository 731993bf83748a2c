"""One close an instant, in order, complete where the venue lets it be."""

import asyncio

import pytest

from alphastrike.domain.market import UnifiedCandle
from alphastrike.live.closes import CloseJoiner, joined_closes

MINUTE = 60_000


def candle(symbol, minute, *, closed=True, interval=MINUTE):
    return UnifiedCandle(symbol, interval, minute * MINUTE, 1.0, 2.0, 0.5, 1.5, 10.0, None, closed)


def joiner(after=0):
    return CloseJoiner(("A", "B"), MINUTE, after * MINUTE)


def instants(closes):
    return [
        (close.open_time_ms // MINUTE, "".join(each.symbol for each in close.candles)) for close in closes
    ]


def test_a_close_comes_with_its_last_candle_whatever_the_order():
    join = joiner()

    first = list(join.offer(candle("B", 1), 5))
    second = list(join.offer(candle("A", 1), 130_000))

    assert first == []
    assert instants(second) == [(1, "AB")]
    assert second[0].event_time_ms == 130_000
    assert not join.is_waiting


def test_an_older_incomplete_close_comes_out_before_a_newer_complete_one():
    join = joiner()

    list(join.offer(candle("A", 1), 0))
    list(join.offer(candle("A", 2), 0))
    closes = list(join.offer(candle("B", 2), 200_000))

    assert instants(closes) == [(1, "A"), (2, "AB")]


@pytest.mark.parametrize(
    "strange",
    [
        candle("A", 3, closed=False),
        candle("C", 3),
        candle("A", 3, interval=2 * MINUTE),
        candle("A", 1),
    ],
    ids=["forming", "not asked for", "another interval", "already decided on"],
)
def test_what_is_not_wanted_is_dropped(strange):
    join = joiner(after=1)

    assert list(join.offer(strange, 0)) == []
    assert not join.is_waiting


def test_a_candle_sent_twice_counts_once():
    join = joiner()
    list(join.offer(candle("A", 1), 0))

    again = list(join.offer(candle("A", 1), 0))

    assert again == []


async def stream(*candles):
    for each in candles:
        yield each


async def test_a_stream_becomes_closes_and_its_rest_is_not_lost():
    candles = stream(candle("A", 1), candle("B", 1), candle("B", 2))

    closes = [each async for each in joined_closes(candles, joiner(), lambda: 0, 60.0)]

    assert instants(closes) == [(1, "AB"), (2, "B")]


async def test_a_symbol_that_stays_silent_is_not_waited_for_longer_than_the_grace():
    heard = asyncio.Event()

    async def halting():
        yield candle("A", 1)
        await heard.wait()
        yield candle("A", 2)

    closes = []
    async for close in joined_closes(halting(), joiner(), lambda: 0, 0.0):
        closes.append(close)
        heard.set()

    assert instants(closes) == [(1, "A"), (2, "A")]
