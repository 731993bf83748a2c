"""Seeded trouble on every wire: each order lands once, ends known, and what is told equals the ledger."""

import asyncio
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.domain.errors import (
    ClockSkewed,
    VenueBanned,
    VenueOutcomeUnknown,
    VenueThrottled,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.simulator.host import Calm, ReplyLost
from alphastrike.transport.dialect import Refusal
from alphastrike.transport.wire import HttpReply
from tests.practice_hyperliquid import in_practice

ORDERS = 12
ENDED = {OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED, OrderState.REJECTED}


class Chaos(Calm):
    """Troubles drawn from a seed; calm once healed. Counts what is sent while a ban runs."""

    def __init__(self, world, seed):
        self.world = world
        self.chance = np.random.default_rng(seed)
        self.healed = False
        self.banned_until_ms = 0
        self.sent_while_banned = 0
        self.troubles = 0

    async def request(self, request, session):
        if self.world.clock.now_ms() < self.banned_until_ms:
            self.sent_while_banned += 1
        draw = 1.0 if self.healed else self.chance.random()
        self.troubles += draw < 0.24
        if draw < 0.04:
            session.answer(request)
            raise ReplyLost
        if draw < 0.08:
            raise ReplyLost
        if draw < 0.12:
            asyncio.get_running_loop().call_later(float(self.chance.uniform(1, 9)), session.answer, request)
            raise ReplyLost
        if draw < 0.15:
            return HttpReply(502, b"<html>Bad Gateway</html>")
        if draw < 0.18:
            return HttpReply(200, session.answer(request).body[:-3])
        if draw < 0.21:
            return session.refusal(Refusal.THROTTLED, 1)
        if draw < 0.215:
            self.banned_until_ms = self.world.clock.now_ms() + 19_900
            return session.refusal(Refusal.BANNED, 20)
        if draw < 0.24 and request.path == "/exchange":
            return session.refusal(Refusal.CLOCK, 0)
        return session.answer(request)

    def frames(self, line, frames):
        texts = []
        for frame in frames:
            draw = 1.0 if self.healed else self.chance.random()
            if draw < 0.01:
                self.world.host.drop(line)
            elif draw < 0.02:
                line.is_deaf = True
            elif draw < 0.04:
                texts.append(frame.text[: len(frame.text) // 2])
            elif draw < 0.07:
                texts += [frame.text, frame.text]
            else:
                texts.append(frame.text.replace('"status":"open"', '"status":"novel","more":1'))
        return texts

    def tick(self, now_ms):
        if not self.healed and self.chance.random() < 0.03:
            for line in tuple(self.world.host.lines):
                self.world.host.drop(line)


async def patiently(ask):
    """A read, asked until it is answered."""
    while True:
        try:
            return await ask()
        except VenueBanned:
            await asyncio.sleep(21)
        except VenueUnreachable:
            await asyncio.sleep(1)


async def traded(rest, order):
    """Send an order until it is known what became of it; never twice without asking."""
    while True:
        try:
            return await rest.place_order(order)
        except VenueOutcomeUnknown:
            known = await patiently(lambda: rest.get_order(order.symbol, order.client_order_id))
            if known is not None:
                return known
        except VenueThrottled:
            await asyncio.sleep(2)
        except VenueBanned:
            await asyncio.sleep(21)
        except VenueUnreachable:
            await asyncio.sleep(1)
        except ClockSkewed:
            await asyncio.sleep(0.1)  # nothing was done, and the clock is measured again


def an_order(number, chance):
    side = Side.BUY if chance.random() < 0.6 else Side.SELL
    if chance.random() < 0.3:
        price = Decimal(40_000) if side is Side.BUY else Decimal(80_000)
        return UnifiedOrder("BTCUSDT", side, OrderType.LIMIT, Decimal("0.01"), f"o-{number}", price=price)
    return UnifiedOrder("BTCUSDT", side, OrderType.MARKET, Decimal("0.01"), f"o-{number}")


def chaotic(seed):
    async def run(world):
        chance = np.random.default_rng([seed, 1])
        connection = world.connection()
        await connection.connect()
        rest, fills = connection.rest, connection.websocket.fills()
        chaos = world.host.interference = Chaos(world, seed)
        orders = [an_order(number, chance) for number in range(ORDERS)]
        results = [await traded(rest, order) for order in orders]
        chaos.healed = True
        await asyncio.sleep(130)  # a ban, a deaf socket and the longest back-off are over by then
        known = [await rest.get_order("BTCUSDT", order.client_order_id) for order in orders]
        positions = await rest.get_positions()
        await connection.close()
        told = [fill async for fill in fills]
        return world.account, orders, results, known, positions, told, chaos

    return in_practice(run)


def hold_to_the_ledger(seed):
    account, orders, results, known, positions, told, chaos = chaotic(seed)

    landed = [order.order.client_order_id for order in account.orders()]
    wanted = sum(order.side * order.quantity for order in orders if order.order_type is OrderType.MARKET)
    assert len(landed) == len(set(landed)) == ORDERS
    assert sum((held.quantity for held in account.positions()), Decimal(0)) == wanted
    assert [held.quantity for held in positions] == [held.quantity for held in account.positions()]
    for order, result, now in zip(orders, results, known, strict=True):
        resting = order.order_type is OrderType.LIMIT
        assert result.client_order_id == now.client_order_id == order.client_order_id
        assert now.state is (OrderState.WORKING if resting else OrderState.FILLED)
    assert sorted(fill.fill_id for fill in told) == sorted(fill.fill_id for fill in account.fills())
    assert chaos.sent_while_banned == 0
    return chaos.troubles


@pytest.mark.parametrize("seed", range(10))
def test_chaos_leaves_one_order_an_intent_and_the_ledgers_own_story(seed):
    assert hold_to_the_ledger(seed) > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 310))
def test_three_hundred_seeds_of_chaos(seed):
    hold_to_the_ledger(seed)
