"""Live sessions on a practice exchange, over the wire of each venue, in simulated time."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.app.discovery import available
from alphastrike.app.live_entry import LiveTerms
from alphastrike.app.paper_files import journal_path
from alphastrike.app.parity import parity
from alphastrike.app.retrace import verify_journal
from alphastrike.domain.errors import DataError, NotArmed, VenueRejected
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.live.journal import Journal, read_journal
from alphastrike.live.order_box import drop_order
from alphastrike.live.told import STOP, STOP_WHEN_FLAT
from alphastrike.simulator.faults import CATALOGUE, random_plan
from alphastrike.transport.virtual_time import run_in_simulated_time
from alphastrike.transport.wire import SendFailed
from tests.live_runs import SYMBOLS, assert_unharmed, believed, kill_run, on_ground, until
from tests.mortal import Process

# Nobody can protect a position in a symbol that is no longer listed. A position that was taken away halts
# trading until an operator resumes, and a day without orders tries nothing.
_ENDS = {"delisting", "liquidation_offline", "deleveraging_offline"}
SURVIVABLE = tuple(name for name in CATALOGUE if name not in _ENDS)
ADAPTERS = sorted(
    name
    for name, load in available("adapters").items()
    if getattr(load(), "dialect", "") and load().capabilities.supports_user_streams
)


def on_the_ground(state, work, *, hours=3, name="binance", **options):
    return run_in_simulated_time(on_ground(name, state, work, hours=hours, **options))


@pytest.mark.parametrize("seed", [1])
def test_a_session_killed_at_seeded_points_ends_as_the_venue_has_it(seed, tmp_path):
    run = kill_run("binance", tmp_path, seed=seed, hours=2, kills=6)

    assert run.kills == 6
    assert run.executed
    assert_unharmed(run)
    assert verify_journal(journal_path(tmp_path)).commands >= len(run.landed)


@pytest.mark.long
@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("seed", range(4))
def test_a_day_killed_fifty_times_ends_as_the_venue_has_it(name, seed, tmp_path):
    run = kill_run(name, tmp_path, seed=100 + seed, hours=24, kills=50)

    assert run.kills == 50
    assert_unharmed(run)


@pytest.mark.long
@pytest.mark.parametrize("name", ADAPTERS)
def test_a_day_of_chaos_killed_two_hundred_times_ends_as_the_venue_has_it(name, tmp_path):
    faults = random_plan(np.random.default_rng(7), 150, 24 * 3_600.0, SURVIVABLE)
    run = kill_run(name, tmp_path, seed=7, hours=24, kills=200, faults=faults)

    assert run.kills == 200
    assert_unharmed(run)


def a_person_s_order(ground, side, quantity, *, symbol="BTCUSDT", name="mine", **more):
    """Somebody at the venue's own screen."""
    ground.account.place(UnifiedOrder(symbol, side, OrderType.MARKET, Decimal(quantity), name, **more))


async def beside(ground, act, **options):
    """Run a session, do something beside it, and end it in good order."""
    session = asyncio.create_task(ground.session(Process(), hours=10, **options))
    acting = asyncio.create_task(act())
    await asyncio.wait({session, acting}, return_when=asyncio.FIRST_COMPLETED)
    if not session.done():
        acting.result()
        drop_order(ground.state, STOP)
    acting.cancel()
    return await session


def notes_of(state):
    return [record.data["text"] for record in read_journal(journal_path(state)) if record.kind == "note"]


def held(ground):
    return {each.symbol: each.quantity for each in ground.account.positions()}


def test_a_strange_position_is_not_traded_beside_unless_it_is_taken_over_and_closed(tmp_path):
    async def work(ground):
        a_person_s_order(ground, Side.BUY, "0.5")
        await asyncio.sleep(600)
        with pytest.raises(NotArmed, match=r"positions: observed BTCUSDT 0\.5"):
            await ground.session(Process(), hours=1)
        refused = len(ground.exposure.landed)

        async def closed():
            await until(ground, lambda: not held(ground))

        await beside(ground, closed, terms=LiveTerms(is_adopting=True))
        return ground, refused

    ground, refused = on_the_ground(tmp_path, work)

    assert refused == 1  # the person's own
    assert any("adopted" in note for note in notes_of(tmp_path))
    assert believed(tmp_path) == (pytest.approx(float(ground.account.balance().wallet), abs=0.01), {})


def test_what_a_person_does_at_the_venue_is_booked_explained_and_never_left_without_a_stop(tmp_path):
    async def work(ground):
        async def act():
            await until(ground, lambda: "BTCUSDT" in held(ground))
            quantity = held(ground)["BTCUSDT"]
            side = Side.SELL if quantity > 0 else Side.BUY
            a_person_s_order(ground, side, abs(quantity), name="close", reduce_only=True)
            await asyncio.sleep(30)
            a_person_s_order(ground, Side.BUY, "0.7", symbol="BTCUSDT", name="open")
            await asyncio.sleep(30)

        await beside(ground, act)
        return ground

    ground = on_the_ground(tmp_path, work)

    assert sum("by an order that is not ours" in note for note in notes_of(tmp_path)) == 2
    assert ground.exposure.longest_s <= 5.0
    wallet, quantities = believed(tmp_path)
    assert quantities == held(ground)
    assert wallet == pytest.approx(float(ground.account.balance().wallet), abs=0.01)


def test_an_order_somebody_leaves_at_the_venue_is_named_once_and_left_alone(tmp_path):
    async def work(ground):
        async def act():
            await until(ground, lambda: held(ground).get("BTCUSDT"), longest_s=9_000)
            ground.account.place(
                UnifiedOrder(
                    "BTCUSDT", Side.BUY, OrderType.LIMIT, Decimal("0.5"), "theirs", price=Decimal(20_000)
                )
            )
            await asyncio.sleep(400)

        await beside(ground, act)
        return [each.order.client_order_id for each in ground.account.orders("BTCUSDT", working=True)]

    assert "theirs" in on_the_ground(tmp_path, work, hours=9)
    strange = [text for text in notes_of(tmp_path) if "not ours" in text]
    assert strange == ["BTCUSDT: order theirs at the venue is not ours: left alone"]


def test_a_position_whose_stop_the_venue_refuses_is_closed_at_once(tmp_path):
    async def work(ground):
        place = ground.account.place

        def no_stops(order):
            if order.order_type is OrderType.STOP_MARKET:
                raise VenueRejected("stops are not taken today")
            return place(order)

        ground.account.place = no_stops

        async def act():
            await until(ground, lambda: len(ground.account.fills()) >= 2)
            await asyncio.sleep(20)

        await beside(ground, act)
        return ground

    ground = on_the_ground(tmp_path, work)

    assert held(ground) == {}
    assert ground.exposure.longest_s <= 5.0
    assert believed(tmp_path)[1] == {}


async def closed_by_a_person_and_stopped(ground, around=None):
    """A session told to stop right after somebody closed its position, whose stop then protects nothing."""

    async def act():
        await until(ground, lambda: held(ground))
        for symbol, quantity in held(ground).items():
            side = Side.SELL if quantity > 0 else Side.BUY
            a_person_s_order(ground, side, abs(quantity), symbol=symbol, name=symbol, reduce_only=True)

    await beside(ground, act, around=around)


def working(ground):
    return [each for symbol in SYMBOLS for each in ground.account.orders(symbol, working=True)]


def test_a_session_that_ends_flat_leaves_no_order_behind(tmp_path):
    async def work(ground):
        await closed_by_a_person_and_stopped(ground)
        return held(ground), working(ground)

    assert on_the_ground(tmp_path, work) == ({}, [])
    assert any("protects no position any more" in note for note in notes_of(tmp_path))
    assert list(read_journal(journal_path(tmp_path)))[-1].kind == "end"


class _RefusingCancels:
    def __init__(self, sender):
        self._sender = sender
        self.close = sender.close

    async def send(self, request, timeout_s):
        if request.method == "DELETE":
            raise SendFailed("cannot connect", was_sent=False)
        return await self._sender.send(request, timeout_s)


def test_an_order_that_cannot_be_taken_back_at_the_end_is_known_to_the_next_start(tmp_path):
    async def work(ground):
        def around(access):
            return replace(access, sender=_RefusingCancels(access.sender))

        await closed_by_a_person_and_stopped(ground, around)
        left, kind = working(ground), list(read_journal(journal_path(tmp_path)))[-1].kind

        async def nothing():
            await asyncio.sleep(30)

        await beside(ground, nothing)
        return bool(left), kind == "end", working(ground)

    assert on_the_ground(tmp_path, work) == (True, False, [])


def test_a_person_takes_the_controls_whether_or_not_the_process_runs(tmp_path):
    async def work(ground):
        seen = {}

        async def act():
            await until(ground, lambda: held(ground))
            drop_order(ground.state, "flatten")
            await asyncio.sleep(15)
            seen["after flatten"] = held(ground)
            fills = len(ground.account.fills())
            await asyncio.sleep(1_800)
            seen["halted"] = len(ground.account.fills()) == fills

        await beside(ground, act)
        drop_order(ground.state, "resume")

        async def again():
            await until(ground, lambda: held(ground), longest_s=4 * 3_600)
            drop_order(ground.state, STOP_WHEN_FLAT)
            await asyncio.sleep(600)
            raise AssertionError("it did not end by itself")

        await beside(ground, again)
        seen["at the end"] = held(ground)
        return seen

    assert on_the_ground(tmp_path, work, hours=9) == {"after flatten": {}, "halted": True, "at the end": {}}
    assert list(read_journal(journal_path(tmp_path)))[-1].kind == "end"


def test_a_live_run_and_the_simulated_venue_decide_the_same_on_the_same_closes(tmp_path):
    async def work(ground):
        await ground.session(Process(), hours=2)

    on_the_ground(tmp_path, work)

    found = {each.cause: each for each in parity(tmp_path)}
    assert list(found) == ["data", "signal", "order", "fill", "fee", "latency", "funding"]
    assert (found["data"].differing, found["data"].compared) == (0, 24)
    assert (found["signal"].differing, found["signal"].compared) == (0, 24 * 2)
    assert found["order"].compared > found["order"].differing
    assert found["fill"].compared > 0
    records = list(read_journal(journal_path(tmp_path)))
    assert sum(len(record.data["forecasts"]) for record in records if record.kind == "step") == 24 * 2


def test_a_forecast_that_is_not_the_same_is_named_by_parity(tmp_path):
    async def work(ground):
        await ground.session(Process(), hours=1)

    on_the_ground(tmp_path, work)
    path = journal_path(tmp_path)
    records, journal = list(read_journal(path)), Journal.opened(tmp_path / "other.jsonl")
    for record in records:
        for forecast in record.data.get("forecasts", ())[:1]:
            forecast[1] = -forecast[1]
        journal.append(record.kind, record.data)
    journal.close()
    journal.path.replace(path)

    found = {each.cause: each for each in parity(tmp_path)}

    assert (found["signal"].differing, found["signal"].compared) == (12, 12 * 2)
    with pytest.raises(DataError, match="forecasts differ"):
        verify_journal(path)
