"""Requests through the library."""

from collections.abc import Awaitable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from alphastrike.adapters.ccxt import mappers
from alphastrike.adapters.ccxt.config import Manners
from alphastrike.adapters.ccxt.faults import fault_of, is_order_gone
from alphastrike.adapters.ccxt.order_params import check_order, order_arguments
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import (
    InvariantBroken,
    UnknownSymbol,
    Unsupported,
    VenueError,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument, to_decimal
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult

T = TypeVar("T")
_VENUE = "ccxt"
_MINUTE_MS = 60_000
_MOST = 1000


class CcxtRest:
    """`ExchangeRESTProtocol` over one exchange of the library. Linear perpetuals, as `BTCUSDT`."""

    def __init__(self, exchange: Any, manners: Manners) -> None:
        """Send nothing yet."""
        self._exchange = exchange
        self._manners = manners
        self._spelled: dict[str, str] = {}  # ours to the library's
        self._listed: dict[str, UnifiedInstrument] = {}
        self._is_open = False

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return _VENUE

    @property
    def capabilities(self) -> VenueCapabilities:
        """What is known of this exchange."""
        return self._manners.capabilities

    async def connect(self) -> None:
        """Learn what is listed."""
        self._is_open = True
        await self.get_instruments()

    async def close(self) -> None:
        """Stop asking; safe to call twice."""
        self._is_open = False
        await self._exchange.close()

    async def get_server_time_ms(self) -> int:
        """The venue's clock."""
        return int(await self._asked(self._exchange.fetch_time()))

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every linear perpetual; one quoted in USDT is preferred, another quote is nominal."""
        markets = await self._asked(self._exchange.load_markets(True))  # noqa: FBT003
        self._spelled, self._listed = {}, {}
        linear = [
            one for one in markets.values() if one.get("swap") and one.get("linear") and one.get("active")
        ]
        for market in sorted(linear, key=lambda one: one["quote"] == "USDT"):
            symbol = f"{market['base']}USDT"
            self._spelled[symbol] = market["symbol"]
            self._listed[symbol] = mappers.to_instrument(market, symbol, _VENUE)
        return sorted(self._listed.values(), key=lambda one: one.symbol)

    def spelled(self, symbol: str) -> str:
        """The library's spelling; `UnknownSymbol` for one that is not listed."""
        if symbol not in self._spelled:
            raise UnknownSymbol(f"symbol: observed {symbol!r}, allowed one that get_instruments lists")
        return self._spelled[symbol]

    def timeframe(self, interval_ms: int) -> str:
        """The library's word for an interval; `VenueRejected` for one the venue does not keep."""
        known = {
            int(self._exchange.parse_timeframe(word) * 1000): word for word in self._exchange.timeframes or {}
        }
        if interval_ms not in known:
            raise VenueRejected(f"interval_ms: observed {interval_ms}, allowed one of {sorted(known)}")
        return str(known[interval_ms])

    def now_ms(self) -> int:
        """This machine's time: the library measures no other."""
        return int(self._exchange.milliseconds())

    def check_candles(self, symbols: Sequence[str], interval_ms: int) -> None:
        """`VenueRejected` for a symbol or an interval the venue does not keep candles of."""
        for symbol in symbols:
            self.spelled(symbol)
        self.timeframe(interval_ms)

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """Quote from the book, last price from the newest minute: cheaper than the library's own ticker."""
        book = await self.get_order_book(symbol, 1)
        rows = await self._asked(self._exchange.fetch_ohlcv(self.spelled(symbol), "1m", None, 1))
        if not (book.bids and book.asks):
            raise VenueUnreachable(f"{symbol}: observed an empty side of the book, allowed a quote")
        bid, ask = book.bids[0][0], book.asks[0][0]
        last = to_decimal(rows[-1][4]) if rows else (bid + ask) / 2
        return UnifiedTicker(symbol, last, bid, ask, await self.get_server_time_ms())

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """The best `depth` levels of each side."""
        if depth < 1:
            raise VenueRejected(f"depth: observed {depth}, allowed at least 1")
        book = await self._asked(self._exchange.fetch_order_book(self.spelled(symbol)))
        bids, asks = (
            tuple((to_decimal(p), to_decimal(q)) for p, q, *_ in book[s][:depth]) for s in ("bids", "asks")
        )
        at_ms = int(book.get("timestamp") or self._exchange.milliseconds())
        return UnifiedOrderBook(symbol, bids, asks, at_ms, int(book.get("nonce") or at_ms))

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles opening in [start, end) among the newest thousand, or further back where it can."""
        native, word = self.spelled(symbol), self.timeframe(interval_ms)
        now_ms = await self.get_server_time_ms()
        rows = await self._asked(self._exchange.fetch_ohlcv(native, word, None, _MOST))
        found = {int(row[0]): mappers.to_candle(row, symbol, interval_ms, now_ms) for row in rows}
        closed = [found[at] for at in sorted(found) if found[at].is_closed]
        return [candle for candle in closed if start_ms <= candle.open_time_ms < end_ms]

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled rates due in [start, end); `interval_ms` is the time between neighbours."""
        rows = await self._asked(self._exchange.fetch_funding_rate_history(self.spelled(symbol)))
        due = sorted((int(row["timestamp"]), float(row["fundingRate"])) for row in rows)
        gaps = [later - earlier for (earlier, _), (later, _) in pairwise(due)] or [0]
        rates = [
            UnifiedFundingRate(symbol, rate, at, _to_minute(gaps[max(0, number - 1)]))
            for number, (at, rate) in enumerate(due)
        ]
        return [rate for rate in rates if start_ms <= rate.funding_time_ms < end_ms]

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """Assets with something in them; the library does not say unrealised profit."""
        return mappers.to_balances(await self._asked(self._exchange.fetch_balance()))

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        if symbol is not None:
            self.spelled(symbol)
        rows = await self._asked(self._exchange.fetch_positions())
        found = [mappers.to_position(row, self._symbol_of(row)) for row in rows]
        return [one for one in found if one is not None and symbol in (None, one.symbol)]

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work; conditional ones are none of this adapter's."""
        names = [self.spelled(symbol)] if symbol is not None else [None]
        rows = [row for name in names for row in await self._asked(self._open_orders(name))]
        return [mappers.to_order_result(row, self._symbol_of(row)) for row in rows]

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order: asked for by its client id, or searched for where that cannot be."""
        native = self.spelled(symbol)
        if not self._manners.finds_client_ids:
            rows = await self._all_orders(native)
            found = next((row for row in rows if row.get("clientOrderId") == client_order_id), None)
            return None if found is None else mappers.to_order_result(found, symbol)
        try:
            row = await self._asked(
                self._exchange.fetch_order(None, native, {"clientOrderId": client_order_id})
            )
        except VenueRejected as refusal:
            if is_order_gone(refusal.__cause__):
                return None
            raise
        return mappers.to_order_result(row, symbol, client_order_id)

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once, always under our own client id: the library would else use its author's."""
        native = self.spelled(order.symbol)
        check_order(order, self._listed[order.symbol], self.capabilities)
        request = self._exchange.create_order(native, *order_arguments(order))
        row = await self._asked(request, order.client_order_id)
        return mappers.to_order_result(row, order.symbol, order.client_order_id)

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; one that has ended stays what it is."""
        known = await self.get_order(symbol, client_order_id)
        if known is None:
            raise VenueRejected(
                f"client_order_id: observed {client_order_id!r}, allowed one of a placed {symbol} order"
            )
        try:
            await self._asked(
                self._exchange.cancel_order(known.order_id, self.spelled(symbol)), client_order_id
            )
        except VenueRejected as refusal:
            if not is_order_gone(refusal.__cause__):
                raise
        return await self.get_order(symbol, client_order_id) or known

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, one by one: not every venue has another way."""
        for working in await self.get_open_orders(symbol):
            await self.cancel_order(symbol, working.client_order_id)

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first."""
        native = self.spelled(symbol)
        rows = await self._asked(self._exchange.fetch_my_trades(native, since_ms or None, 100))
        names = {str(row.get("id")): row.get("clientOrderId") for row in await self._all_orders(native)}
        fills = [mappers.to_fill(row, symbol, str(names.get(str(row.get("order"))) or "")) for row in rows]
        return sorted(fills, key=lambda fill: (fill.event_time_ms, fill.fill_id))

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """The one tier that stands in for a schedule."""
        self.spelled(symbol)
        return self._listed[symbol].margin_tiers

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """The library has none in common."""
        raise Unsupported(f"dead-man switch: observed {countdown_ms} ms for {symbol}, allowed none here")

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set the venue's own leverage."""
        native, highest = self.spelled(symbol), self._listed[symbol].margin_tiers[0].max_leverage
        if not 1 <= leverage <= highest:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to {highest}")
        await self._asked(self._exchange.set_leverage(leverage, native), "(leverage)")
        return True

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose cross or isolated margin for a symbol without an open position."""
        await self._asked(self._exchange.set_margin_mode(mode.value, self.spelled(symbol)), "(margin mode)")
        return True

    def _open_orders(self, native: str | None) -> Awaitable[Any]:
        return self._exchange.fetch_open_orders(native)  # type: ignore[no-any-return]

    async def _all_orders(self, native: str) -> list[Any]:
        if self._exchange.has.get("fetchCanceledAndClosedOrders"):
            ended = await self._asked(self._exchange.fetch_canceled_and_closed_orders(native, None, 100))
        else:
            ended = await self._asked(self._exchange.fetch_orders(native, None, 100))
        return [*ended, *await self._asked(self._open_orders(native))]

    async def _asked(self, request: Awaitable[T], client_order_id: str | None = None) -> T:
        """The library's answer, its errors as ours. Nothing is ever sent twice."""
        if not self._is_open:
            _forget(request)
            raise VenueUnreachable("ccxt: not connected; call connect() first")
        try:
            return await request
        except (VenueError, InvariantBroken):
            raise
        except Exception as error:  # the library raises its own tree, and KeyErrors over odd answers
            raise fault_of(error, client_order_id) from error

    def _symbol_of(self, row: Any) -> str:
        native = row.get("symbol")
        return next((ours for ours, theirs in self._spelled.items() if theirs == native), str(native))


def _to_minute(gap_ms: int) -> int:
    return round(gap_ms / _MINUTE_MS) * _MINUTE_MS


def _forget(request: Any) -> None:
    if hasattr(request, "close"):
        request.close()
