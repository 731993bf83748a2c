"""`/ws` of the simulated venue: subscriptions, snapshots, news, and requests posted over the socket."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from alphastrike.adapters.hyperliquid.mappers import INTERVALS
from alphastrike.adapters.hyperliquid.practice_news import News
from alphastrike.domain.practice import ExchangeEvent, PracticeExchange
from alphastrike.transport.dialect import WireFrame
from alphastrike.transport.json_text import BrokenJson, decode, encode

Native = Mapping[str, Any]
Topic = tuple[str, ...]

IDLE_MS = 60_000
_MOST_SUBSCRIPTIONS = 1_000
_FIELDS: dict[str, tuple[str, ...]] = {
    "allMids": (),
    "l2Book": ("coin",),
    "bbo": ("coin",),
    "trades": ("coin",),
    "candle": ("coin", "interval"),
    "activeAssetCtx": ("coin",),
    "orderUpdates": ("user",),
    "userEvents": ("user",),
    "userFills": ("user",),
    "userFundings": ("user",),
    "userNonFundingLedgerUpdates": ("user",),
    "clearinghouseState": ("user",),
    "openOrders": ("user",),
}


class StreamConversation:
    """One client's socket."""

    def __init__(
        self, exchange: PracticeExchange, news: News, post: Callable[[Native], Any], tick: Callable[[], None]
    ) -> None:
        """Answer posted requests through `post`; `tick` is what the venue does by the clock."""
        self._exchange = exchange
        self._news = news
        self._post = post
        self._tick = tick
        self._topics: dict[Topic, Native] = {}
        self._heard_ms = exchange.now_ms
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether the venue hangs up: a client was silent for a minute."""
        return self._is_over

    def opened(self) -> Sequence[WireFrame]:
        """The greeting."""
        return [WireFrame("Websocket connection established.")]

    def hear(self, text: str) -> Sequence[WireFrame]:
        """Answer a frame of the client."""
        self._heard_ms = self._exchange.now_ms
        try:
            message = decode(text)
            method = message["method"]
            if method == "ping":
                return [_frame("pong", None)]
            if method == "post":
                return [self._posted(message)]
            if method in {"subscribe", "unsubscribe"}:
                return self._subscribed(method, message["subscription"])
        except (BrokenJson, KeyError, TypeError, AttributeError, ValueError):
            pass
        return [_frame("error", f"Error parsing JSON into valid websocket request: {text[:200]}")]

    def tell(self, event: ExchangeEvent) -> Sequence[WireFrame]:
        """Word an event for this client."""
        return [
            WireFrame(_text(channel, data), about)
            for topic in self._topics
            for channel, data, about in self._news.about(topic, event)
        ]

    def tick(self, now_ms: int) -> Sequence[WireFrame]:
        """Close an idle socket; tell the middle prices to whoever asked for them."""
        self._tick()
        self._is_over = now_ms - self._heard_ms > IDLE_MS
        if ("allMids",) not in self._topics:
            return []
        return [WireFrame(_text(*frame[:2]), frame[2]) for frame in self._news.first(("allMids",))]

    def _posted(self, message: Native) -> WireFrame:
        request = message["request"]
        answer = self._post(request)
        response = {"type": request["type"], "payload": answer}
        return _frame("post", {"id": message["id"], "response": response})

    def _subscribed(self, method: str, wanted: Native) -> list[WireFrame]:
        topic = self._topic(wanted)
        if topic is None:
            return [_frame("error", f"Invalid subscription {encode(wanted).decode()}")]
        said = _frame("subscriptionResponse", {"method": method, "subscription": dict(wanted)})
        if method == "unsubscribe":
            if self._topics.pop(topic, None) is None:
                return [_frame("error", f"Already unsubscribed: {encode(wanted).decode()}")]
            return [said]
        if topic in self._topics:
            return [_frame("error", f"Already subscribed: {encode(wanted).decode()}")]
        if len(self._topics) >= _MOST_SUBSCRIPTIONS:
            return [_frame("error", f"Cannot track more than {_MOST_SUBSCRIPTIONS} total subscriptions.")]
        self._topics[topic] = wanted
        if topic[0] == "candle":
            self._exchange.watch_candles(INTERVALS[topic[2]])
        return [said, *_frames(self._news.first(topic))]

    def _topic(self, wanted: Native) -> Topic | None:
        fields = _FIELDS.get(str(wanted.get("type")))
        if fields is None or any(not isinstance(wanted.get(name), str) for name in fields):
            return None
        topic = (str(wanted["type"]), *(str(wanted[name]) for name in fields))
        if "coin" in fields and not self._news.knows(topic[1]):
            return None
        if "interval" in fields and topic[2] not in INTERVALS:
            return None
        return (topic[0], topic[1].lower()) if fields == ("user",) else topic


def _frames(told: Iterable[tuple[str, Any, str]]) -> list[WireFrame]:
    return [WireFrame(_text(channel, data), about) for channel, data, about in told]


def _frame(channel: str, data: Any) -> WireFrame:
    return WireFrame(_text(channel, data))


def _text(channel: str, data: Any) -> str:
    return encode({"channel": channel} if data is None else {"channel": channel, "data": data}).decode()
