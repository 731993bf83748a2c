"""Binance's private stream: listen key, orders, fills and account news, each once."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alphastrike.adapters.binance.user_mappers import (
    to_account_news,
    to_streamed_algo_order,
    to_streamed_fill,
    to_streamed_order,
)
from alphastrike.domain.account import AccountNews
from alphastrike.domain.orders import OrderState, UnifiedFill, UnifiedOrderResult
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.json_text import BrokenJson, decode
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import TopicTerms

TOPIC = "user"
_REMEMBERED = 10_000


class UserScript:
    """Says and understands what the private connection carries. Nothing is ever dropped for want of room."""

    def __init__(self, root: str, listen_key: Callable[[str], Awaitable[str]]) -> None:
        """Ask for a key when a connection is opened."""
        self._root = root
        self._listen_key = listen_key
        self._seen: set[tuple[Any, ...]] = set()
        self._order_seen: deque[tuple[Any, ...]] = deque()
        self._algo_ids: dict[
            str, tuple[str, str]
        ] = {}  # by number of the order it became: client id, algo id
        self.orders: Broadcast[UnifiedOrderResult] = Broadcast(drops_oldest=False)
        self.fills: Broadcast[UnifiedFill] = Broadcast(drops_oldest=False)
        self.news: Broadcast[AccountNews] = Broadcast(drops_oldest=False)

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """The private route with a fresh key: asking again prolongs one that lives."""
        return f"{self._root}/private/ws?listenKey={await self._listen_key('POST')}", {}

    def greetings(self) -> Sequence[str]:
        """None: the key is the subscription."""
        return ()

    def topics(self) -> Sequence[TopicTerms]:
        """One topic, which may be silent as long as nothing happens."""
        return (TopicTerms(TOPIC, first_message_s=None, max_silence_s=None),)

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Hand events on; one that cannot be read ends the connection, and REST tells what it said."""
        try:
            event = decode(frame)
        except BrokenJson as error:
            raise SocketClosed(str(error)) from error
        kind = event.get("e") if isinstance(event, dict) else None
        if kind == "listenKeyExpired":
            raise SocketClosed("listen key expired")
        try:
            if kind is not None and self._is_new(event):
                self._tell(str(kind), event)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise SocketClosed(f"event {kind}: {type(error).__name__} {error}") from error
        return TOPIC, ()

    def ping(self) -> str | None:
        """None: the venue pings by protocol."""
        return None

    def opened(self) -> None:
        """Nothing is built on earlier messages."""

    @property
    def has_room(self) -> bool:
        """Whether every reader can take another event."""
        return self.orders.has_room and self.fills.has_room and self.news.has_room

    async def room(self) -> None:
        """Wait until every reader can take another event."""
        for each in (self.orders, self.fills, self.news):
            await each.room()

    def end(self) -> None:
        """End every reader."""
        for each in (self.orders, self.fills, self.news):
            each.end()

    def _tell(self, kind: str, event: Mapping[str, Any]) -> None:
        if kind == "ORDER_TRADE_UPDATE":
            self._tell_order(event)
        elif kind == "ALGO_UPDATE":
            order, became = to_streamed_algo_order(event), str(event["o"].get("ai") or "")
            if became and became != "0":
                self._algo_ids[became] = (order.client_order_id, order.order_id)
            # What it became tells about fills itself.
            if order.state is not OrderState.FILLED and not (became and order.state is OrderState.WORKING):
                self.orders.put(order)
        elif kind == "ACCOUNT_UPDATE":
            self.news.put(to_account_news(event))

    def _tell_order(self, event: Mapping[str, Any]) -> None:
        order, fill = to_streamed_order(event), to_streamed_fill(event)
        if order.order_id in self._algo_ids:
            client_id, algo_id = self._algo_ids[order.order_id]
            order = replace(order, client_order_id=client_id, order_id=algo_id)
            fill = None if fill is None else replace(fill, client_order_id=client_id, order_id=algo_id)
        if fill is not None:
            self.fills.put(fill)
        self.orders.put(order)

    def _is_new(self, event: Mapping[str, Any]) -> bool:
        """False for what another connection, during a rotation, has told already."""
        row = event.get("o", {})
        mark: tuple[Any, ...] = (event.get("e"), event.get("T"), event.get("E"))
        if row:
            mark += (row.get("i"), row.get("aid"), row.get("x"), row.get("X"), row.get("t"), row.get("z"))
        else:
            mark += (json.dumps(event.get("a", ""), default=str, sort_keys=True),)
        if mark in self._seen:
            return False
        self._seen.add(mark)
        self._order_seen.append(mark)
        if len(self._order_seen) > _REMEMBERED:
            self._seen.discard(self._order_seen.popleft())
        return True
