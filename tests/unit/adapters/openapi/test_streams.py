"""Frames of a described stream: subscribed to as worded, read by path, never read wrongly in silence."""

import asyncio
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from alphastrike.adapters.binance.dialect import plugin as dialect
from alphastrike.adapters.openapi import venues
from alphastrike.adapters.openapi.adapter import OpenapiConfig, plugin
from alphastrike.adapters.openapi.loading import load_venue
from alphastrike.adapters.openapi.plan import CompiledStream
from alphastrike.adapters.openapi.websocket import FrameScript
from alphastrike.domain.errors import Unsupported, VenueUnreachable
from alphastrike.domain.streams import StreamState
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import TopicTerms
from tests.practice_wires import in_simulated_time

FOLDER = Path(next(iter(venues.__path__)))
ROW = {
    "symbol": "cmt_btcusdt",
    "price": "60000.5",
    "size": "0.2",
    "buyerMaker": True,
    "time": 5,
    "tradeId": "9",
}
TRADE = {"channel": "trades.cmt_btcusdt", "data": [ROW]}


def a_script(told):
    described = load_venue(FOLDER / "weex_v2" / "venue.yaml").description.websocket
    stream = CompiledStream("trades", described.streams["trades"])
    terms = TopicTerms("trades:BTCUSDT")
    return FrameScript(described, stream, described.live + stream.path, "cmt_btcusdt", terms, told.append)


def test_it_subscribes_where_and_as_the_description_says():
    script = a_script([])

    url, _ = asyncio.run(script.address())

    assert url == "wss://ws-contract.weex.com/v2/ws/public"
    assert [json.loads(text) for text in script.greetings()] == [
        {"event": "subscribe", "channel": "trades.cmt_btcusdt"}
    ]


def test_a_message_of_the_topic_is_read_and_others_are_left_alone():
    told = []
    script = a_script(told)
    other = json.dumps(TRADE).replace("btcusdt", "ethusdt")

    taken = [script.take(text) for text in (json.dumps(TRADE), other, '{"event":"subscribed"}', "not json")]

    assert taken == [("trades:BTCUSDT", ()), ("", ()), ("", ()), ("", ())]
    assert [row["price"] for row in told] == [Decimal("60000.5")]


def test_a_ping_is_answered_as_described():
    topic, answers = a_script([]).take('{"event": "ping", "time": 1}')

    assert (topic, [json.loads(text) for text in answers]) == ("", [{"event": "pong"}])


def test_a_message_of_the_topic_that_cannot_be_read_ends_the_connection():
    broken = json.dumps(TRADE).replace("60000.5", "many")

    with pytest.raises(SocketClosed, match=r"trades:BTCUSDT.*many"):
        a_script([]).take(broken)


def test_what_is_not_described_or_has_no_address_here_is_unsupported():
    async def work(wire):
        weex = OpenapiConfig(file=FOLDER / "weex_v2" / "venue.yaml", network="live")
        no_address = replace(wire.access, endpoints={"rest_url": wire.access.endpoints["rest_url"]})
        one = plugin.open(plugin.Config(), no_address)
        other = plugin.open(weex, wire.access)
        with pytest.raises(VenueUnreachable):
            one.websocket.trades(["BTCUSDT"])
        await other.websocket.connect()
        with pytest.raises(Unsupported, match="tickers of BTCUSDT"):
            other.websocket.tickers(["BTCUSDT"])
        await other.websocket.close()

    in_simulated_time(dialect, work)


def test_a_stream_that_lost_its_connection_comes_back_and_two_readers_share_it():
    async def work(wire):
        connection = plugin.open(plugin.Config(), wire.access)
        await connection.connect()
        streams = connection.websocket
        one, other = streams.trades(["BTCUSDT"]), streams.trades(["BTCUSDT", "ETHUSDT"])
        changes = streams.stream_changes()
        await asyncio.sleep(5)
        for line in tuple(wire.host.lines):
            wire.host.drop(line)
        await asyncio.sleep(40)
        await connection.close()
        await connection.close()
        mine, both = [each async for each in one], [each async for each in other]
        return mine, both, [change async for change in changes]

    mine, both, changes = in_simulated_time(dialect, work)

    assert {each.symbol for each in both} == {"BTCUSDT", "ETHUSDT"}
    assert [each for each in both if each.symbol == "BTCUSDT"] == mine
    states = [change.state for change in changes if change.topic == "trades:BTCUSDT"]
    assert states.count(StreamState.LIVE) == 2
    assert StreamState.STALE in states
