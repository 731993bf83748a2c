"""A venue's dead-man switch takes what would open while nobody watches, and never a stop."""

import asyncio
from decimal import Decimal

import pytest

from alphastrike.app.discovery import available
from alphastrike.app.practice import practice_connection
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.live.dead_man import DeadManSwitch, is_to_be_armed
from alphastrike.transport.account_mirror import AccountMirror
from alphastrike.transport.virtual_time import run_in_simulated_time
from tests.live_runs import SYMBOLS, on_ground

ADAPTERS = sorted(
    name
    for name, load in available("adapters").items()
    if getattr(load(), "dialect", "") and load().capabilities.supports_dead_man_switch
)


def an_entry(name, price):
    return UnifiedOrder("BTCUSDT", Side.BUY, OrderType.LIMIT, Decimal("0.5"), name, price=price)


def a_market_order(name):
    return UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.5"), name)


def a_stop(name, price):
    return UnifiedOrder(
        "BTCUSDT",
        Side.SELL,
        OrderType.STOP_MARKET,
        Decimal("0.5"),
        name,
        trigger_price=price,
        reduce_only=True,
    )


def test_a_switch_is_armed_over_entries_alone():
    entry, stop = an_entry("e", Decimal(1)), a_stop("s", Decimal(1))

    assert [is_to_be_armed(orders) for orders in ([], [entry], [stop], [entry, stop])] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("name", ADAPTERS)
def test_when_the_process_dies_an_entry_goes_and_a_stop_stays(name, tmp_path):
    async def work(ground):
        connection = practice_connection(available("adapters")[name](), ground.host, ground.clock)
        await connection.connect()
        mirror = AccountMirror(connection)
        await mirror.start()
        switch = DeadManSwitch(connection, mirror, SYMBOLS)
        far = Decimal(round(float((await connection.rest.get_ticker("BTCUSDT")).last_price) * 0.9))

        def working():
            return [each.order.order_type for each in ground.account.orders("BTCUSDT", working=True)]

        await mirror.submit(an_entry("entry-1", far))
        await switch.renew()
        await asyncio.sleep(60)  # nobody renews: the process is dead
        alone = working()

        await mirror.submit(an_entry("entry-2", far))
        await mirror.reconcile()
        await switch.renew()
        await mirror.submit(a_market_order("market-1"))
        stop = a_stop("stop-1", far)
        await switch.disarm_for(stop)
        await mirror.submit(stop)
        await asyncio.sleep(60)
        together = working()
        await mirror.stop()
        await connection.close()
        return alone, together

    alone, together = run_in_simulated_time(on_ground(name, tmp_path, work, hours=1))

    assert alone == []
    assert OrderType.STOP_MARKET in together
