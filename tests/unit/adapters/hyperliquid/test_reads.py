"""Reads of what the practice exchange never says: unified accounts, agents of others, long histories."""

import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from alphastrike.adapters.hyperliquid.account_mappers import to_fill, to_order, to_positions
from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.hyperliquid.config import HyperliquidConfig
from alphastrike.adapters.hyperliquid.mappers import to_candle, to_funding_rate, to_order_book, to_trade
from alphastrike.domain.errors import (
    BadCredentials,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
    WrongNetwork,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.simulator.host import Calm
from alphastrike.transport.wire import HttpReply
from tests.practice_hyperliquid import ADDRESS, in_practice

HOUR_MS = 3_600_000
OTHER = "0x" + "6" * 40
ORDER = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.01"), "run-1")
SPOT = {
    "coin": "@107",
    "side": "B",
    "sz": "1",
    "px": "1",
    "fee": "0",
    "time": 1,
    "oid": 1,
    "tid": 1,
    "crossed": True,
    "s": "@107",
    "t": 0,
    "i": "1m",
    "levels": [[], []],
    "fundingRate": "0",
}


class Scripted(Calm):
    """Answers some question types or actions by itself; a function answers from the question."""

    def __init__(self, **answers):
        self.answers = answers

    async def request(self, request, session):
        body = json.loads(request.body)
        kind = body.get("type") or body["action"]["type"]
        if kind not in self.answers:
            return session.answer(request)
        said = self.answers[kind]
        return HttpReply(200, json.dumps(said(body) if callable(said) else said).encode())


def scripted(work, connect=None, **answers):
    """`connect` holds what is scripted already while connecting."""

    async def run(world):
        world.host.interference = Scripted(**(connect or {}))
        connection = world.connection(**({"account_address": OTHER} if connect else {}))
        try:
            await connection.connect()
            world.host.interference = Scripted(**answers)
            return await work(connection)
        finally:
            await connection.close()

    return in_practice(run)


def test_a_unified_account_keeps_its_money_with_the_spot_balances():
    async def work(connection):
        return await connection.rest.get_balances()

    spot = {
        "balances": [
            {"coin": "USDC", "total": "894.09", "hold": "140.43"},
            {"coin": "HYPE", "total": "3", "hold": "0"},
        ]
    }
    balance = scripted(work, userAbstraction="unifiedAccount", spotClearinghouseState=spot)[0]

    assert (balance.asset, balance.wallet, balance.available) == (
        "USDC",
        Decimal("894.09"),
        Decimal("753.66"),
    )


def test_an_account_worth_nothing_has_no_balance():
    async def work(connection):
        return await connection.rest.get_balances()

    nothing = {
        "assetPositions": [],
        "marginSummary": {"accountValue": "0.0"},
        "withdrawable": "0.0",
        "time": 1,
    }

    assert scripted(work, clearinghouseState=nothing) == []


@pytest.mark.parametrize(
    ("roles", "fault"),
    [
        ({ADDRESS: {"role": "agent", "data": {"user": "0x" + "4" * 40}}}, BadCredentials),
        ({ADDRESS: {"role": "missing"}, OTHER: {"role": "user"}}, BadCredentials),
        ({ADDRESS: {"role": "missing"}, OTHER: {"role": "missing"}}, WrongNetwork),
        ({ADDRESS: {"role": "user"}, OTHER: {"role": "user"}}, BadCredentials),
    ],
)
def test_a_key_that_does_not_belong_to_the_named_account_is_refused_at_connect(roles, fault):
    async def work(_connection):
        return None

    with pytest.raises(fault) as refusal:
        scripted(work, connect={"userRole": lambda question: roles[question["user"]]})

    assert "allowed" in str(refusal.value)


def test_an_account_s_own_key_may_withdraw():
    async def work(connection):
        return await connection.rest.can_withdraw()

    assert scripted(work) is True


def test_an_agent_s_key_may_not_withdraw():
    async def run(world):
        world.host.interference = Scripted(userRole={"role": "agent", "data": {"user": OTHER}})
        connection = world.connection()
        await connection.rest.connect()
        may = await connection.rest.can_withdraw()
        await connection.close()
        return may

    assert in_practice(run) is False


def test_a_vault_is_traded_for_by_its_leaders_key():
    async def run(world):
        connection = world.connection(vault_address=OTHER)
        await connection.rest.connect()
        with pytest.raises(VenueRejected, match=r"knows no account"):
            await connection.rest.place_order(ORDER)
        user = connection.rest._account_reads.user
        await connection.close()
        return user

    assert in_practice(run) == OTHER


def test_an_address_that_is_none_is_refused_by_the_configuration():
    assert HyperliquidConfig(vault_address="0x" + "A" * 40).vault_address == "0x" + "a" * 40
    assert HyperliquidConfig().urls()[0] == "https://api.hyperliquid-testnet.xyz"
    assert HyperliquidConfig(network="mainnet").urls()[1] == "wss://api.hyperliquid.xyz/ws"
    for wrong in ({"vault_address": "0x12"}, {"network": "main"}, {"market_slippage": 1}):
        with pytest.raises(ValidationError):
            HyperliquidConfig(**wrong)


def test_funding_is_asked_for_page_by_page():
    def page(question):
        first = -(-question["startTime"] // HOUR_MS)
        hours = range(first, min(first + 500, 1_200))
        return [{"coin": "BTC", "fundingRate": "0.0001", "time": hour * HOUR_MS} for hour in hours]

    async def work(connection):
        return await connection.rest.get_funding_rates("BTCUSDT", 0, 1_100 * HOUR_MS)

    rates = scripted(work, fundingHistory=page)

    assert [rate.funding_time_ms for rate in rates] == [hour * HOUR_MS for hour in range(1_100)]
    assert {rate.interval_ms for rate in rates} == {HOUR_MS}


def test_fills_are_asked_for_page_by_page_and_each_is_told_once():
    def page(question):
        rows = range(question["startTime"], min(question["startTime"] + 2_000, 3_000))
        return [
            {
                "coin": "BTC",
                "side": "B",
                "px": "1",
                "sz": "1",
                "fee": "0",
                "crossed": True,
                "oid": 1,
                "tid": n,
                "time": n,
            }
            for n in rows
        ]

    async def work(connection):
        return await connection.rest.get_fills("BTCUSDT", 0)

    fills = scripted(work, userFillsByTime=page)

    assert [fill.fill_id for fill in fills] == [str(number) for number in range(3_000)]


@pytest.mark.parametrize(
    ("answers", "read"),
    [
        ({"l2Book": {"coin": "BTC", "time": 1, "levels": [[], []]}}, "get_ticker"),
        ({"l2Book": {"coin": "@1", "time": 1, "levels": [[], []]}}, "get_order_book"),
        ({"l2Book": None}, "get_order_book"),
    ],
)
def test_an_answer_that_says_nothing_is_no_price(answers, read):
    async def work(connection):
        with pytest.raises(VenueUnreachable):
            await getattr(connection.rest, read)("BTCUSDT")

    scripted(work, **answers)


def test_a_market_order_needs_a_quote():
    async def work(connection):
        with pytest.raises(VenueUnreachable, match="empty side"):
            await connection.rest.place_order(ORDER)

    scripted(work, l2Book={"coin": "BTC", "time": 1, "levels": [[], []]})


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("waitingForFill", OrderState.WORKING),
        ("sparkling", OrderState.UNKNOWN),
        ({"sparkling": {"oid": 7}}, OrderState.UNKNOWN),
        ({"filled": {"oid": 7, "totalSz": "0.004", "avgPx": "60000"}}, OrderState.EXPIRED),
    ],
)
def test_every_word_about_a_placed_order_has_a_state(said, state):
    async def work(connection):
        return await connection.rest.place_order(ORDER)

    answer = {"status": "ok", "response": {"type": "order", "data": {"statuses": [said]}}}

    assert scripted(work, order=answer).state is state


def test_a_cancel_refused_for_another_reason_says_so():
    async def work(connection):
        await connection.rest.place_order(
            UnifiedOrder(
                "BTCUSDT", Side.BUY, OrderType.LIMIT, Decimal("0.01"), "run-1", price=Decimal(40_000)
            )
        )
        with pytest.raises(VenueRejected, match="too busy"):
            await connection.rest.cancel_order("BTCUSDT", "run-1")

    statuses = [{"error": "The venue is too busy"}]
    scripted(
        work, cancelByCloid={"status": "ok", "response": {"type": "cancel", "data": {"statuses": statuses}}}
    )


def test_a_cancel_nobody_answered_is_an_unknown_outcome_of_that_order():
    async def work(connection):
        with pytest.raises(VenueOutcomeUnknown, match="run-1"):
            await connection.rest.cancel_order("BTCUSDT", "run-1")

    scripted(work, cancelByCloid={"status": "ok"})


def test_what_is_no_perpetual_of_the_venue_is_left_out():
    names = ClientIds().name

    mapped = [
        to_order_book(SPOT),
        to_candle(SPOT, 0),
        to_trade(SPOT),
        to_funding_rate(SPOT),
        to_order(SPOT, "open", names),
        to_fill(SPOT, "0x0", names),
    ]
    held = to_positions({"assetPositions": [{"position": {"coin": "@107", "szi": "1"}}]})

    assert mapped == [None] * 6
    assert held == []
