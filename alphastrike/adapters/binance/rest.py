"""`ExchangeRESTProtocol` of Binance USD-M, one-way position mode."""

from collections.abc import Sequence
from typing import Any

from alphastrike.adapters.binance.account_mappers import (
    to_algo_order,
    to_balance,
    to_fill,
    to_order,
    to_position,
)
from alphastrike.adapters.binance.catalogue import Catalogue
from alphastrike.adapters.binance.faults import NothingToChange, OrderMissing
from alphastrike.adapters.binance.mappers import to_margin_tiers
from alphastrike.adapters.binance.market_reads import MarketReads
from alphastrike.adapters.binance.order_rules import CAPABILITIES, check_order, order_params
from alphastrike.adapters.binance.rules import ORDER_COSTS, SPOT, WEIGHT
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import VenueError, VenueRejected, VenueUnreachable
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.orders import OrderType, UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.transport.book_gate import BookState, need_live_book
from alphastrike.transport.client import Call, VenueClient

_FILLS = 1000
_FILLS_SPAN_MS, _FILLS_KEPT_MS = 7 * DAY_MS, 90 * DAY_MS


class BinanceRest:
    """Requests to Binance. `book_state` says whether a followed book may be traded on."""

    def __init__(
        self, client: VenueClient, catalogue: Catalogue, book_state: BookState, *, tells_powers: bool = False
    ) -> None:
        """Send nothing yet. `tells_powers`: the network says what a key may do."""
        self._tells_powers = tells_powers
        self._client = client
        self._catalogue = catalogue
        self._book_state = book_state
        self._is_connected = False
        self.market = MarketReads(client, catalogue)

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return "binance"

    @property
    def capabilities(self) -> VenueCapabilities:
        """What this venue can do."""
        return CAPABILITIES

    async def connect(self) -> None:
        """Measure the clock and learn the instruments."""
        self._is_connected = True
        await self._client.sync_clock(force=True)
        await self.market.instruments()

    async def close(self) -> None:
        """Stop asking; safe to call twice."""
        self._is_connected = False
        await self._client.close()

    async def get_server_time_ms(self) -> int:
        """The venue's clock."""
        self._need_connection()
        return int((await self.market.get("/fapi/v1/time", 1))["serverTime"])

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every tradable instrument, sorted by symbol."""
        self._need_connection()
        return await self.market.instruments()

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """The latest prices of a symbol."""
        self._need_connection()
        return await self.market.ticker(symbol)

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """The best `depth` levels of each side."""
        self._need_connection()
        return await self.market.book(symbol, depth)

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start_ms, end_ms), oldest first."""
        self._need_connection()
        return await self.market.candles(symbol, interval_ms, start_ms, end_ms)

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled funding rates due in [start_ms, end_ms), oldest first."""
        self._need_connection()
        return await self.market.funding(symbol, start_ms, end_ms)

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """Every asset with a non-zero balance."""
        rows = await self._signed("GET", "/fapi/v3/balance", 5)
        found = (to_balance(row) for row in rows)
        return [balance for balance in found if balance.wallet or balance.unrealized_pnl]

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        rows = await self._signed("GET", "/fapi/v2/positionRisk", 5, **self._of(symbol))
        found = (to_position(row) for row in rows)
        return [position for position in found if position is not None]

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work, conditional ones included."""
        weight = 40 if symbol is None else 1
        plain = await self._signed("GET", "/fapi/v1/openOrders", weight, **self._of(symbol))
        waiting = await self._signed("GET", "/fapi/v1/openAlgoOrders", weight, **self._of(symbol))
        return [*map(to_order, plain), *map(to_algo_order, waiting)]

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order, or None when the venue never saw it."""
        self._catalogue.instrument(symbol)
        algo = await self._algo_order(symbol, client_order_id)
        if algo is not None:
            return algo
        try:
            return to_order(
                await self._signed(
                    "GET", "/fapi/v1/order", 1, symbol=symbol, origClientOrderId=client_order_id
                )
            )
        except OrderMissing:
            return None

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once; while a book of its symbol is followed and not live, only reducing ones."""
        self._need_connection()
        check_order(order, self._catalogue.instrument(order.symbol))
        conditional = order.order_type > OrderType.LIMIT
        path = "/fapi/v1/algoOrder" if conditional else "/fapi/v1/order"
        call = Call("POST", path, order_params(order), ORDER_COSTS, is_signed=True)
        answer = await self._client.write(
            call, order.client_order_id, lambda: need_live_book(order, self._book_state(order.symbol))
        )
        return await self._triggered(answer) if conditional else to_order(answer)

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; cancelling one that is gone is not an error."""
        known = await self.get_order(symbol, client_order_id)
        if known is None:
            raise VenueRejected(
                f"client_order_id: observed {client_order_id!r}, allowed one of an accepted {symbol} order"
            )
        for path, name in (
            ("/fapi/v1/order", "origClientOrderId"),
            ("/fapi/v1/algoOrder", "clientAlgoId"),
        ):
            try:
                await self._signed("DELETE", path, 1, symbol=symbol, **{name: client_order_id})
                break
            except OrderMissing:
                continue
        return await self.get_order(symbol, client_order_id) or known

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, conditional ones included."""
        await self._signed("DELETE", "/fapi/v1/allOpenOrders", 1, **self._of(symbol))
        await self._signed("DELETE", "/fapi/v1/algoOpenOrders", 1, **self._of(symbol))

    async def can_withdraw(self) -> bool | None:
        """Whether this key may take money out of the account; None where the network does not tell."""
        self._need_connection()
        if not self._tells_powers:
            return None
        path = "/sapi/v1/account/apiRestrictions"
        answer = await self._client.read(Call("GET", path, {}, {WEIGHT: 1}, is_signed=True, host=SPOT))
        return bool(answer["enableWithdrawals"])

    async def is_one_way(self) -> bool:
        """Whether a symbol has one position, and not a long one beside a short one."""
        return not (await self._signed("GET", "/fapi/v1/positionSide/dual", 30))["dualSidePosition"]

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first; the venue keeps three months.

        Asked for by time until one is found, as an answer spans seven days, and then by number.
        """
        now_ms = self._client.venue_clock.now_ms()
        start_ms = max(0, since_ms, now_ms - _FILLS_KEPT_MS)
        rows = await self._fills(symbol, startTime=start_ms)
        while not rows and start_ms + _FILLS_SPAN_MS <= now_ms:
            start_ms += _FILLS_SPAN_MS
            rows = await self._fills(symbol, startTime=start_ms)
        found = [to_fill(row) for row in rows]
        is_more = start_ms + _FILLS_SPAN_MS <= now_ms
        while rows and (is_more or len(rows) == _FILLS):
            rows = await self._fills(symbol, fromId=int(rows[-1]["id"]) + 1)
            found += map(to_fill, rows)
            is_more = False
        return found

    async def _fills(self, symbol: str, **place: int) -> Any:
        return await self._signed("GET", "/fapi/v1/userTrades", 5, **self._of(symbol), limit=_FILLS, **place)

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """Maintenance-margin brackets of a symbol, smallest notional first."""
        rows = await self._signed("GET", "/fapi/v1/leverageBracket", 1, **self._of(symbol))
        rows = rows if isinstance(rows, list) else [rows]
        return to_margin_tiers(next(row["brackets"] for row in rows if row["symbol"] == symbol))

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """Have the venue cancel the symbol's orders unless asked again in time; 0 disarms it."""
        await self._signed(
            "POST", "/fapi/v1/countdownCancelAll", 10, **self._of(symbol), countdownTime=countdown_ms
        )

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set the venue's own leverage of a symbol."""
        if not 1 <= leverage <= 125:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to 125")
        await self._signed("POST", "/fapi/v1/leverage", 1, **self._of(symbol), leverage=leverage)
        return True

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose cross or isolated margin for a symbol without an open position."""
        kind = "ISOLATED" if mode is MarginMode.ISOLATED else "CROSSED"
        try:
            await self._signed("POST", "/fapi/v1/marginType", 1, **self._of(symbol), marginType=kind)
        except NothingToChange:
            return True
        return True

    async def listen_key(self, method: str) -> str:
        """Get (POST), prolong (PUT) the key of the private streams."""
        answer = await self._client.read(Call(method, "/fapi/v1/listenKey", {}, {WEIGHT: 1}))
        return str(answer.get("listenKey", ""))

    async def _algo_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """A conditional order, with the order it became where it was triggered."""
        try:
            row = await self._signed(
                "GET", "/fapi/v1/algoOrder", 1, symbol=symbol, clientAlgoId=client_order_id
            )
        except OrderMissing:
            return None
        if str(row.get("symbol")) != symbol:
            return None
        actual = str(row.get("actualOrderId") or "")
        if not actual:
            return to_algo_order(row)
        return to_algo_order(
            row, await self._signed("GET", "/fapi/v1/order", 1, symbol=symbol, orderId=actual)
        )

    async def _triggered(self, row: Any) -> UnifiedOrderResult:
        """A conditional order just placed; one that was triggered at once, with what it became."""
        placed = to_algo_order(row)
        if not row.get("actualOrderId"):
            return placed
        try:
            return await self.get_order(placed.symbol, placed.client_order_id) or placed
        except VenueError:
            return placed  # it was accepted: that the question failed must not look like a refusal

    async def _signed(self, method: str, path: str, weight: float, **params: Any) -> Any:
        """A signed request that may be asked again: reads, and writes that set what they say."""
        self._need_connection()
        return await self._client.read(Call(method, path, params, {WEIGHT: weight}, is_signed=True))

    def _of(self, symbol: str | None) -> dict[str, str]:
        self._need_connection()
        return {} if symbol is None else {"symbol": self._catalogue.instrument(symbol).native_symbol}

    def _need_connection(self) -> None:
        if not self._is_connected:
            raise VenueUnreachable("binance: not connected; call connect() first")
