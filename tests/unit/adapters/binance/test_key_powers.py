"""Whether a key may take money out, as the spot interface tells it."""

from dataclasses import replace

import pytest

from alphastrike.adapters.binance.adapter import plugin as binance
from alphastrike.adapters.binance.config import BinanceConfig
from alphastrike.adapters.binance.dialect import plugin as dialect
from alphastrike.domain.exchange import TellsAccountTerms
from tests.practice_wires import in_simulated_time


@pytest.mark.parametrize("may", [False, True])
def test_the_venue_is_asked_what_the_key_may_do(may):
    async def work(wire):
        wire.account.key = replace(wire.account.key, may_withdraw=may)
        connection = binance.open(binance.Config(), wire.access)
        await connection.connect()
        assert isinstance(connection.rest, TellsAccountTerms)
        return await connection.rest.can_withdraw()

    assert in_simulated_time(dialect, work) is may


def test_a_network_without_a_spot_interface_is_not_asked():
    async def work(wire):
        root = wire.access.endpoints["rest_url"]
        settings = binance.Config(network="demo", rest_url=root, ws_url=wire.access.endpoints["ws_url"])
        connection = binance.open(settings, replace(wire.access, endpoints={}))
        await connection.connect()
        return await connection.rest.can_withdraw()

    assert in_simulated_time(dialect, work) is None


def test_real_money_s_keys_are_asked_about_where_the_venue_keeps_them():
    assert BinanceConfig(network="live").spot_root == "https://api.binance.com"
    assert BinanceConfig(network="demo").spot_root is None
