"""`ExchangeRESTProtocol` over the venue's /info and /exchange."""

from collections.abc import Sequence

from alphastrike.adapters.hyperliquid.account_reads import AccountReads
from alphastrike.adapters.hyperliquid.market_reads import MarketReads
from alphastrike.adapters.hyperliquid.order_desk import OrderDesk
from alphastrike.adapters.hyperliquid.order_rules import CAPABILITIES
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.transport.client import VenueClient


class HyperliquidRest:
    """Requests to the venue. Every fault is a `VenueError` that says whose it is."""

    def __init__(
        self, client: VenueClient, market: MarketReads, account: AccountReads, desk: OrderDesk
    ) -> None:
        """Answer nothing before `connect`."""
        self._client = client
        self._market_reads = market
        self._account_reads = account
        self._order_desk = desk
        self._is_open = False

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return "hyperliquid"

    @property
    def capabilities(self) -> VenueCapabilities:
        """What this venue can do."""
        return CAPABILITIES

    async def connect(self) -> None:
        """Measure the clock, learn what is listed, and whom the key acts for."""
        await self._client.sync_clock(force=True)
        await self._market_reads.load()
        await self._account_reads.identify()
        self._is_open = True

    async def close(self) -> None:
        """Stop answering; safe to call twice."""
        self._is_open = False
        await self._client.close()

    async def can_withdraw(self) -> bool | None:
        """Whether this key may take money out of the account: the account's own may, an agent's not."""
        return self._account().can_withdraw

    async def is_one_way(self) -> bool:
        """Always: the venue nets."""
        return True

    async def get_server_time_ms(self) -> int:
        """The venue's clock."""
        return await self._market().server_time_ms()

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every tradable instrument, sorted by symbol, at this account's fees."""
        account = self._account()
        return await self._market().instruments(account.user if account.is_known else None)

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """The latest prices of a symbol; three requests."""
        return await self._market().ticker(symbol)

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """The best levels of each side, at most twenty."""
        return await self._market().order_book(symbol, depth)

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start_ms, end_ms), oldest first; the latest 5,000 exist."""
        return await self._market().candles(symbol, interval_ms, start_ms, end_ms)

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled hourly rates due in [start_ms, end_ms), oldest first."""
        return await self._market().funding_rates(symbol, start_ms, end_ms)

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """The account's USDC; nothing when it is worth nothing."""
        return await self._account().balances()

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        return await self._account().positions(symbol)

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work, triggers included."""
        return await self._account().open_orders(symbol)

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order, or None when the venue never saw it and can not any more."""
        return await self._desk().known(symbol, client_order_id)

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once."""
        return await self._desk().place(order)

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; cancelling one that is gone is not an error."""
        return await self._desk().cancel(symbol, client_order_id)

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, triggers included."""
        await self._desk().cancel_all(symbol)

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first."""
        return await self._account().fills(symbol, since_ms)

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """Maintenance-margin brackets of a symbol, smallest notional first."""
        return self._market().asset(symbol).margin_tiers

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """Have the venue cancel the orders of the whole account, not only of `symbol`; 0 disarms it."""
        self._market().asset(symbol)
        await self._desk().schedule_cancel(countdown_ms)

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set a symbol's leverage."""
        await self._desk().set_leverage(symbol, leverage)
        return True

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose cross or isolated margin for a symbol without an open position."""
        await self._desk().set_cross(symbol, is_cross=mode is MarginMode.CROSS)
        return True

    def _market(self) -> MarketReads:
        self._check_open()
        return self._market_reads

    def _account(self) -> AccountReads:
        self._check_open()
        return self._account_reads

    def _desk(self) -> OrderDesk:
        self._check_open()
        return self._order_desk

    def _check_open(self) -> None:
        if not self._is_open:
            raise VenueUnreachable("hyperliquid: not connected; call connect() first")
