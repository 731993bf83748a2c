"""A venue of every adapter found by discovery, with the orders the contract checks send.

An adapter plugin of kind `adapters` is checked without an edit here when it offers:

- `name`, `capabilities` (`VenueCapabilities`),
- `contract_opt_outs`: names of checks it cannot pass, each with its reason (printed as a skip),
- `await contract_venue()`: an object with `rest`, `websocket` (both connected), `interval_ms` of its
  candles and `await advance()`, which lets the venue's next candle happen.

The contract venue's market is deterministic and small: at least two symbols, some closed candles and
thirty more to come, a fall of more than 0.1 % within any eight candles, prices within a factor of
two. Its account is flat, in cross margin, with enough for positions of a hundred times the smallest
notional. Funding falls due after eight candles at the earliest and at least twice in thirty.
"""

import asyncio
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import count

import pytest

from alphastrike.app.discovery import available
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder

PATIENCE_S = 5
LOAD = available("adapters")


@dataclass
class VenueUnderTest:
    plugin: object
    connection: object
    symbol: str = ""
    instrument: object = None
    ids: count = field(default_factory=lambda: count(1))

    @property
    def rest(self):
        return self.connection.rest

    @property
    def websocket(self):
        return self.connection.websocket

    @property
    def interval_ms(self):
        return self.connection.interval_ms

    @property
    def can(self):
        return self.rest.capabilities

    def skip_if_opted_out(self, check):
        reason = self.plugin.contract_opt_outs.get(check.__name__)
        if reason:
            pytest.skip(f"{self.plugin.name} opts out of {check.__name__}: {reason}")

    async def choose_symbol(self):
        self.instrument = (await self.rest.get_instruments())[0]
        self.symbol = self.instrument.symbol

    async def advance(self, candles=1):
        for _ in range(candles):
            await self.connection.advance()

    async def quantity(self, times=20):
        """About `times` the smallest notional, on the step."""
        price = (await self.rest.get_ticker(self.symbol)).last_price
        least = max(self.instrument.min_notional / price, self.instrument.min_quantity)
        step = self.instrument.quantity_step
        return (times * least / step).to_integral_value(ROUND_CEILING) * step

    async def price(self, factor):
        """The last price times a factor, on the tick."""
        last = (await self.rest.get_ticker(self.symbol)).last_price
        tick = self.instrument.tick_size
        return (last * Decimal(factor) / tick).to_integral_value(ROUND_FLOOR) * tick

    async def market(self, side=Side.BUY, times=20, **changes):
        order = UnifiedOrder(
            self.symbol, side, OrderType.MARKET, await self.quantity(times), f"contract-{next(self.ids)}"
        )
        return replace(order, **changes)

    async def limit(self, factor="0.6", side=Side.BUY, **changes):
        """By default a buy so far below the market that it rests."""
        order = await self.market(side, order_type=OrderType.LIMIT, price=await self.price(factor))
        return replace(order, **changes)

    async def stop(self, factor="0.6", side=Side.SELL, **changes):
        trigger = await self.price(factor)
        order = await self.market(side, order_type=OrderType.STOP_MARKET, trigger_price=trigger)
        return replace(order, **changes)

    async def post_only(self, factor, **changes):
        return await self.limit(factor, time_in_force=TimeInForce.GTX, **changes)

    async def filled(self, order):
        """Place an order, let a candle happen and return what became of it."""
        await self.rest.place_order(order)
        await self.advance()
        return await self.rest.get_order(order.symbol, order.client_order_id)

    async def position(self):
        """Signed base units held of the symbol."""
        found = await self.rest.get_positions(self.symbol)
        return sum((position.quantity for position in found), Decimal(0))

    async def account(self):
        """All that a refused request must leave as it was."""
        balances, positions = await self.rest.get_balances(), await self.rest.get_positions()
        return list(balances), list(positions), list(await self.rest.get_open_orders())

    async def next(self, stream):
        return await asyncio.wait_for(anext(stream), PATIENCE_S)

    async def rest_of(self, stream):
        """What a stream still holds; it must have been ended."""
        return await asyncio.wait_for(_drained(stream), PATIENCE_S)

    async def close(self):
        await self.rest.close()
        await self.websocket.close()


async def _drained(stream):
    return [item async for item in stream]


@pytest.fixture(params=sorted(LOAD))
async def venue(request):
    """A venue of one adapter, connected; closed after the check."""
    plugin = LOAD[request.param]()
    found = VenueUnderTest(plugin, await plugin.contract_venue())
    await found.choose_symbol()
    yield found
    await found.close()
