"""A connected WEEX adapter on the practice exchange, for tests."""

from dataclasses import replace
from decimal import Decimal

from alphastrike.adapters.weex.adapter import WeexConfig, plugin
from alphastrike.adapters.weex.dialect import plugin as dialect
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.transport.credentials import Credentials
from tests.practice_wires import KEY, in_simulated_time

MINUTE_MS = 60_000


def trade(work, network="live", step_ms=2_000, **credentials):
    """Run `await work(connection, wire)` with a connected adapter."""

    async def connected(wire):
        key = Credentials.of({**PARTS, **credentials})
        config = WeexConfig(network=network)
        endpoints = {name: url for name, url in wire.access.endpoints.items() if name != "network"}
        connection = plugin.open(config, replace(wire.access, credentials=key, endpoints=endpoints))
        await connection.connect()
        try:
            return await work(connection, wire)
        finally:
            await connection.close()

    return in_simulated_time(dialect, connected, step_ms=step_ms)


PARTS = {"api_key": KEY.api_key, "api_secret": "practice-secret", "passphrase": "practice-phrase"}


def an_order(identity="one", side=Side.BUY, kind=OrderType.MARKET, quantity="0.010", **changes):
    return UnifiedOrder("BTCUSDT", side, kind, Decimal(quantity), identity, **changes)


async def position(rest):
    return sum((one.quantity for one in await rest.get_positions("BTCUSDT")), Decimal(0))
