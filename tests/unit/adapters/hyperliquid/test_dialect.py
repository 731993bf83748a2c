"""The simulated venue checks, answers and streams as the real one does."""

import json
from decimal import Decimal

import pytest

from alphastrike.adapters.hyperliquid import actions, funding
from alphastrike.adapters.hyperliquid.signing import Envelope, Wallet
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.transport.dialect import WireRequest
from tests.practice_hyperliquid import PRIVATE_KEY, START_MS, a_host

WALLET = Wallet(PRIVATE_KEY)
LIMIT = {"a": 0, "b": True, "p": "40000", "s": "0.01", "r": False, "t": {"limit": {"tif": "Gtc"}}}
HOUR_MS = 3_600_000


@pytest.fixture
def host():
    return a_host()


def asked(host, body, path="/info", method="POST"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = host.session.answer(WireRequest(method, path, body=raw))
    return (reply.status, json.loads(reply.body)) if reply.status == 200 else (reply.status, reply.body)


def done(host, action, nonce=START_MS, wallet=WALLET, **signed):
    envelope = Envelope(nonce, is_mainnet=False, **signed)
    body = {
        "action": action,
        "nonce": nonce,
        "signature": wallet.sign(action, envelope),
        "vaultAddress": envelope.vault_address,
        "expiresAfter": envelope.expires_after,
    }
    return asked(host, body, "/exchange")[1]


def status(answer):
    return answer["response"]["data"]["statuses"][0]


def told(conversation, *texts):
    frames = [frame for text in texts for frame in conversation.hear(json.dumps(text))]
    return [json.loads(frame.text) for frame in frames]


def subscribed(conversation, **wanted):
    return told(conversation, {"method": "subscribe", "subscription": wanted})


def a_conversation(host):
    found = host.open_line(WireRequest("GET", "/ws"))
    return found.conversation


@pytest.mark.parametrize(
    ("request_", "status_code"),
    [
        ({"body": {"type": "nonsense"}}, 422),
        ({"body": {"type": "l2Book"}}, 422),
        ({"body": b"no json"}, 422),
        ({"body": [1]}, 422),
        ({"body": {"action": {}}, "path": "/exchange"}, 422),
        ({"body": {}, "path": "/elsewhere"}, 404),
        ({"body": {}, "method": "GET"}, 405),
    ],
)
def test_what_the_venue_cannot_read_is_refused_as_it_does(host, request_, status_code):
    assert asked(host, **request_)[0] == status_code
    assert host.session.converse(WireRequest("GET", "/elsewhere")).status == 404


def test_every_question_that_clients_ask_has_an_answer(host):
    user, coin = WALLET.address, "BTC"
    questions = [
        {"type": "meta"},
        {"type": "metaAndAssetCtxs", "dex": ""},
        {"type": "spotMeta"},
        {"type": "spotMetaAndAssetCtxs"},
        {"type": "perpDexs"},
        {"type": "allMids"},
        {"type": "exchangeStatus"},
        {"type": "l2Book", "coin": coin},
        {"type": "recentTrades", "coin": coin},
        {"type": "fundingHistory", "coin": coin, "startTime": 0},
        {"type": "candleSnapshot", "req": {"coin": coin, "interval": "1m", "startTime": 0, "endTime": 2**53}},
        *(
            {"type": kind, "user": user}
            for kind in (
                "clearinghouseState",
                "spotClearinghouseState",
                "openOrders",
                "frontendOpenOrders",
                "historicalOrders",
                "userFills",
                "userFunding",
                "userNonFundingLedgerUpdates",
                "userFees",
                "userRateLimit",
                "userRole",
                "userAbstraction",
                "extraAgents",
                "subAccounts",
                "maxBuilderFee",
            )
        ),
        {"type": "userFillsByTime", "user": user, "startTime": 0, "endTime": 2**53},
        {"type": "activeAssetData", "user": user, "coin": coin},
        {"type": "orderStatus", "user": user, "oid": 1},
    ]

    answers = {question["type"]: asked(host, question) for question in questions}

    assert {code for code, _ in answers.values()} == {200}
    assert answers["perpDexs"][1] == [None]
    assert answers["userAbstraction"][1] == "default"
    assert answers["orderStatus"][1] == {"status": "unknownOid"}
    assert asked(host, {"type": "l2Book", "coin": "NO"}) == (200, None)


def test_a_stranger_has_nothing_and_is_missing(host):
    stranger = "0x" + "5" * 40

    state = asked(host, {"type": "clearinghouseState", "user": stranger})[1]

    assert (state["assetPositions"], state["marginSummary"]["accountValue"]) == ([], "0.0")
    assert asked(host, {"type": "userRole", "user": stranger})[1] == {"role": "missing"}
    assert asked(host, {"type": "openOrders", "user": stranger})[1] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nonce": START_MS - 3 * 86_400_000}, "Invalid nonce"),
        ({"nonce": START_MS + 2 * 86_400_000}, "Invalid nonce"),
        ({"expires_after": START_MS - 1}, "expired"),
        ({"vault_address": "0x" + "7" * 40}, "Vault not registered"),
        ({"wallet": Wallet("0x" + "3" * 64)}, "does not exist"),
    ],
)
def test_a_request_signed_out_of_place_is_refused_whole(host, changes, words):
    answer = done(host, actions.place([LIMIT]), **changes)

    assert answer["status"] == "err"
    assert words in answer["response"]
    assert host.exchange.accounts[0].orders() == ()


def test_a_hundred_nonces_are_remembered_and_lower_ones_refused(host):
    for number in range(101):
        assert done(host, {"type": "noop"}, START_MS + number)["status"] == "ok"

    assert "duplicate" in done(host, {"type": "noop"}, START_MS + 100)["response"]
    assert "lower" in done(host, {"type": "noop"}, START_MS)["response"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"a": 99}, "Invalid asset"),
        ({"s": "0"}, "zero size"),
        ({"s": "many"}, "invalid size"),
        ({"p": "40000.5"}, "divisible by tick size"),
        ({"p": "100"}, "minimum value of $10"),
        ({"t": {"limit": {"tif": "Never"}}}, "time in force"),
        ({"t": {"trigger": {"isMarket": False, "triggerPx": "50000", "tpsl": "sl"}}}, "at a limit"),
        ({"t": {"trigger": {"isMarket": True, "triggerPx": "50000", "tpsl": "sl"}}}, "Invalid TP/SL"),
        ({"s": "100000", "p": "61000"}, "Insufficient margin"),
        ({"r": True, "p": "61000"}, "Reduce only"),
    ],
)
def test_one_order_of_a_batch_is_refused_in_the_venues_words(host, changes, words):
    answer = done(host, actions.place([LIMIT, {**LIMIT, **changes}]))

    good, bad = answer["response"]["data"]["statuses"]
    assert "resting" in good
    assert words in bad["error"]
    assert bad["error"].endswith(f"asset={changes.get('a', 0)}")


def test_settings_and_actions_it_has_not_are_refused(host):
    wrong = [
        {"type": "usdSend"},
        actions.account_setting("updateLeverage", asset=99, leverage=3),
        actions.account_setting("updateLeverage", asset=0, leverage=1_000),
        actions.account_setting("scheduleCancel", at_ms=START_MS + 10),
        actions.modify([(12345, LIMIT)]),
        actions.cancel([(0, 12345)]),
    ]

    answers = [done(host, action, START_MS + number) for number, action in enumerate(wrong)]

    assert [answer["status"] for answer in answers] == ["err"] * 4 + ["ok"] * 2
    assert all("error" in status(answer) for answer in answers[4:])


def test_an_agent_may_not_approve_and_a_builder_must_be_approved(host):
    built = {**actions.place([LIMIT]), "builder": {"b": "0x" + "8" * 40, "f": 10}}
    approval = {
        "type": "approveAgent",
        "hyperliquidChain": "Testnet",
        "signatureChainId": "0x66eee",
        "agentAddress": "0x" + "9" * 40,
        "agentName": "a",
        "nonce": START_MS,
    }
    forged = {"r": "0x1", "s": "0x1", "v": 27}

    refused = asked(host, {"action": approval, "nonce": START_MS, "signature": forged}, "/exchange")[1]

    assert done(host, built)["response"] == "Builder fee has not been approved."
    assert "Must deposit before performing actions" in refused["response"]


def test_weight_runs_out_and_comes_back_with_time(host):
    answers = [asked(host, {"type": "meta"})[0] for _ in range(61)]
    host.exchange.advance(host.exchange.now_ms + 1_000)
    light = asked(host, {"type": "allMids"})[0]

    assert answers == [200] * 60 + [429]
    assert light == 200


def test_a_socket_answers_posts_and_refuses_what_it_does_not_know(host):
    conversation = a_conversation(host)
    action, nonce = actions.place([LIMIT]), START_MS
    payload = {
        "action": action,
        "nonce": nonce,
        "signature": WALLET.sign(action, Envelope(nonce, is_mainnet=False)),
        "vaultAddress": None,
    }

    placed, book, unknown, odd, pong = told(
        conversation,
        {"method": "post", "id": 1, "request": {"type": "action", "payload": payload}},
        {
            "method": "post",
            "id": 2,
            "request": {"type": "info", "payload": {"type": "l2Book", "coin": "BTC"}},
        },
        {"method": "post", "id": 3, "request": {"type": "info", "payload": {"type": "nonsense"}}},
        {"method": "dance"},
        {"method": "ping"},
    )

    assert "resting" in status(placed["data"]["response"]["payload"])
    assert book["data"]["response"]["payload"]["data"]["coin"] == "BTC"
    assert unknown["data"]["response"]["payload"].startswith("Error")
    assert (odd["channel"], pong) == ("error", {"channel": "pong"})


def test_subscriptions_are_acknowledged_once_and_ended_once(host):
    conversation = a_conversation(host)
    wanted = {"type": "activeAssetCtx", "coin": "BTC"}
    ending = {"method": "unsubscribe", "subscription": wanted}

    first = subscribed(conversation, **wanted)
    again = subscribed(conversation, **wanted)
    wrong = [
        *subscribed(conversation, type="candle", coin="BTC", interval="7m"),
        *subscribed(conversation, type="userFills"),
        *subscribed(conversation, type="nonsense"),
    ]
    ended, twice = told(conversation, ending, ending)

    assert [frame["channel"] for frame in first] == ["subscriptionResponse", "activeAssetCtx"]
    assert again[0]["data"].startswith("Already subscribed")
    assert {frame["channel"] for frame in wrong} == {"error"}
    assert (ended["channel"], twice["channel"]) == ("subscriptionResponse", "error")


def test_every_stream_of_an_account_tells_its_story(host):
    conversation, account = a_conversation(host), host.exchange.accounts[0]
    heard = []
    host.exchange.listen(lambda event: heard.extend(conversation.tell(event)))
    user = WALLET.address
    kinds = (
        "userEvents",
        "userFills",
        "orderUpdates",
        "openOrders",
        "clearinghouseState",
        "userFundings",
        "userNonFundingLedgerUpdates",
    )
    for kind in kinds:
        subscribed(conversation, type=kind, user=user)
    for wanted in ({"type": "activeAssetCtx", "coin": "BTC"}, {"type": "allMids"}):
        subscribed(conversation, **wanted)

    account.place(UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.01"), "0x" + "ab" * 16))
    host.exchange._steps, host.exchange._next = iter(()), None  # the market stands still
    host.exchange.advance(START_MS + 9 * HOUR_MS)
    account.take_over("BTCUSDT", 59_000.0, deleveraging=False)
    mids = [json.loads(frame.text) for frame in conversation.tick(host.exchange.now_ms)]

    frames = [json.loads(frame.text) for frame in heard]
    by_channel = {}
    for frame in frames:
        by_channel.setdefault(frame["channel"], []).append(frame["data"])
    paid = by_channel["userFundings"][0]["fundings"][0]
    assert set(by_channel) >= {"user", "userFills", "orderUpdates", "openOrders", "clearinghouseState"}
    assert by_channel["userFills"][-1]["fills"][0]["liquidation"]["liquidatedUser"] == user
    assert any("funding" in data for data in by_channel["user"])
    assert Decimal(paid["usdc"]) == pytest.approx(
        funding.payment(Decimal("0.01"), account.funding()[0].mark_price, Decimal(paid["fundingRate"]))
    )
    assert Decimal(paid["szi"]) == pytest.approx(Decimal("0.01"), rel=Decimal("1e-4"))
    assert mids[0]["channel"] == "allMids"


def test_a_flipped_position_is_told_with_its_profit(host):
    account = host.exchange.accounts[0]
    for number, (side, size) in enumerate(((Side.BUY, "0.02"), (Side.SELL, "0.01"), (Side.SELL, "0.03"))):
        account.place(UnifiedOrder("BTCUSDT", side, OrderType.MARKET, Decimal(size), f"o{number}"))

    fills = asked(host, {"type": "userFills", "user": WALLET.address})[1]

    bought, sold = Decimal(fills[2]["px"]), Decimal(fills[1]["px"])
    assert [fill["dir"] for fill in fills] == ["Long > Short", "Close Long", "Open Long"]
    assert [Decimal(fill["startPosition"]) for fill in fills] == [Decimal("0.01"), Decimal("0.02"), 0]
    assert Decimal(fills[1]["closedPnl"]) == (sold - bought) * Decimal("0.01")
