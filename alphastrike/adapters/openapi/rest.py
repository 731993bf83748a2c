"""Requests to a described venue."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from alphastrike.adapters.openapi import mappers
from alphastrike.adapters.openapi.calls import DescribedCalls
from alphastrike.adapters.openapi.funding import to_funding_rates
from alphastrike.adapters.openapi.order_checks import check_order
from alphastrike.adapters.openapi.order_words import order_variables
from alphastrike.adapters.openapi.plan import FieldRow
from alphastrike.adapters.openapi.rows import needed
from alphastrike.adapters.openapi.rules import NothingToDo, OrderGone
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import Unsupported, VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.wire_values import decimal_at


class DescribedRest:
    """`ExchangeRESTProtocol` over a `venue.yaml`. A method that it does not bind is `Unsupported`."""

    def __init__(self, calls: DescribedCalls, capabilities: VenueCapabilities, *, venue: str) -> None:
        """Send nothing yet. `venue` is the plugin's name, by which it was chosen."""
        self._venue = venue
        self._calls = calls
        self._capabilities = capabilities

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return self._venue

    @property
    def capabilities(self) -> VenueCapabilities:
        """What the description binds."""
        return self._capabilities

    async def connect(self) -> None:
        """Measure the venue's clock and learn what it lists."""
        self._calls.is_open = True
        await self._calls.client.sync_clock(force=True)
        await self.get_instruments()

    async def close(self) -> None:
        """Stop asking and let go of connections; safe to call twice."""
        self._calls.is_open = False
        await self._calls.client.close()

    def native_of(self, symbol: str) -> str:
        """The spelling of a symbol already listed; `UnknownSymbol` otherwise."""
        return self._calls.native_of(symbol)

    def now_ms(self) -> int:
        """The venue's time, as well as known."""
        return self._calls.now_ms()

    def check_candles(self, symbols: Sequence[str], interval_ms: int) -> None:
        """`VenueRejected` for a symbol or an interval the venue does not keep candles of."""
        for symbol in symbols:
            self._calls.native_of(symbol)
        self._calls.check_interval(interval_ms)

    async def get_server_time_ms(self) -> int:
        """The venue's clock."""
        return int(needed(await self._calls.one("get_server_time_ms"), "time_ms"))

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every tradable instrument whose spelling the description knows, sorted by symbol."""
        return [replace(one, venue=self._venue) for one in await self._calls.listed()]

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """Best quote; the middle stands in where the venue says no last price."""
        row = await self._calls.one("get_ticker", native=await self._calls.native(symbol))
        bid, ask = needed(row, "best_bid"), needed(row, "best_ask")
        return UnifiedTicker(
            symbol=symbol,
            last_price=row.get("last_price") or (bid + ask) / 2,
            best_bid=bid,
            best_ask=ask,
            event_time_ms=int(needed(row, "event_time_ms")),
            mark_price=row.get("mark_price"),
            index_price=row.get("index_price"),
        )

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """The best `depth` levels of each side, as many as the described call returns."""
        if depth < 1:
            raise VenueRejected(f"depth: observed {depth}, allowed at least 1")
        native = await self._calls.native(symbol)
        row = await self._calls.one("get_order_book", native=native, depth=str(depth))
        sides = [needed(row, side)[:depth] for side in ("bids", "asks")]
        bids, asks = (tuple(_level(level) for level in side) for side in sides)
        at_ms = row.get("event_time_ms") or self._calls.now_ms()
        return UnifiedOrderBook(symbol, bids, asks, int(at_ms), int(row.get("sequence") or at_ms))

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start_ms, end_ms), oldest first."""
        native = await self._calls.native(symbol)
        self._calls.check_interval(interval_ms)
        await self._calls.client.sync_clock()
        now_ms = self._calls.now_ms()

        def read(row: FieldRow) -> UnifiedCandle:
            return mappers.to_candle(row, symbol, interval_ms, now_ms)

        found = await self._calls.gathered(
            "get_candles",
            read,
            lambda candle: (candle.open_time_ms, ""),
            (start_ms, min(end_ms, now_ms)),
            native=native,
            interval=str(interval_ms),
        )
        return [candle for candle in found if candle.is_closed]

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled rates due in [start_ms, end_ms), oldest first; `interval_ms` is the time since the last."""
        native = await self._calls.native(symbol)

        # A day more on either side: the interval of a rate is its distance from its neighbour.
        span_ms = start_ms - DAY_MS, min(end_ms + DAY_MS, self._calls.now_ms() + 1)
        rows = await self._calls.gathered(
            "get_funding_rates",
            lambda row: row,
            lambda row: (int(needed(row, "funding_time_ms")), ""),
            span_ms,
            native=native,
        )
        rates = to_funding_rates(symbol, rows)
        return [rate for rate in rates if start_ms <= rate.funding_time_ms < end_ms]

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """Every asset with a non-zero balance."""
        found = [mappers.to_balance(row) for row in await self._calls.rows("get_balances")]
        return [balance for balance in found if balance.wallet or balance.unrealized_pnl]

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        rows = await self._calls.rows("get_positions", native=await self._calls.native_or_none(symbol))
        found = [mappers.to_position(row, self._calls.symbol_of(row)) for row in rows]
        return [one for one in found if one is not None and symbol in (None, one.symbol)]

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work."""
        rows = await self._calls.rows("get_open_orders", native=await self._calls.native_or_none(symbol))
        return [mappers.to_order_result(row, self._calls.symbol_of(row, symbol or "")) for row in rows]

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order; without a look-up of its own, only what still works is found."""
        native = await self._calls.native(symbol)
        if not self._calls.binds("get_order"):
            working = await self.get_open_orders(symbol)
            return next((one for one in working if one.client_order_id == client_order_id), None)
        try:
            rows = await self._calls.rows("get_order", native=native, client_order_id=client_order_id)
        except OrderGone:
            return None
        return mappers.to_order_result(rows[0], symbol, client_order_id) if rows else None

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once."""
        native = await self._calls.native(order.symbol)
        check_order(order, await self._calls.instrument(order.symbol), self._capabilities)
        name = "place_order" if order.trigger_price is None else "place_conditional"
        variables = order_variables(order, native)
        rows = await self._calls.write(name, order.client_order_id, **variables)
        return mappers.to_order_result(rows[0] if rows else {}, order.symbol, order.client_order_id)

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; one that has ended stays as it is."""
        native = await self._calls.native(symbol)
        try:
            rows = await self._calls.write(
                "cancel_order", client_order_id, native=native, client_order_id=client_order_id
            )
        except OrderGone as gone:
            found = await self.get_order(symbol, client_order_id)
            if found is None:
                raise VenueRejected(
                    f"client_order_id: observed {client_order_id!r}, allowed one of an accepted order"
                ) from gone
            return found
        result = mappers.to_order_result(rows[0] if rows else {}, symbol, client_order_id)
        return await self.get_order(symbol, client_order_id) or result

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, one by one where the venue has no other way."""
        native = await self._calls.native(symbol)
        if self._calls.binds("cancel_all"):
            await self._calls.write("cancel_all", "(all orders)", native=native)
            return
        for working in await self.get_open_orders(symbol):
            await self.cancel_order(symbol, working.client_order_id)

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first."""
        native = await self._calls.native(symbol)

        fresh = await self._calls.gathered(
            "get_fills",
            lambda row: mappers.to_fill(row, symbol),
            lambda fill: (fill.event_time_ms, fill.fill_id),
            (since_ms, self._calls.now_ms() + DAY_MS),
            native=native,
        )
        return sorted(fresh, key=lambda fill: (fill.event_time_ms, _in_order(fill.fill_id)))

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """The bound schedule, or the one tier that stands in for it."""
        native = await self._calls.native(symbol)
        if not self._calls.binds("get_margin_tiers"):
            return (await self._calls.instrument(symbol)).margin_tiers
        rows = await self._calls.rows("get_margin_tiers", native=native)
        keys = ("floor_notional", "maintenance_margin_rate", "max_leverage")
        tiers = [MarginTier(*(needed(row, key) for key in keys)) for row in rows]
        return sorted(tiers, key=lambda tier: tier.floor_notional)

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """A description has none."""
        raise Unsupported(f"dead-man switch: observed {countdown_ms} ms for {symbol}, allowed none here")

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set the venue's own leverage."""
        native = await self._calls.native(symbol)
        highest = max(tier.max_leverage for tier in await self.get_margin_tiers(symbol))
        if not 1 <= leverage <= highest:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to {highest}")
        return await self._set("set_leverage", native=native, leverage=str(leverage))

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose cross or isolated margin for a symbol without an open position."""
        return await self._set(
            "set_margin_mode", native=await self._calls.native(symbol), margin_mode=mode.name
        )

    async def _set(self, method: str, **variables: str | None) -> bool:
        try:
            await self._calls.write(method, "(setting)", **variables)
        except NothingToDo:
            return True
        return True


def _in_order(fill_id: str) -> tuple[int, str]:
    """Numbers by their size, as venues count; other names by their letters."""
    return (int(fill_id), "") if fill_id.isdecimal() else (0, fill_id)


def _level(level: Any) -> tuple[Decimal, Decimal]:
    return decimal_at({"price": level[0]}, "price"), decimal_at({"quantity": level[1]}, "quantity")
