"""What the library sends, recorded on practice exchanges: nothing that nobody asked for."""

import json
from dataclasses import replace
from decimal import Decimal

import ccxt.async_support
import pytest

from alphastrike.adapters.binance.dialect import plugin as binance
from alphastrike.adapters.ccxt.adapter import plugin
from alphastrike.adapters.ccxt.client import opened_exchange
from alphastrike.adapters.ccxt.config import CcxtConfig
from alphastrike.adapters.ccxt.faults import fault_of
from alphastrike.adapters.ccxt.session import SenderSession, refuse_unasked
from alphastrike.adapters.hyperliquid.dialect import plugin as hyperliquid
from alphastrike.adapters.weex.dialect import plugin as weex
from alphastrike.domain.errors import (
    BadCredentials,
    ConfigError,
    InsufficientMargin,
    InvariantBroken,
    UnknownSymbol,
    Unsupported,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueThrottled,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.transport.wire import HttpRequest
from tests.practice_wires import in_simulated_time


class Recorder:
    def __init__(self, sender):
        self.sender, self.requests = sender, []

    async def send(self, request, timeout_s):
        self.requests.append(request)
        return await self.sender.send(request, timeout_s)

    async def close(self):
        """Nothing to let go of."""


def trade(exchange, dialect):
    """Connect, buy, rest an order and cancel it; returns every request and what became of the orders."""

    async def work(wire):
        recorder = Recorder(wire.access.sender)
        endpoints = {"rest_url": "http://practice", "network": "live"}
        access = replace(wire.access, sender=recorder, endpoints=endpoints)
        connection = plugin.open(CcxtConfig(exchange=exchange), access)
        await connection.connect()
        rest = connection.rest
        symbol = "BTCUSDT"
        prefix = "0x" + "0" * 31 if exchange == "hyperliquid" else "mine-"
        bought = UnifiedOrder(symbol, Side.BUY, OrderType.MARKET, Decimal("0.01"), prefix + "1")
        if exchange == "hyperliquid":
            bought = replace(bought, order_type=OrderType.LIMIT, price=Decimal(70_000))
        resting = UnifiedOrder(
            symbol, Side.BUY, OrderType.LIMIT, Decimal("0.01"), prefix + "2", price=Decimal(50_000)
        )
        await rest.place_order(bought)
        await rest.place_order(resting)
        listed = await rest.get_open_orders(symbol)
        cancelled = await rest.cancel_order(symbol, prefix + "2")
        held = await rest.get_positions(symbol)
        await connection.close()
        return recorder.requests, listed, cancelled, held, wire

    return in_simulated_time(dialect, work)


@pytest.mark.parametrize(
    ("exchange", "dialect"), [("binanceusdm", binance), ("hyperliquid", hyperliquid), ("weex", weex)]
)
def test_orders_are_placed_under_our_ids_and_nothing_else_is_signed(exchange, dialect):
    requests, listed, cancelled, held, wire = trade(exchange, dialect)

    ours = {held.order.client_order_id for held in wire.account.orders()}
    assert len(ours) == len(wire.account.orders()) == 2
    assert len(listed) == 1
    assert cancelled.state is OrderState.CANCELED
    assert held[0].quantity == Decimal("0.01")
    for request in requests:
        refuse_unasked(request)
        assert not {name.lower() for name in request.headers} & {"referer", "x-channel-api-code"}


def test_the_wallet_signs_orders_and_cancellations_and_no_fee_no_referrer():
    requests, *_ = trade("hyperliquid", hyperliquid)

    actions = [json.loads(one.body)["action"] for one in requests if one.url.endswith("/exchange")]
    assert [action["type"] for action in actions] == ["order", "order", "cancel"]
    assert all("builder" not in action for action in actions)


def test_the_library_left_alone_would_sign_two_actions_first():
    async def work(wire):
        recorder = Recorder(wire.access.sender)
        credentials = wire.access.credentials.private_key.get_secret_value()
        from eth_account import Account

        client = ccxt.async_support.hyperliquid(
            {"privateKey": credentials, "walletAddress": Account.from_key(credentials).address}
        )
        client.session = SenderSession(recorder, "http://practice")
        client.own_session = False
        client.throttle = lambda cost=None: _nothing()
        client.milliseconds = client.nonce = wire.access.clock.now_ms
        with pytest.raises(InvariantBroken, match=r"approveBuilderFee|setReferrer"):
            await client.approve_builder_fee("0x" + "2" * 40, "0.01%")
        return recorder.requests

    assert in_simulated_time(hyperliquid, work) == []


async def _nothing():
    return None


@pytest.mark.parametrize("mark", ["approveBuilderFee", "setReferrer", '"builder":{}', "b-WEEX111125-x"])
def test_a_request_nobody_asked_for_is_stopped_before_it_is_sent(mark):
    with pytest.raises(InvariantBroken, match="not sent"):
        refuse_unasked(HttpRequest("POST", "http://venue/x", {}, f"{{{mark}}}".encode()))


def test_an_exchange_nobody_recorded_needs_to_be_allowed():
    with pytest.raises(ConfigError, match="allow_unproven"):
        opened_exchange(CcxtConfig(exchange="kraken"), None)


def test_demo_trading_is_used_where_the_sandbox_is_gone():
    async def work(wire):
        access = replace(wire.access, endpoints={})
        binance = opened_exchange(CcxtConfig(exchange="binanceusdm"), access)
        demo = opened_exchange(CcxtConfig(exchange="weex"), access)
        urls = binance.urls["api"]["fapiPublic"], demo.options["sandboxMode"]
        order = binance.create_order_request
        await binance.close()
        await demo.close()
        return urls, order

    (url, is_demo), _ = in_simulated_time(weex, work)

    assert url.startswith("https://demo-fapi.binance.com")
    assert is_demo


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("AuthenticationError", BadCredentials),
        ("InsufficientFunds", InsufficientMargin),
        ("BadSymbol", UnknownSymbol),
        ("NotSupported", Unsupported),
        ("RateLimitExceeded", VenueThrottled),
        ("DDoSProtection", VenueThrottled),
        ("RequestTimeout", VenueUnreachable),
        ("ExchangeNotAvailable", VenueUnreachable),
        ("InvalidOrder", VenueRejected),
        ("ExchangeError", VenueRejected),
    ],
)
def test_the_librarys_errors_are_ours(name, kind):
    error = getattr(ccxt, name)("words")

    assert type(fault_of(error)) is kind


def test_a_network_error_after_an_order_leaves_its_outcome_unknown():
    fault = fault_of(ccxt.RequestTimeout("no answer"), "an-order")

    assert isinstance(fault, VenueOutcomeUnknown)
    assert fault.client_order_id == "an-order"
