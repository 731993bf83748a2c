"""The account's own stream: orders, fills and account news, each told once."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.account_mappers import to_balance, to_fill, to_order, to_positions
from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.hyperliquid.stream_script import Subscription
from alphastrike.domain.account import AccountNews, UnifiedPosition
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.stream import TopicTerms


class UserStream:
    """Takes the account's frames and gives them to every reader; nothing is dropped.

    The venue sends the latest fills anew on every connection: those of a lost one are told then, and
    those from before the first connection are not news.
    """

    def __init__(self, user: str, ids: ClientIds) -> None:
        """Have told nothing."""
        self.fills: Broadcast[UnifiedFill] = Broadcast(drops_oldest=False)
        self.orders: Broadcast[UnifiedOrderResult] = Broadcast(drops_oldest=False)
        self.news: Broadcast[AccountNews] = Broadcast(drops_oldest=False)
        self._user = user
        self._ids = ids
        self._told: dict[str, None] = {}
        self._has_snapshot = False
        self._positions: dict[str, UnifiedPosition] = {}

    def subscriptions(self) -> list[Subscription]:
        """What to ask for."""
        user = {"user": self._user}
        first = TopicTerms("user:fills", max_silence_s=None)
        return [
            Subscription({"type": "userFills", **user}, first, self._take_fills),
            Subscription(
                {"type": "orderUpdates", **user},
                TopicTerms("user:orders", first_message_s=None, max_silence_s=None),
                self._take_orders,
            ),
            Subscription(
                {"type": "clearinghouseState", **user},
                TopicTerms("user:account", max_silence_s=None),
                self._take_state,
            ),
        ]

    def end(self) -> None:
        """End every reader's stream."""
        for broadcast in (self.fills, self.orders, self.news):
            broadcast.end()

    def _take_fills(self, data: Any) -> None:
        is_old = bool(data.get("isSnapshot")) and not self._has_snapshot
        self._has_snapshot = True
        for native in sorted(data["fills"], key=lambda entry: (entry["time"], entry["tid"])):
            number = str(native["tid"])
            if number in self._told:
                continue
            self._told[number] = None
            fill = to_fill(native, self._user, self._ids.name)
            if fill is not None and not is_old:
                self.fills.put(fill)

    def _take_orders(self, data: Any) -> None:
        for update in data:
            order = to_order(update["order"], update["status"], self._ids.name)
            if order is not None:
                self.orders.put(order)

    def _take_state(self, data: Any) -> None:
        state: Mapping[str, Any] = data["clearinghouseState"]
        held = {position.symbol: position for position in to_positions(state)}
        closed = (
            replace(gone, quantity=Decimal(0), unrealized_pnl=Decimal(0))
            for symbol, gone in self._positions.items()
            if symbol not in held
        )
        moved = (now for symbol, now in held.items() if self._positions.get(symbol) != now)
        positions = (*moved, *closed)
        self._positions = held
        self.news.put(AccountNews(int(state["time"]), "state", (to_balance(state),), positions))
