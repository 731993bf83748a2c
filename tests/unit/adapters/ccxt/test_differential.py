"""Our WEEX adapter and ccxt read one practice ledger after the same trades, and must agree."""

import asyncio
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from alphastrike.adapters.ccxt.adapter import plugin as theirs
from alphastrike.adapters.ccxt.config import CcxtConfig
from alphastrike.adapters.weex.adapter import plugin as ours
from alphastrike.adapters.weex.dialect import plugin as dialect
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from tests.practice_wires import START_MS, in_simulated_time

# Every field in which the two differ, and why. A new difference fails; so does one that has gone.
KNOWN = {
    ("instrument", "venue"): "each carries the name of its own adapter",
    ("instrument", "liquidation_fee_rate"): "the library does not tell it",
    ("candle", "taker_buy_volume"): "the library drops the taker's volume",
    ("balance", "unrealized_pnl"): "the library's balance has no field for it",
    ("fill", "client_order_id"): "the library does not know an order through zero by one id",
    ("book", "event_time_ms"): "the answer carries no time: each takes its own clock",
}
SYMBOL, MINUTE_MS = "BTCUSDT", 60_000


async def read(rest, now_ms):
    return {
        "instrument": list(await rest.get_instruments()),
        "candle": list(await rest.get_candles(SYMBOL, MINUTE_MS, now_ms - 5 * MINUTE_MS, now_ms)),
        "balance": list(await rest.get_balances()),
        "position": list(await rest.get_positions()),
        "order": sorted(await rest.get_open_orders(SYMBOL), key=lambda one: one.client_order_id),
        "finished": [await rest.get_order(SYMBOL, name) for name in ("open", "rest", "gone", "never")],
        "fill": list(await rest.get_fills(SYMBOL, 0)),
        "book": [await rest.get_order_book(SYMBOL, 5)],
    }


@pytest.fixture(scope="module")
def answers():
    async def work(wire):
        connections = [
            ours.open(ours.Config(), wire.access),
            theirs.open(CcxtConfig(exchange="weex"), wire.access),
        ]
        for connection in connections:
            await connection.connect()
        await asyncio.sleep(
            300.5 - (wire.access.clock.now_ms() - START_MS) / 1000
        )  # the market has just moved
        rest = connections[0].rest
        market = UnifiedOrder(SYMBOL, Side.BUY, OrderType.MARKET, Decimal("0.030"), "open")
        limit = replace(market, order_type=OrderType.LIMIT, price=Decimal("50000.0"), client_order_id="rest")
        await rest.place_order(market)
        await rest.place_order(
            replace(market, side=Side.SELL, quantity=Decimal("0.040"), client_order_id="turn")
        )
        await rest.place_order(replace(market, side=Side.SELL, client_order_id="more"))
        await rest.place_order(replace(limit, side=Side.SELL, price=Decimal("90000.0")))
        await rest.place_order(
            replace(limit, client_order_id="gone", side=Side.SELL, price=Decimal("91000.0"))
        )
        await rest.cancel_order(SYMBOL, "gone")
        now_ms = wire.exchange.now_ms
        found = [await read(connection.rest, now_ms) for connection in connections]
        for connection in connections:
            await connection.close()
        return found

    return in_simulated_time(dialect, work, step_ms=25_000)


def differences(mine, other):
    for kind in mine:
        assert len(mine[kind]) == len(other[kind]), kind
        for left, right in zip(mine[kind], other[kind], strict=True):
            if left is None or right is None:
                assert left is right, kind
                continue
            for each in fields(left):
                if getattr(left, each.name) != getattr(right, each.name):
                    yield kind, each.name, getattr(left, each.name), getattr(right, each.name)


def test_they_agree_but_for_the_reviewed_list(answers):
    found = list(differences(*answers))

    unexplained = [one for one in found if one[:2] not in KNOWN]
    assert unexplained == []
    assert {one[:2] for one in found} == set(KNOWN)
