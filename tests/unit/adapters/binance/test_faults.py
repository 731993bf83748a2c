"""Each mistake of ours is one typed fault that says what to do, and shows no secret."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.app.contract_venue import contract_venue
from alphastrike.app.discovery import available
from alphastrike.app.practice import PracticePlan, open_simulator, practice_access
from alphastrike.domain.errors import (
    AuthError,
    BadCredentials,
    ClockSkewed,
    PrecisionViolated,
    UnknownSymbol,
    VenueBanned,
    WrongNetwork,
)
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.simulator.feed import MadeFeed
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.virtual_time import run_in_simulated_time

START_MS = 1_700_000_000_000


class OffClock:
    """A clock that jumps away once the connection stands."""

    def __init__(self):
        self.clock, self.off_ms = LoopClock(START_MS), 0

    def now_ms(self):
        return self.clock.now_ms() + self.off_ms


def on_binance(check, **changed):
    async def work():
        adapter = available("adapters")["binance"]()
        clock = OffClock()
        host = open_simulator(PracticePlan("binance"), MadeFeed(0, START_MS))
        running = asyncio.create_task(host.run(clock.clock))
        access = practice_access(host, clock, 0)
        parts = {
            "api_key": access.credentials.api_key.get_secret_value(),
            "api_secret": access.credentials.api_secret.get_secret_value(),
        }
        access = replace(access, credentials=Credentials.of({**parts, **changed}))
        connection = adapter.open(adapter.Config(), access)
        try:
            await connection.rest.connect()
            return await check(connection, host, clock)
        finally:
            await connection.close()
            running.cancel()

    return run_in_simulated_time(work())


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"api_secret": "hush" * 16}, BadCredentials),
        ({"api_key": "short"}, BadCredentials),
        ({"api_key": ""}, BadCredentials),
        ({"api_key": "a" * 64}, WrongNetwork),
    ],
)
def test_a_key_that_is_not_accepted_says_why_without_showing_itself(changed, fault):
    async def check(connection, host, clock):
        with pytest.raises(fault) as refusal:
            await connection.rest.get_balances()
        return refusal

    refusal = on_binance(check, **changed)

    assert isinstance(refusal.value, AuthError)
    assert "hush" not in str(refusal.value)
    assert "aaaa" not in str(refusal.value)


def test_connecting_with_a_key_that_is_not_accepted_ends_with_the_reason():
    async def check(connection, host, clock):
        for _ in range(2):
            with pytest.raises(WrongNetwork, match="demo keys"):
                await connection.connect()

    on_binance(check, api_key="a" * 64)


def test_a_clock_ten_seconds_off_is_measured_and_forgiven_for_reads_and_named_for_orders():
    order = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.01"), "a")

    async def check(connection, host, clock):
        clock.off_ms = -10_000
        with pytest.raises(ClockSkewed, match="clock"):
            await connection.rest.place_order(order)
        balances = await connection.rest.get_balances()
        return balances, await connection.rest.place_order(order)

    balances, placed = on_binance(check)

    assert balances
    assert placed.filled_quantity == Decimal("0.01")


def test_unknown_symbols_and_broken_steps_are_told_apart():
    async def check(connection, host, clock):
        order = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.0105"), "a")
        with pytest.raises(PrecisionViolated, match=r"0\.001"):
            await connection.rest.place_order(order)
        with pytest.raises(UnknownSymbol):
            await connection.rest.place_order(replace(order, symbol="NOSUCHUSDT"))

    on_binance(check)


def test_who_keeps_asking_is_banned_and_then_sends_nothing():
    async def check(connection, host, clock):
        host.session._counters.banned_until_ms = host.exchange.now_ms + 60_000
        before = host.requests
        for _ in range(5):
            with pytest.raises(VenueBanned):
                await connection.rest.get_ticker("BTCUSDT")
        return host.requests - before

    sent = on_binance(check)

    assert sent == 1


def test_the_simulated_venue_and_this_one_offer_what_the_kit_needs():
    assert contract_venue is not None
    assert available("adapters")["binance"]().dialect in available("dialects")
