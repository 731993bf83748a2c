"""Streams of a described venue: candles by its clock and REST, others as the description's frames say."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from alphastrike.adapters.openapi.description_calls import WebSocket
from alphastrike.adapters.openapi.plan import CompiledStream, FieldRow
from alphastrike.adapters.openapi.rest import DescribedRest
from alphastrike.adapters.openapi.rows import needed
from alphastrike.adapters.openapi.templates import filled
from alphastrike.domain.errors import Unsupported, VenueError
from alphastrike.domain.market import UnifiedTicker, UnifiedTrade
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.json_text import BrokenJson, decode
from alphastrike.transport.polled_streams import PolledStreams
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import Stream, TopicTerms

_FIRST_S, _QUIET_S = 60.0, 600.0  # a topic that is acknowledged and stays silent may be a wrong one


class DescribedWebSocket(PolledStreams):
    """`ExchangeWebSocketProtocol` over a description: polled candles, and the streams it has frames for."""

    def __init__(
        self, described: WebSocket | None, root: str | None, rest: DescribedRest, access: VenueAccess
    ) -> None:
        """Connect to nothing yet. Without a `root`, the address, there are no streams but candles."""
        super().__init__(rest, access.clock)
        self._described = described
        self._root = root
        self._rest = rest
        self._access = access
        self._trades: Broadcast[UnifiedTrade] = Broadcast(drops_oldest=True)
        self._tickers: Broadcast[UnifiedTicker] = Broadcast(drops_oldest=True)
        self._streams: dict[tuple[str, str], Stream] = {}

    async def close(self) -> None:
        """End every stream; safe to call twice."""
        for stream in self._streams.values():
            await stream.close()
        self._streams.clear()
        self._trades.end()
        self._tickers.end()
        await super().close()

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """Public trades."""
        wanted = frozenset(symbols)
        self._open("trades", symbols, lambda row, symbol: self._trades.put(_trade(row, symbol)))
        return self._trades.reader(lambda one: one.symbol in wanted)

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """Best bid and ask."""
        wanted = frozenset(symbols)
        self._open("tickers", symbols, lambda row, symbol: self._tickers.put(_ticker(row, symbol)))
        return self._tickers.reader(lambda one: one.symbol in wanted)

    def _open(self, kind: str, symbols: Sequence[str], tell: Callable[[FieldRow, str], None]) -> None:
        self._need_open()
        described, root = self._described, self._root
        if described is None or root is None or kind not in described.streams:
            raise Unsupported(
                f"{kind} of {', '.join(symbols)}: observed no such stream or no address for this network in "
                "venue.yaml, allowed those under websocket"
            )
        for symbol in symbols:
            native = self._rest.native_of(symbol)
            if (kind, symbol) in self._streams:
                continue
            terms = TopicTerms(f"{kind}:{symbol}", _FIRST_S, _QUIET_S)
            stream = CompiledStream(kind, described.streams[kind])
            script = FrameScript(
                described, stream, root.rstrip("/") + stream.path, native, terms, partial(_told, tell, symbol)
            )
            running = Stream(script, self._access.connector, self._board, self._access.chance)
            self._streams[kind, symbol] = running
            running.start()


def _told(tell: Callable[[FieldRow, str], None], symbol: str, row: FieldRow) -> None:
    tell(row, symbol)


@dataclass
class FrameScript:
    """`StreamScript` of one described topic of one symbol."""

    described: WebSocket
    stream: CompiledStream
    url: str
    native: str
    terms: TopicTerms
    tell: Callable[[FieldRow], None]
    _number: int = 0

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """The described one."""
        return self.url, {"User-Agent": "alphastrike"}

    def greetings(self) -> Sequence[str]:
        """Subscribe."""
        values = {"native": self.native, "native_lower": self.native.lower(), "interval": ""}
        topic = filled(self.stream.topic, values)
        return [self._worded(self.described.subscribe, topic)]

    def topics(self) -> Sequence[TopicTerms]:
        """The one topic."""
        return (self.terms,)

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Rows of this topic's own messages; pings answered, all else ignored.

        A message of this topic that cannot be read ends the connection, and the topic is not LIVE.
        """
        try:
            message = decode(frame)
        except BrokenJson:
            return "", ()
        if jmespath.search(self.described.ping_when, message) is True:
            return "", [self._worded(self.described.ping_reply, "")]
        try:
            rows = [row for row in self.stream.read(message) if row.get("native") == self.native]
            for row in rows:
                self.tell(row)
        except (VenueError, JMESPathError) as error:
            raise SocketClosed(f"{self.terms.topic}: {error}") from error
        return (self.terms.topic if rows else ""), ()

    def ping(self) -> str | None:
        """Nothing is asked of us."""
        return None

    def opened(self) -> None:
        """Nothing builds on earlier messages."""

    @property
    def has_room(self) -> bool:
        """Always: market data keep the newest."""
        return True

    async def room(self) -> None:
        """Never waited for."""

    def _worded(self, template: Mapping[str, Any], topic: str) -> str:
        self._number += 1

        def word(value: Any) -> Any:
            if isinstance(value, list):
                return [word(one) for one in value]
            if value == "{id}":
                return self._number
            return value.replace("{topic}", topic) if isinstance(value, str) else value

        return json.dumps({key: word(value) for key, value in template.items()})


def _trade(row: FieldRow, symbol: str) -> UnifiedTrade:
    return UnifiedTrade(
        symbol=symbol,
        price=needed(row, "price"),
        quantity=needed(row, "quantity"),
        is_buyer_maker=bool(row.get("is_buyer_maker")),
        event_time_ms=int(needed(row, "event_time_ms")),
        trade_id=str(needed(row, "trade_id")),
    )


def _ticker(row: FieldRow, symbol: str) -> UnifiedTicker:
    bid, ask = needed(row, "best_bid"), needed(row, "best_ask")
    return UnifiedTicker(symbol, (bid + ask) / 2, bid, ask, int(needed(row, "event_time_ms")))
