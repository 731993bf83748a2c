"""What WEEX says of the account: orders, fills, positions and balances."""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from alphastrike.adapters.weex.mappers_account import to_fill, to_order_result, to_position
from alphastrike.adapters.weex.order_bodies import CLOSING_SUFFIX, merged
from alphastrike.adapters.weex.signing import handshake_headers
from alphastrike.adapters.weex.streams import control_answer, parsed, subscription
from alphastrike.domain.account import AccountNews, MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.orders import OrderState, UnifiedFill, UnifiedOrderResult
from alphastrike.domain.wire_values import Row, decimal_at, integer_at, rows_of, text_at
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import TopicTerms

TOPIC = "user"
_CHANNELS = ("orders", "fill", "positions", "account")
_REMEMBERED = 10_000
_ENDED = (OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED)
T = TypeVar("T")


@dataclass
class UserScript:
    """`StreamScript` of the private socket. An account may rest for hours: the socket's pulse is watched."""

    url: str
    key: Credentials
    now_ms: Callable[[], int]
    closes_only: Callable[[str], bool]
    orders: Broadcast[UnifiedOrderResult]
    fills: Broadcast[UnifiedFill]
    news: Broadcast[AccountNews]
    _number: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _names: "OrderedDict[str, str]" = field(default_factory=OrderedDict)
    _legs: "OrderedDict[str, dict[str, UnifiedOrderResult]]" = field(default_factory=OrderedDict)
    _known: "OrderedDict[str, str]" = field(default_factory=OrderedDict)
    _early: dict[str, list[UnifiedFill]] = field(default_factory=dict)

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """The handshake itself is signed, anew for every connection."""
        return self.url, handshake_headers(self.key, self.now_ms())

    def greetings(self) -> Sequence[str]:
        """Subscribe to all that concerns the account."""
        return [subscription(_CHANNELS, self._number)]

    def topics(self) -> Sequence[TopicTerms]:
        """One topic, which may stay silent."""
        return (TopicTerms(TOPIC, first_message_s=None, max_silence_s=None),)

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Understand one frame; one that cannot be read ends the connection, so that REST is asked."""
        message = parsed(frame)
        if message is None:
            raise SocketClosed("user: a frame that is no JSON object")
        answers = control_answer(message, self._number)
        if answers is not None:
            return "", answers
        try:
            self._data(message)
        except VenueUnreachable as error:
            raise SocketClosed(f"user: {error}") from error
        return TOPIC, ()

    def ping(self) -> str | None:
        """The venue pings; nothing is asked of us."""
        return None

    def opened(self) -> None:
        """What was missed is asked of REST by whoever follows the stream's state."""

    @property
    def has_room(self) -> bool:
        """Whether every reader can take another event."""
        return self.orders.has_room and self.fills.has_room and self.news.has_room

    async def room(self) -> None:
        """Nothing of the account is ever dropped: the socket waits for slow readers."""
        for told in (self.orders, self.fills, self.news):
            await told.room()

    def _data(self, message: Row) -> None:
        kind = text_at(message, "e")
        rows = rows_of(message.get("d"))
        if kind == "orders":
            for row in rows:
                self._take_order(to_order_result(row))
        elif kind == "fill":
            for row in rows:
                self._take_fill(row)
        elif kind in ("positions", "account"):
            self.news.put(_news(kind, message, rows))

    def _take_order(self, result: UnifiedOrderResult) -> None:
        name = result.client_order_id.removesuffix(CLOSING_SUFFIX)
        _remember(self._names, result.order_id, name)
        for fill in self._early.pop(result.order_id, ()):
            self.fills.put(replace(fill, client_order_id=name))
        legs = {**self._legs.get(name, {}), result.client_order_id: result}
        _remember(self._legs, name, legs)
        whole = merged(name, tuple(legs.values()))
        if whole is None:
            return
        if name not in legs and whole.state in _ENDED and not self.closes_only(name):
            # Its opening part is still to come.
            state = OrderState.PARTIALLY_FILLED if whole.filled_quantity else OrderState.WORKING
            whole = replace(whole, state=state)
        self.orders.put(whole)

    def _take_fill(self, row: Row) -> None:
        """A fill names no client id; one that comes before its order waits for it."""
        number = text_at(row, "id")
        if number in self._known:
            return
        _remember(self._known, number, "")
        order_id = text_at(row, "orderId")
        fill = to_fill(row, self._names.get(order_id, ""))
        if order_id in self._names:
            self.fills.put(fill)
        else:
            self._early.setdefault(order_id, []).append(fill)


def _remember(known: "OrderedDict[str, T]", key: str, value: T) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > _REMEMBERED:
        known.popitem(last=False)


def _news(kind: str, message: Row, rows: Sequence[Row]) -> AccountNews:
    at_ms, reason = integer_at(message, "E"), str(message.get("msgEvent") or "")
    if kind == "positions":
        return AccountNews(at_ms, reason, positions=tuple(_position(row) for row in rows))
    return AccountNews(at_ms, reason, balances=tuple(_balance(row) for row in rows))


def _position(row: Row) -> UnifiedPosition:
    """A position frame has no profit: its mark price reads as the entry price. Size 0 is a closed one."""
    open_one = to_position(row)
    if open_one is not None:
        return open_one
    nothing = decimal_at(row, "size")
    return UnifiedPosition(text_at(row, "symbol"), nothing, nothing, nothing, nothing, 1, MarginMode.CROSS)


def _balance(row: Row) -> UnifiedBalance:
    amount = decimal_at(row, "amount")
    return UnifiedBalance(text_at(row, "coin"), amount, amount * 0, amount * 0)
