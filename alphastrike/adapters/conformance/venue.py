"""A venue of one adapter under test, with the orders the cases send.

An adapter plugin is checked when it offers `name`, `capabilities`, `contract_opt_outs` and either
`await contract_venue()` or `dialect` and `open` (`transport.adapter.WireAdapter`); with the latter the
practice exchange behind its dialect is the venue. A contract venue has `rest`, `websocket` (both connected),
`interval_ms` of its candles, and `await advance()`, which lets the venue's next candle happen.

Its market is deterministic and small: at least two symbols, some closed candles and thirty more to come, a
fall of more than 0.1 % within any eight candles, prices within a factor of two. Its account is flat, in
cross margin, with enough for positions of a hundred times the smallest notional. Funding falls due after
eight candles at the earliest and at least twice in thirty.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import count
from typing import Any, TypeVar

import pytest

from alphastrike.domain.account import UnifiedBalance, UnifiedPosition
from alphastrike.domain.exchange import ExchangeRESTProtocol, ExchangeWebSocketProtocol, VenueCapabilities
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder, UnifiedOrderResult

PATIENCE_S = 5
T = TypeVar("T")
Check = Callable[["VenueUnderTest"], Awaitable[None]]
CASES: dict[int, Check] = {}


def case(number: int) -> Callable[[Check], Check]:
    """Give a check its number; numbers are stable and never used again."""

    def register(check: Check) -> Check:
        CASES[number] = check
        return check

    return register


@dataclass
class VenueUnderTest:
    """An adapter's contract venue, and orders that fit its rules."""

    plugin: Any
    connection: Any
    symbol: str = ""
    instrument: UnifiedInstrument = field(init=False)
    ids: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def rest(self) -> ExchangeRESTProtocol:
        """Requests."""
        found: ExchangeRESTProtocol = self.connection.rest
        return found

    @property
    def websocket(self) -> ExchangeWebSocketProtocol:
        """Streams."""
        found: ExchangeWebSocketProtocol = self.connection.websocket
        return found

    @property
    def interval_ms(self) -> int:
        """Length of the venue's candles."""
        return int(self.connection.interval_ms)

    @property
    def can(self) -> VenueCapabilities:
        """What the venue says it can do."""
        return self.rest.capabilities

    def skip_if_opted_out(self, name: str) -> None:
        """Skip a case the adapter names as one it cannot pass, with its reason."""
        reason = self.plugin.contract_opt_outs.get(name)
        if reason:
            pytest.skip(f"{self.plugin.name} opts out of {name}: {reason}")

    async def choose_symbol(self) -> None:
        """Trade the first instrument."""
        self.instrument = (await self.rest.get_instruments())[0]
        self.symbol = self.instrument.symbol

    async def advance(self, candles: int = 1) -> None:
        """Let candles happen."""
        for _ in range(candles):
            await self.connection.advance()

    async def quantity(self, times: int = 20) -> Decimal:
        """About `times` the smallest notional, on the step."""
        price = (await self.rest.get_ticker(self.symbol)).last_price
        least = max(self.instrument.min_notional / price, self.instrument.min_quantity)
        step = self.instrument.quantity_step
        return (times * least / step).to_integral_value(ROUND_CEILING) * step

    async def price(self, factor: str) -> Decimal:
        """The last price times a factor, on the tick."""
        last = (await self.rest.get_ticker(self.symbol)).last_price
        tick = self.instrument.tick_size
        return (last * Decimal(factor) / tick).to_integral_value(ROUND_FLOOR) * tick

    async def market(self, side: Side = Side.BUY, times: int = 20, **changes: Any) -> UnifiedOrder:
        """A market order."""
        order = UnifiedOrder(
            self.symbol, side, OrderType.MARKET, await self.quantity(times), f"contract-{next(self.ids)}"
        )
        return replace(order, **changes)

    async def limit(self, factor: str = "0.6", side: Side = Side.BUY, **changes: Any) -> UnifiedOrder:
        """By default a buy so far below the market that it rests."""
        order = await self.market(side, order_type=OrderType.LIMIT, price=await self.price(factor))
        return replace(order, **changes)

    async def stop(self, factor: str = "0.6", side: Side = Side.SELL, **changes: Any) -> UnifiedOrder:
        """A stop below the market."""
        trigger = await self.price(factor)
        order = await self.market(side, order_type=OrderType.STOP_MARKET, trigger_price=trigger)
        return replace(order, **changes)

    async def post_only(self, factor: str, **changes: Any) -> UnifiedOrder:
        """A limit order that must not take."""
        return await self.limit(factor, time_in_force=TimeInForce.GTX, **changes)

    async def filled(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Place an order, let a candle happen and return what became of it."""
        await self.rest.place_order(order)
        await self.advance()
        found = await self.rest.get_order(order.symbol, order.client_order_id)
        assert found is not None
        return found

    async def position(self) -> Decimal:
        """Signed base units held of the symbol."""
        found = await self.rest.get_positions(self.symbol)
        return sum((position.quantity for position in found), Decimal(0))

    async def account(
        self,
    ) -> tuple[list[UnifiedBalance], list[UnifiedPosition], list[UnifiedOrderResult]]:
        """All that a refused request must leave as it was."""
        balances, positions = await self.rest.get_balances(), await self.rest.get_positions()
        return list(balances), list(positions), list(await self.rest.get_open_orders())

    async def next(self, stream: AsyncIterator[T]) -> T:
        """The next message of a stream."""
        return await asyncio.wait_for(anext(stream), PATIENCE_S)

    async def rest_of(self, stream: AsyncIterator[T]) -> list[T]:
        """What a stream still holds; it must have been ended."""
        return await asyncio.wait_for(_drained(stream), PATIENCE_S)

    async def close(self) -> None:
        """End everything."""
        await self.rest.close()
        await self.websocket.close()
        if hasattr(self.connection, "stop"):
            await self.connection.stop()


async def _drained(stream: AsyncIterator[T]) -> list[T]:
    return [item async for item in stream]
