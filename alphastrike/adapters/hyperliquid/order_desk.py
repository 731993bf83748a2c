"""Writes: orders, cancels and the account's settings, each sent once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid import actions
from alphastrike.adapters.hyperliquid.account_mappers import to_state
from alphastrike.adapters.hyperliquid.account_reads import AccountReads
from alphastrike.adapters.hyperliquid.client_ids import ClientIds, to_cloid
from alphastrike.adapters.hyperliquid.config import HyperliquidConfig
from alphastrike.adapters.hyperliquid.faults import is_gone, is_missed, refused
from alphastrike.adapters.hyperliquid.instruments import Asset
from alphastrike.adapters.hyperliquid.market_reads import MarketReads
from alphastrike.adapters.hyperliquid.order_rules import check_order, snapped, worst_price
from alphastrike.adapters.hyperliquid.wire_rules import signed
from alphastrike.domain.errors import (
    BadCredentials,
    DuplicateOrderId,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder, UnifiedOrderResult
from alphastrike.transport.book_gate import BookState, need_live_book, unfollowed
from alphastrike.transport.client import VenueClient

_SOONEST_SWITCH_MS = 5_000
_CLOCK_DOUBT_MS = 2_000  # how far the venue's clock may be from what was measured, and then some
_ENDED = {OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED}


class OrderDesk:
    """Everything that is signed."""

    def __init__(
        self,
        client: VenueClient,
        market: MarketReads,
        account: AccountReads,
        ids: ClientIds,
        config: HyperliquidConfig,
    ) -> None:
        """Send through this client, by the rules of this configuration."""
        self._client = client
        self._market = market
        self._account = account
        self._ids = ids
        self._slippage = Decimal(repr(config.market_slippage))
        self._expires_after_ms = config.expires_after_ms
        self.book_state: BookState = unfollowed
        self._sent: set[str] = set()
        self._may_land_until_ms: dict[str, int] = {}  # orders of unknown outcome

    async def known(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order. None is said only when it can not arrive any more either.

        An order of unknown outcome may be on its way still; what is signed with it makes the venue drop it
        after a time, and until then the answer waits. After a None the id may be sent again.
        """
        found = await self._account.order(symbol, client_order_id)
        until_ms = self._may_land_until_ms.get(client_order_id)
        if found is None and until_ms is not None:
            await asyncio.sleep(max(0.0, (until_ms - self._client.venue_clock.now_ms()) / 1000))
            found = await self._account.order(symbol, client_order_id)
        self._may_land_until_ms.pop(client_order_id, None)
        if found is None:
            self._sent.discard(client_order_id)
        return found

    async def place(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once; one that its time in force ended at once comes back EXPIRED.

        While a book of its symbol is followed and not live, only reducing ones.
        """
        asset = self._market.asset(order.symbol)
        check_order(order, asset)
        order = snapped(order, asset)
        if order.client_order_id in self._sent:
            raise DuplicateOrderId(
                f"client_order_id: observed {order.client_order_id!r} a second time, allowed once"
            )
        limit = await self._limit(order, asset)
        cloid = self._ids.cloid(order.client_order_id)
        wire = actions.order_wire(order, asset=asset.index, limit_price=limit, cloid=cloid)
        self._sent.add(order.client_order_id)
        try:
            answer = await self._write(
                actions.place([wire]),
                order.client_order_id,
                lambda: need_live_book(order, self.book_state(order.symbol)),
            )
            return _placed(order, _first_status(answer, order.client_order_id))
        except (VenueRejected, VenueUnreachable):
            self._sent.discard(order.client_order_id)
            raise
        except VenueOutcomeUnknown:
            until_ms = self._client.venue_clock.now_ms() + self._expires_after_ms + _CLOCK_DOUBT_MS
            self._may_land_until_ms[order.client_order_id] = until_ms
            raise

    async def cancel(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order and say what became of it; `VenueRejected` when the venue never saw it."""
        asset = self._market.asset(symbol)
        action = actions.cancel_by_cloid([(asset.index, to_cloid(client_order_id))])
        status = _first_status(await self._write(action, client_order_id), client_order_id)
        known = await self._account.order(symbol, client_order_id)
        if known is None:
            raise VenueRejected(
                f"client_order_id: observed {client_order_id!r}, allowed that of an accepted {symbol} order"
            )
        if isinstance(status, Mapping) and not is_gone(str(status.get("error"))):
            raise refused(f"cancel {client_order_id}", status.get("error"))
        return known if known.state in _ENDED else replace(known, state=OrderState.CANCELED)

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol in one action; those already gone are no fault."""
        asset = self._market.asset(symbol)
        working = await self._account.open_orders(symbol)
        if working:
            pairs = [(asset.index, int(order.order_id)) for order in working]
            await self._write(actions.cancel(pairs), f"cancel-all-{symbol}")

    async def schedule_cancel(self, countdown_ms: int) -> None:
        """Have every order of the account cancelled after so long unless asked again; 0 takes it back."""
        if countdown_ms and countdown_ms < _SOONEST_SWITCH_MS:
            raise VenueRejected(
                f"countdown_ms: observed {countdown_ms}, allowed 0 or at least {_SOONEST_SWITCH_MS}"
            )
        at_ms = self._client.venue_clock.now_ms() + countdown_ms if countdown_ms else None
        await self._write(actions.account_setting("scheduleCancel", at_ms=at_ms), "scheduleCancel")

    async def set_leverage(self, symbol: str, leverage: int) -> None:
        """Set a symbol's leverage, in the margin mode it has."""
        asset = self._market.asset(symbol)
        highest = max(tier.max_leverage for tier in asset.margin_tiers)
        if not 1 <= leverage <= highest:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to {highest}")
        _, is_cross = await self._account.margin_setting(symbol)
        await self._update(asset, leverage, is_cross=is_cross and not asset.only_isolated)

    async def set_cross(self, symbol: str, *, is_cross: bool) -> None:
        """Set a symbol's margin mode, at the leverage it has."""
        asset = self._market.asset(symbol)
        if is_cross and asset.only_isolated:
            raise VenueRejected(f"{symbol} margin mode: observed cross, allowed isolated for this asset")
        leverage, was_cross = await self._account.margin_setting(symbol)
        if is_cross is not was_cross:
            await self._update(asset, leverage, is_cross=is_cross)

    async def _update(self, asset: Asset, leverage: int, *, is_cross: bool) -> None:
        action = actions.account_setting(
            "updateLeverage", asset=asset.index, is_cross=is_cross, leverage=leverage
        )
        await self._write(action, f"leverage-{asset.symbol}")

    async def _limit(self, order: UnifiedOrder, asset: Asset) -> Decimal:
        """The limit price on the wire: the order's own, or the worst one a market order accepts."""
        if order.order_type is OrderType.LIMIT and order.price is not None:
            return order.price
        if order.trigger_price is not None:
            return worst_price(order, order.trigger_price, self._slippage, asset)
        book = await self._market.order_book(order.symbol, 1)
        side = book.asks if order.side is Side.BUY else book.bids
        if not side:
            raise VenueUnreachable(f"{order.symbol}: observed an empty side of the book, allowed a quote")
        return worst_price(order, side[0][0], self._slippage, asset)

    async def _write(
        self, action: actions.Action, name: str, last_check: Callable[[], None] | None = None
    ) -> Any:
        try:
            return await self._client.write(signed(action), name, last_check)
        except BadCredentials:
            if not self._account.is_known:
                raise
            raise await self._account.explained() from None


def _first_status(answer: Any, name: str) -> Any:
    try:
        return answer["response"]["data"]["statuses"][0]
    except (KeyError, IndexError, TypeError) as error:
        raise VenueOutcomeUnknown(name, "hyperliquid") from error


def _placed(order: UnifiedOrder, status: Any) -> UnifiedOrderResult:
    """What the venue says about one order of an action; a word never heard is UNKNOWN."""
    symbol, client_id = order.symbol, order.client_order_id
    if isinstance(status, str):
        return UnifiedOrderResult(
            symbol, client_id, "", to_state(status, is_partly_filled=False), message=status
        )
    if "error" in status:
        words = str(status["error"])
        if is_missed(words):
            return UnifiedOrderResult(symbol, client_id, "", OrderState.EXPIRED, message=words)
        raise refused(f"order {client_id} ({symbol})", words)
    word, told = next(iter(status.items()))
    number = str(told.get("oid", ""))
    filled = Decimal(told.get("totalSz", 0))
    if word != "filled":
        return UnifiedOrderResult(symbol, client_id, number, to_state(word, is_partly_filled=False))
    state = OrderState.FILLED if filled >= order.quantity else OrderState.EXPIRED
    return UnifiedOrderResult(symbol, client_id, number, state, filled, Decimal(told["avgPx"]))
