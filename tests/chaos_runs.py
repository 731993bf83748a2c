"""One trader on one venue in which things go wrong, and what must hold in spite of it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import urlsplit

import numpy as np

from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.weex.order_bodies import CLOSING_SUFFIX
from alphastrike.app.discovery import available
from alphastrike.app.practice import PracticePlan, open_chaos, practice_access
from alphastrike.domain.errors import VenueError
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.domain.practice import OrderMoved
from alphastrike.domain.streams import StreamState
from alphastrike.simulator.feed import MadeFeed
from alphastrike.transport.account_mirror import ENDED, AccountMirror
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.virtual_time import run_in_simulated_time

# How an adapter's client order id comes back from the ledger: by its own spelling, or as one of two orders.
NAMES = {"hyperliquid": ClientIds().name, "weex": lambda name: name.removesuffix(CLOSING_SUFFIX)}
START_MS = 1_700_000_000_000
SYMBOL = "BTCUSDT"
TRADED_S, HEALED_WITHIN_S, EQUAL_WITHIN_S = 60, 180, 5


@dataclass
class ChaosRun:
    """What a run left behind."""

    sent: list = field(default_factory=list)
    sent_without_book: list = field(default_factory=list)
    landed: list = field(default_factory=list)
    sent_into_a_ban: int = 0
    arrived_in_a_ban: int = 0
    bans: int = 0
    healed: bool = False
    differences: list = field(default_factory=list)
    open_ends: list = field(default_factory=list)
    faults: list = field(default_factory=list)


def chaos_run(adapter_name, faults, seed, trade_every_s=3.0):
    """Trade through the faults, let everything heal, compare with the venue's ledger."""
    return run_in_simulated_time(_run(adapter_name, faults, seed, trade_every_s))


async def _run(adapter_name, faults, seed, trade_every_s):
    adapter = available("adapters")[adapter_name]()
    clock, run, chance = LoopClock(START_MS), ChaosRun(), np.random.default_rng(seed)
    feed = MadeFeed(seed, START_MS, step_ms=1_000)
    host, chaos = open_chaos(PracticePlan(adapter.dialect, seed), feed, faults)
    host.exchange.listen(lambda event: _note(event, run))
    running = asyncio.create_task(host.run(clock))
    states = {}
    access = practice_access(host, clock, seed)
    watching = Watching(access.sender, lambda: connection.websocket.book_state(SYMBOL), states)
    connection = adapter.open(adapter.Config(), replace(access, sender=watching))
    await _connected(connection)
    mirror = AccountMirror(connection)
    await mirror.start()
    books = connection.websocket.order_books([SYMBOL]) if adapter.capabilities.supports_book_stream else None
    name_of = NAMES.get(adapter_name, str)
    _watch_orders(host, run, states, name_of)
    loop = asyncio.get_running_loop()
    number = 0
    while loop.time() < TRADED_S or not chaos.is_over:
        await asyncio.sleep(trade_every_s * float(chance.random()))
        if loop.time() < TRADED_S:
            number += 1
            await _trade(connection, mirror, run, chance, f"c{seed}-{number}")
    run.healed = await _healed(connection, mirror, chaos, books)
    await asyncio.sleep(EQUAL_WITHIN_S)
    run.differences = _differences(host, mirror, name_of)
    run.open_ends = _open_ends(host, mirror, name_of)
    run.sent_into_a_ban, run.bans, run.faults = watching.sent_into_a_ban, chaos.bans, chaos.started
    run.arrived_in_a_ban = chaos.requests_while_banned
    await mirror.stop()
    await connection.close()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return run


async def _connected(connection):
    while True:
        try:
            return await connection.connect()
        except VenueError:
            await asyncio.sleep(1)


def _note(event, run):
    if isinstance(event, OrderMoved) and event.change.value == "new":
        run.landed.append(event.order.order.client_order_id)


class Watching:
    """An `HttpSender` that notes in which state the book was when a request left, and whether into a ban."""

    def __init__(self, sender, state, states):
        self._sender, self._state, self._states = sender, state, states
        self.sent_into_a_ban, self._banned_until_s = 0, 0.0

    async def send(self, request, timeout_s):
        self._states[request.body or urlsplit(request.url).query.encode()] = self._state()
        loop = asyncio.get_running_loop()
        self.sent_into_a_ban += loop.time() < self._banned_until_s
        reply = await self._sender.send(request, timeout_s)
        if reply.status == 418:
            self._banned_until_s = loop.time() + float(reply.headers["retry-after"])
        return reply

    async def close(self):
        await self._sender.close()


def _watch_orders(host, run, states, name_of):
    """Every order that reaches the venue's wire, with the state of the book it needs."""
    answer = host.session.answer

    def watched(request):
        before = len(run.landed)
        reply = answer(request)
        for client_id in run.landed[before:]:
            state = states[request.body or request.query.encode()]
            reduces = any(o.client_order_id == name_of(client_id) and o.reduce_only for o in run.sent)
            if state is not StreamState.LIVE and not reduces:
                run.sent_without_book.append((client_id, state))
        return reply

    host.session.answer = watched


async def _trade(connection, mirror, run, chance, client_id):
    """A market order, a resting limit order, a stop, or the cancellation of one."""
    open_ids = [key for key, each in mirror.orders.items() if each.state is OrderState.WORKING]
    kind = int(chance.integers(5))
    if kind == 4 and open_ids:
        await mirror.cancel(open_ids[0])
        return
    side = Side.BUY if chance.random() < 0.5 else Side.SELL
    quantity = Decimal(int(chance.integers(1, 8))) * Decimal("0.001")
    order = UnifiedOrder(SYMBOL, side, OrderType.MARKET, quantity, client_id)
    away = Decimal(int(chance.integers(5, 200)))
    if kind == 1:
        price = Decimal(60_000) - side * away
        order = UnifiedOrder(SYMBOL, side, OrderType.LIMIT, quantity, client_id, price=price)
    elif kind == 2:
        trigger = Decimal(60_000) + side * away
        order = UnifiedOrder(SYMBOL, side, OrderType.STOP_MARKET, quantity, client_id, trigger_price=trigger)
    run.sent.append(order)
    await mirror.submit(order)


async def _healed(connection, mirror, chaos, books):
    """Whether everything came back within its time once the last fault was over: book and account too."""
    for _ in range(HEALED_WITHIN_S * 2):
        await asyncio.sleep(0.5)
        is_live = books is None or connection.websocket.book_state(SYMBOL) is StreamState.LIVE
        if chaos.is_over and is_live and not mirror.in_doubt and not mirror.silent_topics:
            return True
    return False


def _differences(host, mirror, name_of):
    account = host.exchange.accounts[0]
    positions = {each.symbol: each.quantity for each in account.positions()}
    found = []
    if positions != {symbol: quantity for symbol, quantity in mirror.positions.items() if quantity}:
        found.append(("positions", positions, mirror.positions))
    wallet, believed = account.balance().wallet, sum(mirror.wallets.values(), Decimal(0))
    if abs(wallet - believed) > Decimal("1e-6"):
        found.append(("wallet", wallet, believed))
    for name, orders in _by_name(account.orders(), name_of).items():
        known = mirror.orders.get(name)
        state, filled = _whole(orders)
        believed = (_ended(known.state), known.filled_quantity) if known else None
        if name.startswith("c") and believed != (_ended(state), filled):
            found.append(("order", name, state, filled, known))
    return found


def _ended(state):
    """Cancelled or expired: the rest will not fill; venues differ in which they say of a market order."""
    return OrderState.CANCELED if state is OrderState.EXPIRED else state


def _by_name(orders, name_of):
    found = {}
    for order in orders:
        found.setdefault(name_of(order.order.client_order_id), []).append(order)
    return found


def _whole(orders):
    """State and filled quantity of an order that may be two at the venue; the one that opens speaks last."""
    closing = [one for one in orders if one.order.client_order_id.endswith(CLOSING_SUFFIX)]
    whole = next((one for one in orders if one not in closing), orders[0])
    state = whole.result.state
    if whole in closing and state is OrderState.FILLED:
        state = OrderState.CANCELED  # it closed, and never opened
    filled = sum((one.result.filled_quantity for one in orders), Decimal(0))
    if state is OrderState.WORKING and filled:
        state = OrderState.PARTIALLY_FILLED
    return state, filled


def _open_ends(host, mirror, name_of):
    """Orders that neither ended nor still work at the venue."""
    working = {
        name_of(order.order.client_order_id) for order in host.exchange.accounts[0].orders(working=True)
    }
    return [
        (client_id, each.state)
        for client_id, each in mirror.orders.items()
        if each.state not in ENDED and client_id not in working
    ]


def assert_unharmed(run):
    """The oracles of every chaos run."""
    assert run.healed, "did not heal in time"
    assert len(run.landed) == len(set(run.landed)), "an order landed twice"
    assert run.sent_without_book == []
    assert run.sent_into_a_ban == 0
    assert run.arrived_in_a_ban == 0, "more than one request reached the venue in a ban"
    assert run.differences == []
    assert run.open_ends == []
