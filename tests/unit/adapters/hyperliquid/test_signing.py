"""Signatures equal the venue's own SDK's as numbers, and are written with all their digits."""

from decimal import Decimal

import pytest
from eth_account import Account
from hyperliquid.utils import signing as sdk
from hyperliquid.utils.types import Cloid
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.adapters.hyperliquid import actions
from alphastrike.adapters.hyperliquid.signing import (
    Envelope,
    Nonces,
    Wallet,
    connection_id,
    recover_signer,
)
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder

KEY = "0x" + "0123456789" * 6 + "0123"
WALLET = Wallet(KEY)
THEIR_WALLET = Account.from_key(KEY)
TIFS = {TimeInForce.GTC: "Gtc", TimeInForce.IOC: "Ioc", TimeInForce.GTX: "Alo"}

sizes = st.integers(1, 10**9).map(lambda lots: Decimal(lots) / 10**5)
prices = st.integers(1, 99_999).flatmap(lambda n: st.integers(-6, 2).map(lambda e: Decimal(n).scaleb(e)))
cloids = st.none() | st.integers(0, 2**128 - 1).map(lambda number: f"0x{number:032x}")
assets = st.integers(0, 250) | st.just(110_000)
addresses = st.none() | st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
envelopes = st.builds(
    Envelope,
    nonce=st.integers(1, 2**53),
    is_mainnet=st.booleans(),
    vault_address=addresses,
    expires_after=st.none() | st.integers(1, 2**53),
)


@st.composite
def orders(draw):
    """The same order as ours and as the SDK takes it, with its asset number."""
    kind = draw(st.sampled_from([OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET]))
    price, trigger, tif = draw(prices), draw(prices), draw(st.sampled_from(list(TIFS)))
    order = UnifiedOrder(
        "BTCUSDT",
        draw(st.sampled_from(list(Side))),
        kind,
        draw(sizes),
        "id",
        price=price if kind is OrderType.LIMIT else None,
        trigger_price=None if kind is OrderType.LIMIT else trigger,
        time_in_force=tif,
        reduce_only=draw(st.booleans()),
    )
    tpsl = "sl" if kind is OrderType.STOP_MARKET else "tp"
    theirs = {
        "coin": "BTC",
        "is_buy": order.side is Side.BUY,
        "sz": float(order.quantity),
        "limit_px": float(price),
        "order_type": {"limit": {"tif": TIFS[tif]}}
        if kind is OrderType.LIMIT
        else {"trigger": {"triggerPx": float(trigger), "isMarket": True, "tpsl": tpsl}},
        "reduce_only": order.reduce_only,
    }
    cloid, asset = draw(cloids), draw(assets)
    if cloid is not None:
        theirs["cloid"] = Cloid.from_str(cloid)
    ours = actions.order_wire(order, asset=asset, limit_price=price, cloid=cloid)
    return ours, sdk.order_request_to_order_wire(theirs, asset)


def is_signed_alike(action, theirs, envelope):
    signature = WALLET.sign(action, envelope)
    expected = sdk.sign_l1_action(
        THEIR_WALLET,
        theirs,
        envelope.vault_address,
        envelope.nonce,
        envelope.expires_after,
        envelope.is_mainnet,
    )
    return _numbers(signature) == _numbers(expected)


def _numbers(signature):
    return int(signature["r"], 16), int(signature["s"], 16), signature["v"]


@given(st.lists(orders(), min_size=1, max_size=4), envelopes, st.sampled_from(["na", "normalTpsl"]))
@settings(max_examples=60)
def test_orders_batches_and_triggers_are_signed_as_the_sdk_signs_them(batch, envelope, grouping):
    ours = actions.place([wire for wire, _ in batch], grouping)
    theirs = sdk.order_wires_to_order_action([wire for _, wire in batch], None, grouping)

    assert ours == theirs
    assert is_signed_alike(ours, theirs, envelope)


@pytest.mark.long
@given(st.lists(orders(), min_size=1, max_size=8), envelopes, st.sampled_from(["na", "positionTpsl"]))
@settings(max_examples=10_000)
def test_ten_thousand_batches_are_signed_as_the_sdk_signs_them(batch, envelope, grouping):
    ours = actions.place([wire for wire, _ in batch], grouping)

    assert is_signed_alike(
        ours, sdk.order_wires_to_order_action([wire for _, wire in batch], None, grouping), envelope
    )


@given(st.lists(st.tuples(assets, st.integers(1, 2**50), cloids), min_size=1, max_size=3), envelopes)
@settings(max_examples=30)
def test_cancels_are_signed_as_the_sdk_signs_them(known, envelope):
    by_number = actions.cancel([(asset, order_id) for asset, order_id, _ in known])
    named = [(asset, cloid) for asset, _, cloid in known if cloid]
    by_name = actions.cancel_by_cloid(named)

    theirs = {"type": "cancel", "cancels": [{"a": asset, "o": number} for asset, number, _ in known]}
    theirs_named = {"type": "cancelByCloid", "cancels": [{"asset": a, "cloid": c} for a, c in named]}

    assert is_signed_alike(by_number, theirs, envelope)
    assert is_signed_alike(by_name, theirs_named, envelope)


@given(orders(), st.integers(1, 2**50) | cloids.filter(bool), envelopes)
@settings(max_examples=30)
def test_replacements_are_signed_as_the_sdk_signs_them(order, known, envelope):
    ours, wire = order

    theirs = {"type": "batchModify", "modifies": [{"oid": known, "order": wire}]}

    assert is_signed_alike(actions.modify([(known, ours)]), theirs, envelope)


@given(assets, st.booleans(), st.integers(1, 50), st.none() | st.integers(1, 2**53), envelopes)
@settings(max_examples=30)
def test_account_settings_are_signed_as_the_sdk_signs_them(asset, is_cross, leverage, at_ms, envelope):
    set_leverage = actions.account_setting(
        "updateLeverage", asset=asset, is_cross=is_cross, leverage=leverage
    )
    dead_man = actions.account_setting("scheduleCancel", at_ms=at_ms)

    theirs = {"type": "updateLeverage", "asset": asset, "isCross": is_cross, "leverage": leverage}
    their_switch = {"type": "scheduleCancel"} | ({} if at_ms is None else {"time": at_ms})

    assert is_signed_alike(set_leverage, theirs, envelope)
    assert is_signed_alike(dead_man, their_switch, envelope)


def test_the_hash_of_the_published_example_is_the_published_one():
    order = UnifiedOrder(
        "ETHUSDT",
        Side.BUY,
        OrderType.LIMIT,
        Decimal("0.0147"),
        "id",
        price=Decimal("1670.1"),
        time_in_force=TimeInForce.IOC,
    )
    wire = actions.order_wire(order, asset=4, limit_price=Decimal("1670.1"), cloid=None)

    digest = connection_id(actions.place([wire]), Envelope(nonce=1677777606040, is_mainnet=True))

    assert digest.hex() == "0fcbeda5ae3c4950a548021552a4fea2226858c4453571bf3f24ba017eac2908"


@given(orders(), envelopes)
@settings(max_examples=20)
def test_the_signer_is_recovered_and_a_changed_action_is_not_its_signers(order, envelope):
    action = actions.place([order[0]])
    signature = WALLET.sign(action, envelope)
    changed = {**action, "grouping": "positionTpsl"}

    assert [len(signature["r"]), len(signature["s"])] == [66, 66]
    assert recover_signer(action, envelope, signature) == WALLET.address
    assert recover_signer(changed, envelope, signature) != WALLET.address


@pytest.mark.parametrize(
    "signature",
    [
        {},
        {"r": "0x0", "s": "0x0", "v": 27},
        {"r": "none", "s": "0x1", "v": 27},
        {"r": "0x1", "s": "0x1", "v": 99},
        {"r": None, "s": "0x1", "v": 27},
        {"r": "0x" + "f" * 80, "s": "0x1", "v": 27},
    ],
)
def test_what_is_no_signature_has_no_signer(signature):
    assert recover_signer({"type": "noop"}, Envelope(nonce=1, is_mainnet=False), signature) is None


def test_nonces_rise_even_when_the_clock_stands_still_or_falls_back():
    nonces = Nonces()

    drawn = [nonces.draw(now_ms) for now_ms in (1_000, 1_000, 900, 5_000)]

    assert drawn == [1_000, 1_001, 1_002, 5_000]


@pytest.mark.parametrize("key", ["", "0x12", "zz" * 32, "0x" + "0" * 64, "f" * 64])
def test_a_bad_key_is_refused_and_never_repeated(key):
    with pytest.raises(ConfigError) as refusal:
        Wallet(key)

    assert not key or key not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert KEY[2:] not in repr(WALLET)
