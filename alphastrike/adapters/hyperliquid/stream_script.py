"""What is said and understood on one connection of the venue's stream."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alphastrike.adapters.hyperliquid.symbols import to_symbol
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.json_text import BrokenJson, decode, encode
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import TopicTerms

Taker = Callable[[Any], None]

_PING = encode({"method": "ping"}).decode()
# The venue answers a ping at once, and hangs up after a minute without one.
HEARTBEAT = TopicTerms("heartbeat", first_message_s=None, max_silence_s=75.0)
PING_EVERY_S = 25.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, what it promises and who reads its data."""

    wanted: Mapping[str, str]
    terms: TopicTerms
    take: Taker

    @property
    def channel(self) -> str:
        """The channel its frames come on."""
        return self.wanted["type"]


class HyperliquidScript:
    """`StreamScript` of some subscriptions. A frame nobody understands is ignored; a broken one reconnects.

    Every subscription starts with how things stand, so a fresh connection has missed nothing of the market.
    """

    def __init__(
        self,
        url: str,
        subscriptions: Sequence[Subscription],
        kept: Sequence[Broadcast[Any]],
        on_opened: Callable[[], None],
    ) -> None:
        """`kept` are the broadcasts whose readers must have room before the next frame is read."""
        self._url = url
        self._subscriptions = tuple(subscriptions)
        self._kept = tuple(kept)
        self._on_opened = on_opened

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """The same address every time; nothing is signed."""
        return self._url, {}

    def greetings(self) -> Sequence[str]:
        """The subscriptions, and a ping to learn that the other side is there."""
        asked = [{"method": "subscribe", "subscription": dict(one.wanted)} for one in self._subscriptions]
        return [*(encode(frame).decode() for frame in asked), _PING]

    def topics(self) -> Sequence[TopicTerms]:
        """What is subscribed to, and the heartbeat."""
        return [*(one.terms for one in self._subscriptions), HEARTBEAT]

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Hand a frame's data to its subscription."""
        try:
            message = decode(frame)
        except BrokenJson as error:
            if _is_greeting(frame):
                return "", ()
            raise SocketClosed(f"unreadable frame: {error}") from error
        if not isinstance(message, dict):
            return "", ()
        channel, data = message.get("channel"), message.get("data")
        if channel == "pong":
            return HEARTBEAT.topic, ()
        return self._taken(str(channel), data), ()

    def ping(self) -> str | None:
        """Keeps the connection from being closed as idle."""
        return _PING

    def opened(self) -> None:
        """A lost connection came back."""
        self._on_opened()

    @property
    def has_room(self) -> bool:
        """Whether every reader of what must not be lost can take another message."""
        return all(each.has_room for each in self._kept)

    async def room(self) -> None:
        """Wait for the slowest reader of what must not be lost."""
        for broadcast in self._kept:
            await broadcast.room()

    def _taken(self, channel: str, data: Any) -> str:
        for one in self._subscriptions:
            if one.channel == channel and _is_about(one.wanted, data):
                try:
                    one.take(data)
                except (KeyError, TypeError, ValueError, ArithmeticError, IndexError) as error:
                    raise SocketClosed(f"{one.terms.topic}: a frame of another shape: {error!r}") from error
                return one.terms.topic
        return ""


def _is_greeting(frame: str | bytes) -> bool:
    start = frame if isinstance(frame, str) else frame.decode(errors="replace")
    return start.startswith("Websocket connection established")


def _is_about(wanted: Mapping[str, str], data: Any) -> bool:
    """Whether data answer a subscription, by coin and interval where it names them."""
    coin = wanted.get("coin")
    if coin is None:
        return True
    entry = data[0] if isinstance(data, list) and data else data
    if not isinstance(entry, dict):
        return False
    said = entry.get("coin", entry.get("s"))
    return (
        said == coin and to_symbol(str(said)) is not None and entry.get("i") in {None, wanted.get("interval")}
    )
