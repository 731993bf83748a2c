"""What protects is taken away last, and not before it is known what became of everything else."""

import asyncio
from decimal import Decimal

import pytest

from alphastrike.domain.commands import ApprovedOrder, CancelOrder, PlaceOrder
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.domain.outcomes import Reason
from alphastrike.live.dispatching import Dispatcher
from alphastrike.transport.virtual_time import run_in_simulated_time

OLD_STOP = UnifiedOrder(
    "BTCUSDT",
    Side.SELL,
    OrderType.STOP_MARKET,
    Decimal(1),
    "old",
    trigger_price=Decimal(90),
    reduce_only=True,
)
FLIP = UnifiedOrder("BTCUSDT", Side.SELL, OrderType.MARKET, Decimal(2), "flip")
NEW_STOP = UnifiedOrder(
    "BTCUSDT",
    Side.BUY,
    OrderType.STOP_MARKET,
    Decimal(1),
    "new",
    trigger_price=Decimal(110),
    reduce_only=True,
)
LEAVE = UnifiedOrder("BTCUSDT", Side.SELL, OrderType.MARKET, Decimal(1), "leave", reduce_only=True)
CANCEL = CancelOrder("BTCUSDT", "old", 1)


def placing(order):
    return PlaceOrder(ApprovedOrder(order, order.quantity), 2, Reason.FLIP)


class Wire:
    """A mirror's side towards the dispatcher: notes what leaves and when; doubts last until told."""

    def __init__(self):
        self.left = []
        self.in_doubt = False

    async def submit(self, order):
        self._note(order.client_order_id)

    async def cancel(self, client_id):
        self._note(f"cancel {client_id}")

    def doubts(self, symbol):
        return self.in_doubt

    def order_sent(self, client_id):
        return OLD_STOP if client_id == "old" else None

    def _note(self, what):
        self.left.append((round(asyncio.get_running_loop().time(), 1), what))


@pytest.fixture
def dispatched():
    """Send commands at once, be in doubt for so long, and send some more meanwhile."""

    def run(*commands, doubt_s=0.0, later=()):
        async def work():
            wire = Wire()
            dispatcher = Dispatcher(wire, _nothing, pytest.fail)
            wire.in_doubt = doubt_s > 0.0
            for command in commands:
                dispatcher.send(command)
            await asyncio.sleep(1.0)
            for command in later:
                dispatcher.send(command)
            await asyncio.sleep(max(0.0, doubt_s - 1.0))
            wire.in_doubt = False
            await dispatcher.settled()
            return wire.left

        return run_in_simulated_time(work())

    return run


async def _nothing(order):
    """Nothing has to be done before an order."""


def test_a_stop_is_cancelled_when_everything_else_has_gone_out(dispatched):
    left = dispatched(CANCEL, placing(FLIP), placing(NEW_STOP))

    assert [what for _, what in left] == ["flip", "new", "cancel old"]


def test_an_order_goes_before_what_another_symbol_only_takes_back(dispatched):
    left = dispatched(CancelOrder("ADAUSDT", "orphan", 3), CANCEL, placing(FLIP))

    assert [what for _, what in left] == ["flip", "cancel orphan", "cancel old"]


def test_a_stop_stays_while_nobody_knows_whether_its_position_was_turned(dispatched):
    left = dispatched(CANCEL, placing(FLIP), placing(NEW_STOP), doubt_s=20.0)

    assert [what for _, what in left] == ["flip", "new", "cancel old"]
    assert left[1][0] == 0.0
    assert left[2][0] == pytest.approx(20.0, abs=0.2)


def test_what_comes_meanwhile_does_not_wait_behind_it(dispatched):
    left = dispatched(CANCEL, placing(FLIP), doubt_s=20.0, later=(placing(LEAVE),))

    assert [what for _, what in left] == ["flip", "leave", "cancel old"]
    assert left[1][0] == pytest.approx(1.0, abs=0.2)


def test_what_is_sent_while_somebody_waits_for_the_rest_is_waited_for_too():
    async def work():
        wire = Wire()
        dispatcher = Dispatcher(wire, _nothing, pytest.fail)
        waiting = asyncio.create_task(dispatcher.settled())
        for _ in range(8):
            await asyncio.sleep(0)
            dispatcher.send(placing(FLIP))
            await asyncio.wait({asyncio.create_task(dispatcher.settled())})
        await waiting
        for turns in range(8):
            dispatcher.send(placing(FLIP))
            waiting = asyncio.create_task(dispatcher.settled())
            for _ in range(turns):
                await asyncio.sleep(0)
            dispatcher.send(placing(LEAVE))
            await waiting
            await dispatcher.settled()
        return [what for _, what in wire.left]

    left = run_in_simulated_time(work())

    assert (left.count("flip"), left.count("leave")) == (16, 8)
