"""Requests to WEEX."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Final

from alphastrike.adapters.weex.errors import OrderGone
from alphastrike.adapters.weex.mappers import VENUE
from alphastrike.adapters.weex.mappers_account import to_balance, to_fill, to_position
from alphastrike.adapters.weex.market_rest import WeexMarket
from alphastrike.adapters.weex.order_bodies import CLOSING_SUFFIX, Leg, legs_of, merged, order_body
from alphastrike.adapters.weex.order_checks import check_order
from alphastrike.adapters.weex.order_lookup import WeexOrders
from alphastrike.adapters.weex.rules import WeexRules
from alphastrike.adapters.weex.signing import SIGNATURE_LIFE_MS
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import BookNotLive, Unsupported, VenueOutcomeUnknown, VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.intervals import MINUTE_MS
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.orders import OrderState, UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.wire_values import Row, integer_at, row_of, rows_of, text_at
from alphastrike.transport.book_gate import BookState, need_live_book, unfollowed
from alphastrike.transport.client import VenueClient
from alphastrike.transport.paging import gathered

_MOST_FILLS: Final = 100
_CLOCK_DOUBT_MS: Final = 2_000  # how far the venue's clock may be from what was measured
_MARGIN_TYPES: Final = {MarginMode.CROSS: "CROSSED", MarginMode.ISOLATED: "ISOLATED"}
_LIVING: Final = (OrderState.PENDING, OrderState.WORKING, OrderState.PARTIALLY_FILLED)


class WeexRest:
    """`ExchangeRESTProtocol` over WEEX V3, live or demo."""

    def __init__(
        self, client: VenueClient, rules: WeexRules, capabilities: VenueCapabilities, *, is_demo: bool
    ) -> None:
        """Send nothing yet."""
        self._client = client
        self._rules = rules
        self._capabilities = capabilities
        self._is_demo = is_demo
        self.book_state: BookState = unfollowed
        self._closes_only: set[str] = set()  # orders through zero whose second part will never come
        self._may_land_until_ms: dict[str, int] = {}  # orders whose second part has an unknown outcome
        self._market = WeexMarket(client, rules)
        self._orders = WeexOrders(client, rules, is_demo=is_demo)

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return VENUE

    @property
    def capabilities(self) -> VenueCapabilities:
        """What this venue can do; much less in demo."""
        return self._capabilities

    async def connect(self) -> None:
        """Measure the venue's clock and learn what it lists."""
        self._rules.is_open = True
        await self._client.sync_clock(force=True)
        await self._market.instruments()

    async def close(self) -> None:
        """Stop asking and let go of connections; safe to call twice."""
        self._rules.is_open = False
        await self._client.close()

    def closes_only(self, client_order_id: str) -> bool:
        """Whether an order through zero closed what was held and opens nothing any more."""
        return client_order_id in self._closes_only

    def check_listed(self, symbol: str) -> None:
        """`UnknownSymbol` for one that was not listed when last asked."""
        self._market.check_listed(symbol)

    async def get_server_time_ms(self) -> int:
        """The venue's clock."""
        return self._rules.server_time_ms(await self._client.read(self._rules.server_time_call()))

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every tradable instrument, sorted by symbol."""
        return await self._market.instruments()

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """The latest prices of a symbol."""
        return await self._market.ticker(symbol)

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """The best `depth` levels of each side, at most 200."""
        return await self._market.order_book(symbol, depth)

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start_ms, end_ms), oldest first."""
        return await self._market.candles(symbol, interval_ms, start_ms, end_ms)

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled funding rates due in [start_ms, end_ms), oldest first."""
        return await self._market.funding_rates(symbol, start_ms, end_ms)

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """Every asset with a non-zero balance."""
        rows = rows_of(await self._client.read(self._rules.call("balances")))
        found = [to_balance(row, is_demo=self._is_demo) for row in rows]
        return [balance for balance in found if balance.wallet or balance.unrealized_pnl]

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all; the two sides of a symbol are two positions."""
        if symbol is not None:
            await self._market.instrument(symbol)
        rows = rows_of(await self._client.read(self._rules.call("positions")))
        found = [to_position(row, is_demo=self._is_demo) for row in rows]
        return [one for one in found if one is not None and symbol in (None, one.symbol)]

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work, conditional ones included."""
        if symbol is not None:
            await self._market.instrument(symbol)
        return await self._orders.working(symbol)

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order. The venue has no look-up by client id: its lists are searched.

        UNKNOWN while the second part of an order through zero may still be on its way.
        """
        await self._market.instrument(symbol)
        parts = await self._orders.parts(symbol, client_order_id)
        whole, until_ms = merged(client_order_id, parts), self._may_land_until_ms.get(client_order_id, 0)
        has_opened = any(part.client_order_id == client_order_id for part in parts)
        if whole is None or has_opened or self._client.venue_clock.now_ms() >= until_ms:
            return whole
        return replace(whole, state=OrderState.UNKNOWN)

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once; one through zero as two, the closing one first.

        While a book of its symbol is followed and not live, only reducing ones.

        When the second of two is refused, what the first did is returned as a cancelled order with something
        filled. When the second's outcome is unknown, `VenueOutcomeUnknown` names the order's own id.
        """
        check_order(order, await self._market.instrument(order.symbol))
        self._need_support(order)
        first, *rest = legs_of(order, await self._held(order))
        number = await self._place(first, order.client_order_id)
        for leg in rest:
            try:
                number = await self._place(leg, order.client_order_id)
            except (VenueRejected, BookNotLive) as refusal:
                self._closes_only.add(order.client_order_id)
                return replace(await self._after_closing(order), message=str(refusal))
            except VenueOutcomeUnknown:
                now_ms = self._client.venue_clock.now_ms()
                self._may_land_until_ms[order.client_order_id] = now_ms + SIGNATURE_LIFE_MS + _CLOCK_DOUBT_MS
                raise
        return UnifiedOrderResult(order.symbol, order.client_order_id, number, OrderState.WORKING)

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; one that has ended stays what it is, one never seen is `VenueRejected`."""
        await self._market.instrument(symbol)
        self._need_cancel()
        parts = await self._orders.parts(symbol, client_order_id)
        if not parts:
            raise VenueRejected(
                f"client_order_id: observed {client_order_id!r}, allowed one of a placed {symbol} order"
            )
        for part in parts:
            if part.state in _LIVING:
                await self._cancel(part)
        after = await self._orders.parts(symbol, client_order_id)
        return merged(client_order_id, after or parts) or parts[0]

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, conditional ones included."""
        await self._market.instrument(symbol)
        self._need_cancel()
        for name in ("cancel_all", "cancel_all_conditionals"):
            await self._client.write(self._rules.call(name, symbol=symbol), "(all orders)")

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first."""
        await self._market.instrument(symbol)

        async def page(start_ms: int, end_ms: int) -> list[Row]:
            call = self._rules.call(
                "fills", symbol=symbol, startTime=start_ms, endTime=end_ms - 1, limit=_MOST_FILLS
            )
            return list(rows_of(await self._client.read(call)))

        span_ms = max(0, since_ms), self._client.venue_clock.now_ms() + MINUTE_MS
        rows = await gathered(page, _place_of_fill, span_ms, most=_MOST_FILLS)
        named = await self._orders.client_ids(symbol) if rows else {}
        fills = [
            to_fill(row, named.get(text_at(row, "orderId"), "").removesuffix(CLOSING_SUFFIX)) for row in rows
        ]
        fresh = [fill for fill in fills if fill.event_time_ms >= since_ms]
        return sorted(fresh, key=lambda fill: (fill.event_time_ms, int(fill.fill_id)))

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """The one tier that stands in for a schedule the venue does not publish; see `to_instrument`."""
        return (await self._market.instrument(symbol)).margin_tiers

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """The venue has none."""
        raise Unsupported(
            f"dead-man switch: observed {countdown_ms} ms for {symbol}, allowed none: weex has no such thing"
        )

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set the leverage of both sides in the margin mode the symbol is in."""
        highest = (await self._market.instrument(symbol)).margin_tiers[0].max_leverage
        if not 1 <= leverage <= highest:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to {highest}")
        mode = await self._margin_type(symbol)
        settings = (
            {"crossLeverage": str(leverage)}
            if mode == "CROSSED"
            else {"isolatedLongLeverage": str(leverage), "isolatedShortLeverage": str(leverage)}
        )
        call = self._rules.call("leverage", symbol=symbol, marginType=mode, **settings)
        await self._client.write(call, "(leverage)")
        return True

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose cross or isolated margin for a symbol without an open position."""
        await self._market.instrument(symbol)
        native = _MARGIN_TYPES[mode]
        if await self._margin_type(symbol) == native:
            return True
        call = self._rules.call("margin_mode", symbol=symbol, marginType=native, separatedType="COMBINED")
        await self._client.write(call, "(margin mode)")
        return True

    async def _place(self, leg: Leg, client_order_id: str) -> str:
        name = "place" if leg.order.trigger_price is None else "place_conditional"
        call = self._rules.call(name, **order_body(leg, is_demo=self._is_demo))

        def last_check() -> None:
            need_live_book(leg.order, self.book_state(leg.order.symbol))

        return text_at(row_of(await self._client.write(call, client_order_id, last_check)), "orderId")

    async def _held(self, order: UnifiedOrder) -> Decimal:
        if order.reduce_only:
            return Decimal(0)
        return sum((one.quantity for one in await self.get_positions(order.symbol)), Decimal(0))

    async def _after_closing(self, order: UnifiedOrder) -> UnifiedOrderResult:
        found = await self.get_order(order.symbol, order.client_order_id)
        closed = found or UnifiedOrderResult(order.symbol, order.client_order_id, "", OrderState.UNKNOWN)
        return replace(closed, state=OrderState.CANCELED) if closed.filled_quantity else closed

    async def _cancel(self, part: UnifiedOrderResult) -> None:
        name = "cancel_conditional" if self._orders.is_conditional(part) else "cancel"
        with suppress(OrderGone):
            await self._client.write(self._rules.call(name, orderId=part.order_id), part.client_order_id)

    async def _margin_type(self, symbol: str) -> str:
        rows = rows_of(await self._client.read(self._rules.call("symbol_config", symbol=symbol)))
        found = next((row for row in rows if row.get("symbol") == symbol), None)
        return "CROSSED" if found is None else text_at(found, "marginType")

    def _need_support(self, order: UnifiedOrder) -> None:
        if order.trigger_price is not None and not self._capabilities.supports_conditional:
            raise Unsupported(
                f"{order.order_type.name}: observed at the demo account, allowed MARKET and LIMIT"
            )

    def _need_cancel(self) -> None:
        if not self._capabilities.supports_cancel:
            raise Unsupported(
                "cancel: observed at the demo account, allowed nothing: it cannot cancel orders"
            )


def _place_of_fill(row: Row) -> tuple[int, str]:
    return integer_at(row, "time", "createdTime"), text_at(row, "id")
