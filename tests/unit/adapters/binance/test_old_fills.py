"""Fills from longer ago than the venue answers at once."""

import asyncio
from decimal import Decimal

import pytest

from alphastrike.app.discovery import available
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from tests.practice_wires import START_MS, in_simulated_time

DAY_S = DAY_MS // 1000


def found_after(days_between, *since_ms, by="binance"):
    """Days of the fills found for each `since_ms`, a day after the last of orders with such pauses before."""

    async def work(wire):
        adapter = available("adapters")[by]()
        connection = adapter.open(adapter.Config(), wire.access)
        try:
            await connection.rest.connect()
            for number, days in enumerate(days_between):
                await asyncio.sleep(days * DAY_S)
                side = Side.BUY if number % 2 == 0 else Side.SELL
                await connection.rest.place_order(
                    UnifiedOrder("BTCUSDT", side, OrderType.MARKET, Decimal("0.010"), f"c{number}")
                )
            await asyncio.sleep(DAY_S)
            answers = [await connection.rest.get_fills("BTCUSDT", since) for since in since_ms]
            return [[(fill.event_time_ms - START_MS) // DAY_MS for fill in fills] for fills in answers]
        finally:
            await connection.close()

    dialect = available("dialects")["binance"]()
    return in_simulated_time(dialect, work, step_ms=60_000)


@pytest.mark.parametrize("by", ["binance", "openapi"])
def test_every_fill_is_found_however_long_ago_and_none_from_before(by):
    found = found_after([0, 8], START_MS, 0, START_MS + DAY_MS, by=by)

    assert found == [[0, 8], [0, 8], [8]]


@pytest.mark.long
def test_weeks_without_a_fill_between_are_passed():
    assert found_after([0, 10, 19], START_MS, 0, START_MS + 12 * DAY_MS) == [[0, 10, 29], [0, 10, 29], [29]]


def test_a_silent_account_has_none():
    assert found_after([], START_MS - 30 * DAY_MS) == [[]]
