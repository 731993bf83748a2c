"""Every recorded message of the venue is read, and what is said back says the same."""

import gzip
import json
import re
from decimal import Decimal, InvalidOperation

import pytest

from alphastrike.adapters.hyperliquid import account_natives, natives
from alphastrike.adapters.hyperliquid.account_mappers import to_balance, to_fill, to_order, to_positions
from alphastrike.adapters.hyperliquid.client_ids import ClientIds, to_cloid
from alphastrike.adapters.hyperliquid.instruments import to_assets, to_instruments
from alphastrike.adapters.hyperliquid.mappers import (
    to_candle,
    to_funding_rate,
    to_order_book,
    to_trade,
)
from alphastrike.adapters.hyperliquid.symbols import to_coin, to_symbol
from alphastrike.domain.orders import OrderState

pytestmark = pytest.mark.shared_data
NOW_MS = 2_000_000_000_000
NAMES = ClientIds().name
PLAIN_FILL = re.compile(r"(Open|Close) (Long|Short)|Long > Short|Short > Long")


@pytest.fixture(scope="module")
def wire(shared_data):
    folder = shared_data / "wire"
    return {
        "net": _read(folder / "hyperliquid_fixtures/hyperliquid_net.json.gz"),
        "nautilus": _read(folder / "hyperliquid_fixtures/nautilus_hyperliquid.json.gz"),
        "sdk": _read(folder / "hyperliquid_rest/hyperliquid_sdk_cassettes.json.gz"),
        "stream": [
            json.loads(line.split(" ", 1)[1])
            for line in gzip.open(folder / "hyperliquid_ws/hftbacktest_btcusd_20250126.gz", "rt")
        ],
    }


def test_every_book_comes_back_as_it_was(wire):
    books = [book for book in _found(wire, "levels") if "coin" in book]

    mapped = [(book, to_order_book(book)) for book in books]
    perpetual = [(native, book) for native, book in mapped if book is not None]

    assert len(perpetual) > 45
    for native, book in perpetual:
        assert says_no_less(natives.order_book(book), native)
        assert to_order_book(natives.order_book(book)) == book


def test_every_trade_comes_back_as_it_was(wire):
    prints = [entry for entry in _found(wire, "tid") if "oid" not in entry]

    mapped = [(native, to_trade(native)) for native in prints]

    assert len(mapped) > 30
    for native, trade in mapped:
        assert says_no_less(natives.trade(trade), native)
        assert to_trade(natives.trade(trade)) == trade


def test_every_candle_comes_back_as_it_was(wire):
    candles = [entry for entry in _found(wire, "T") if "o" in entry]

    mapped = [(native, to_candle(native, NOW_MS)) for native in candles]
    perpetual = [(native, candle) for native, candle in mapped if candle is not None]

    assert len(perpetual) > 20
    for native, candle in perpetual:
        assert to_candle(natives.candle(candle), NOW_MS) == candle
        assert says_no_less(natives.candle(candle, native["n"]), {**native, "T": candle.close_time_ms})


def test_every_funding_rate_comes_back_as_it_was(wire):
    rates = [entry for entry in _found(wire, "fundingRate") if "coin" in entry and "usdc" not in entry]

    mapped = [(native, to_funding_rate(native)) for native in rates]

    assert len(mapped) > 500
    for native, rate in mapped:
        back = natives.funding_rate(rate, Decimal(native.get("premium", "0")))
        assert says_no_less(back, native)
        assert to_funding_rate(back) == rate


def test_every_fill_comes_back_as_it_was(wire):
    fills = _found(wire, "crossed")

    mapped = [(native, to_fill(native, "0x0", NAMES)) for native in fills]
    perpetual = [(native, fill) for native, fill in mapped if fill is not None]

    assert len(perpetual) > 100
    for native, fill in perpetual:
        back = account_natives.fill(
            fill,
            trade_id=native.get("tid", 0),
            cloid=to_cloid(fill.client_order_id) if fill.client_order_id else None,
            start_position=Decimal(native["startPosition"]),
        )
        if not PLAIN_FILL.fullmatch(native["dir"]):  # moves between vaults and the like
            back["dir"] = native["dir"]
        assert says_no_less(back, native)
        assert to_fill({**back, "tid": native.get("tid", "")}, "0x0", NAMES) == fill


def test_every_order_and_status_is_understood(wire):
    orders = [(entry["order"], entry["status"]) for entry in _found(wire, "statusTimestamp")]
    orders += [(entry, "open") for entry in _found(wire, "limitPx") if "status" not in entry]

    mapped = [(native, to_order(native, status, NAMES)) for native, status in orders]
    perpetual = [(native, order) for native, order in mapped if order is not None]

    assert len(perpetual) > 100
    for native, order in perpetual:
        assert to_coin(order.symbol) == native["coin"]
        assert order.order_id == str(native["oid"])
        assert order.state is not OrderState.UNKNOWN
        assert 0 <= order.filled_quantity <= Decimal(native.get("origSz") or native["sz"])


def test_every_position_comes_back_as_it_was(wire):
    states = [entry for entry in _found(wire, "withdrawable") if "szi" in json.dumps(entry)]
    whole = [state for state in states if "entryPx" in json.dumps(state)]

    assert len(whole) >= 2
    for state in whole:
        held = to_positions(state)
        again = to_positions({"assetPositions": [account_natives.position(one) for one in held]})
        total = sum(
            (Decimal(entry["position"]["unrealizedPnl"]) for entry in state["assetPositions"]), Decimal(0)
        )
        assert len(held) == len(state["assetPositions"])
        assert [_core(one) for one in again] == [_core(one) for one in held]
        assert to_balance(state).unrealized_pnl == total


def test_every_listing_becomes_assets_and_instruments(wire):
    listings = [entry for entry in _found(wire, "universe") if "szDecimals" in json.dumps(entry["universe"])]
    priced = [
        entry
        for entry in _lists(wire)
        if len(entry) == 2 and isinstance(entry[0], dict) and isinstance(entry[1], list)
    ]

    mapped = [to_assets(meta) for meta in listings if "tokens" not in meta]
    instruments = [
        to_instruments(to_assets(meta, contexts), None)
        for meta, contexts in priced
        if "universe" in meta and "tokens" not in meta
    ]

    assert len(mapped) > 5
    assert all(to_symbol(asset.coin) == name for assets in mapped for name, asset in assets.items())
    assert any(found for found in instruments)


def says_no_less(ours, theirs):
    """Every key we say that the venue said too has the same value; numbers compare as numbers."""
    if isinstance(ours, dict):
        return all(key not in theirs or _is_free(key) or says_no_less(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(says_no_less, ours, theirs))
    return _number(ours) == _number(theirs)


def _is_free(key):
    """What the venue knows of orders and users that a unified value does not carry."""
    return key in {"n", "hash", "users", "closedPnl", "feeToken"}


def _number(value):
    if isinstance(value, bool) or value is None:
        return value
    try:
        return float(Decimal(value))
    except (InvalidOperation, TypeError):
        return value


def _core(position):
    return (
        position.symbol,
        position.quantity,
        position.entry_price,
        position.unrealized_pnl,
        position.margin_mode,
    )


def _read(path):
    return json.loads(gzip.open(path).read())


def _everything(wire):
    stack = [_parsed(text) for text in wire["net"].values()] + [wire["nautilus"], wire["sdk"], wire["stream"]]
    while stack:
        value = stack.pop()
        yield value
        stack += list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _found(wire, key):
    return [value for value in _everything(wire) if isinstance(value, dict) and key in value]


def _lists(wire):
    return [value for value in _everything(wire) if isinstance(value, list)]


def _parsed(text):
    """The JSON documents inside a fixture of request, answer and stream lines."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (start := _next_start(text, at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, start)
            found.append(value)
        except ValueError:
            at = start + 1
    return found


def _next_start(text, at):
    starts = [place for place in (text.find("{", at), text.find("[", at)) if place >= 0]
    return min(starts, default=-1)
