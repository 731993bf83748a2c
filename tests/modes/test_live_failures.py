"""What goes wrong around a live session: each has a defined end, and no position is left bare."""

import asyncio
import errno
from collections import Counter
from dataclasses import dataclass, replace

import pytest

from alphastrike.app.live_entry import LiveTerms
from alphastrike.app.paper_files import journal_path
from alphastrike.domain.errors import NotArmed, VenueUnreachable
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.domain.outcomes import Code, Halted
from alphastrike.live.codec import decode
from alphastrike.live.journal import read_journal
from alphastrike.live.order_box import drop_order
from alphastrike.live.told import STOP
from alphastrike.simulator.faults import Fault
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.virtual_time import run_in_simulated_time
from alphastrike.transport.wire import SendFailed
from tests.live_runs import (
    CONFIG,
    believed,
    facts_of,
    journaled_fills,
    on_ground,
    until,
)
from tests.mortal import FailingFiles, Process


def on_the_ground(state, work, *, hours=3, **options):
    return run_in_simulated_time(on_ground("binance", state, work, hours=hours, **options))


def with_stop(kind):
    return CONFIG.model_copy(update={"risk": CONFIG.risk.model_copy(update={"stop": kind})})


def refused(tmp_path, *, config=CONFIG, terms=None, prepare=None, around=None, **options):
    """What a session says that is not armed; nothing has been sent then, and nothing journaled."""

    async def work(ground):
        await asyncio.sleep(5)
        if prepare is not None:
            prepare(ground)
        with pytest.raises(NotArmed) as fault:
            await ground.session(Process(), hours=1, config=config, terms=terms, around=around)
        assert ground.exposure.landed == []
        return str(fault.value)

    words = on_the_ground(tmp_path, work, **options)
    assert not journal_path(tmp_path).exists()
    return words


def test_an_empty_account_is_not_traded(tmp_path):
    assert "free balance: observed 1.00 USDT, allowed at least 10" in refused(tmp_path, equity=1.0)


def test_a_clock_that_is_off_is_not_traded_by(tmp_path):
    words = refused(tmp_path, faults=[Fault("clock_step", 0.0, 1e9)])

    assert "clock: observed +5" in words


def test_positions_without_stops_are_not_traded(tmp_path):
    assert refused(tmp_path, config=with_stop("none")).startswith("risk.stop: observed none")


def test_real_money_is_not_traded_with_a_key_that_may_withdraw_it(tmp_path):
    def prepare(ground):
        ground.account.key = replace(ground.account.key, may_withdraw=True)

    words = refused(tmp_path, terms=LiveTerms(3_600_000, is_real_money=True), prepare=prepare)

    assert "key: observed may withdraw, allowed one that may not withdraw" in words


def test_real_money_is_not_traded_by_a_strategy_nothing_speaks_for_unless_that_is_said(tmp_path):
    words = refused(tmp_path, terms=LiveTerms(3_600_000, is_real_money=True))

    assert words.startswith("evidence: observed no backtest named")

    async def work(ground):
        await ground.session(Process(), hours=1, terms=LiveTerms(1, is_real_money=True, is_unvalidated=True))
        return ground.said

    said = on_the_ground(tmp_path, work)
    assert any(line.startswith("ok   evidence: no backtest named") for line in said)
    assert "ready after the warm-up: 2 of 2 symbols" in said


class Saying:
    """A venue that answers one path otherwise."""

    def __init__(self, sender, path, status, body):
        self._sender, self.close = sender, sender.close
        self._path, self._status, self._body = path, status, body

    async def send(self, request, timeout_s):
        reply = await self._sender.send(request, timeout_s)
        is_asked = self._path in request.url
        return replace(reply, status=self._status, body=self._body) if is_asked else reply


def test_an_account_in_hedge_mode_is_not_traded(tmp_path):
    def around(access):
        hedging = Saying(access.sender, "positionSide/dual", 200, b'{"dualSidePosition":true}')
        return replace(access, sender=hedging)

    assert "position mode: observed hedge" in refused(tmp_path, around=around)


def test_real_money_is_not_traded_where_the_venue_refuses_to_say_what_a_key_may_do(tmp_path):
    def around(access):
        body = b'{"code":-1002,"msg":"You are not authorized to execute this request."}'
        return replace(access, sender=Saying(access.sender, "apiRestrictions", 400, body))

    terms = LiveTerms(3_600_000, is_real_money=True, is_unvalidated=True)

    assert refused(tmp_path, terms=terms, around=around).startswith("key: observed not told: ")


def assert_whole(ground, state):
    """Nothing lost or booked twice, every position covered, both accounts equal."""
    wallet, quantities = believed(state)
    assert facts_of(journaled_fills(state)) == facts_of(ground.account.fills())
    assert quantities == {each.symbol: each.quantity for each in ground.account.positions()}
    assert wallet == pytest.approx(float(ground.account.balance().wallet), abs=0.01)
    assert len(ground.exposure.landed) == len(set(ground.exposure.landed))


@pytest.mark.parametrize("writes", [60])
def test_a_full_disk_ends_the_session_before_an_order_and_the_next_one_goes_on(writes, tmp_path):
    async def work(ground):
        full = FailingFiles(OSError(errno.ENOSPC, "No space left on device"), writes)
        with pytest.raises(OSError, match="No space left"):
            await ground.session(Process(), hours=9, files=full)
        landed = len(ground.exposure.landed)
        await asyncio.sleep(600)
        quiet = len(ground.exposure.landed) == landed
        covered = not ground.exposure.since_ms
        await ground.session(Process(), hours=0.5)
        return ground, quiet, covered

    ground, quiet, covered = on_the_ground(tmp_path, work)

    assert (quiet, covered) == (True, True)
    assert_whole(ground, tmp_path)


def test_a_folder_that_cannot_be_written_is_an_end_before_the_first_order(tmp_path):
    async def work(ground):
        shut = FailingFiles(OSError(errno.EROFS, "Read-only file system"), 0)
        with pytest.raises(OSError, match="Read-only"):
            await ground.session(Process(), hours=1, files=shut)
        return ground.exposure.landed

    assert on_the_ground(tmp_path, work) == []


def test_a_venue_under_maintenance_is_waited_for_and_asked_what_happened(tmp_path):
    async def work(ground):
        ending = asyncio.create_task(ground.session(Process(), hours=9))
        await until(ground, ground.account.positions, longest_s=9_000)
        for fault in ("unavailable", "liquidation_offline"):
            ground.chaos._begin(Fault(fault, 0.0, 600.0))
        await asyncio.sleep(1_200)
        drop_order(ground.state, STOP)
        await ending
        return ground

    ground = on_the_ground(tmp_path, work)

    assert_whole(ground, tmp_path)
    notes = [each.data["text"] for each in read_journal(journal_path(tmp_path)) if each.kind == "note"]
    assert any("by the venue" in note or "not ours" in note for note in notes), notes
    health = [
        event["error_rate"]
        for record in read_journal(journal_path(tmp_path))
        if record.kind == "step" and (event := record.data["event"] or {}).get("is") == "VenueHealthObserved"
    ]
    assert (max(health), health[-1]) == (1.0, 0.0)


@dataclass
class Names:
    """The network's names: while they are down nothing can be connected to."""

    down: bool = False
    refused: int = 0

    def around(self, access):
        return replace(
            access, sender=_Nameless(access.sender, self), connector=_Nameless(access.connector, self)
        )


class _Nameless:
    def __init__(self, wire, names):
        self._wire, self._names = wire, names
        self.close = getattr(wire, "close", None)

    async def send(self, request, timeout_s):
        if self._names.down:
            self._names.refused += 1
            raise SendFailed("cannot connect: ClientConnectorDNSError", was_sent=False)
        return await self._wire.send(request, timeout_s)

    async def connect(self, url, headers):
        if self._names.down:
            raise SocketClosed("cannot connect: gaierror")
        return await self._wire.connect(url, headers)


def test_names_that_cannot_be_resolved_are_waited_for(tmp_path):
    names = Names()

    async def work(ground):
        ending = asyncio.create_task(ground.session(Process(), hours=9, around=names.around))
        await until(ground, ground.account.positions, longest_s=9_000)
        names.down = True
        for line in tuple(ground.host.lines):
            ground.host.drop(line)
        await asyncio.sleep(1_800)
        names.down = False
        await asyncio.sleep(600)
        drop_order(ground.state, STOP)
        await ending
        return ground

    ground = on_the_ground(tmp_path, work)

    assert names.refused > 10
    assert_whole(ground, tmp_path)
    assert ground.exposure.longest_s <= 5.0


def test_a_journal_that_goes_on_waits_for_a_venue_out_of_reach_and_a_first_start_does_not(tmp_path):
    names = Names(down=True)

    async def work(ground):
        with pytest.raises(VenueUnreachable, match="ClientConnectorDNSError"):
            await ground.session(Process(), hours=1, around=names.around)
        names.down = False
        first = Process()
        killed = asyncio.create_task(ground.session(first, hours=9, around=names.around))
        await until(ground, ground.account.positions, longest_s=9_000)
        first.die()
        await killed
        names.down = True
        again = asyncio.create_task(ground.session(Process(), hours=9, around=names.around))
        await asyncio.sleep(900)
        tries = sum("out of reach" in line for line in ground.said)
        names.down = False
        await until(ground, lambda: sum("armed" in line for line in ground.said) == 2)
        names.down = True
        drop_order(ground.state, STOP)
        await again
        stopped = asyncio.create_task(ground.session(Process(), hours=9, around=names.around))
        await asyncio.sleep(100)
        drop_order(ground.state, STOP)
        with pytest.raises(VenueUnreachable):
            await stopped
        return tries

    assert 5 <= on_the_ground(tmp_path, work) <= 20


@pytest.mark.parametrize("name", ["binance", "hyperliquid"])
@pytest.mark.parametrize("held", [{"ETHUSDT"}, {"BTCUSDT"}, {"BTCUSDT", "ETHUSDT"}])
def test_a_symbol_that_is_not_listed_any_more_holds_up_nothing_else(name, held, tmp_path):
    async def work(ground):
        def positions():
            return {each.symbol for each in ground.account.positions()}

        running = asyncio.create_task(ground.session(Process(), hours=30))
        await until(ground, lambda: positions() == held, longest_s=36_000)
        ground.chaos._begin(Fault("delisting", 0.0, 1e9))
        drop_order(ground.state, STOP)
        await running
        before = len(ground.said)
        running = asyncio.create_task(ground.session(Process(), hours=30))
        await asyncio.sleep(600)
        drop_order(ground.state, "flatten")
        await asyncio.sleep(60)
        drop_order(ground.state, STOP)
        await running
        return ground.said[before:], positions()

    said, left = run_in_simulated_time(on_ground(name, tmp_path, work, hours=12))

    assert any("ETHUSDT: not listed any more" in line for line in said)
    assert any("armed" in line for line in said)
    assert left == held - {"BTCUSDT"}


def test_what_a_symbol_was_settled_at_after_it_was_delisted_is_adopted_with_the_wallet(tmp_path):
    async def work(ground):
        account = ground.account
        running = asyncio.create_task(ground.session(Process(), hours=30))
        await until(
            ground, lambda: {each.symbol for each in account.positions()} == {"ETHUSDT"}, longest_s=36_000
        )
        drop_order(ground.state, STOP)
        await running
        (position,) = account.positions()
        side = Side.SELL if position.quantity > 0 else Side.BUY
        settling = UnifiedOrder(
            "ETHUSDT", side, OrderType.MARKET, abs(position.quantity), "settled", reduce_only=True
        )
        account.place(settling)
        await asyncio.sleep(60)
        ground.chaos._begin(Fault("delisting", 0.0, 1e9))
        running = asyncio.create_task(ground.session(Process(), hours=30))
        await asyncio.sleep(120)
        drop_order(ground.state, STOP)
        await running
        return float(account.balance().wallet)

    wallet = on_the_ground(tmp_path, work, hours=12)

    assert believed(tmp_path) == (pytest.approx(wallet, abs=0.01), {})


class Steps:
    """This machine's clock, which somebody sets."""

    def __init__(self):
        self.ahead_ms = 0

    def around(self, access):
        clock = access.clock

        class Stepped:
            def now_ms(inner):  # noqa: N805
                return clock.now_ms() + self.ahead_ms

        return replace(access, clock=Stepped())


@pytest.mark.parametrize(
    ("ahead_ms", "code"),
    [(3_600_000, Code.STALE), (20_000, None), (-20_000, None), (-3_600_000, Code.EARLY)],
)
def test_a_clock_that_is_set_while_trading_decides_nothing_and_leaves_the_account_whole(
    ahead_ms, code, tmp_path
):
    steps = Steps()

    async def work(ground):
        ending = asyncio.create_task(ground.session(Process(), hours=9, around=steps.around))
        await until(ground, ground.account.positions, longest_s=9_000)
        steps.ahead_ms = ahead_ms
        await asyncio.sleep(1_800)
        steps.ahead_ms = 0
        await asyncio.sleep(1_800)
        drop_order(ground.state, STOP)
        await ending
        return ground

    ground = on_the_ground(tmp_path, work)

    assert_whole(ground, tmp_path)
    assert ground.exposure.longest_s <= 5.0
    outcomes = [
        decode(each)
        for record in read_journal(journal_path(tmp_path))
        if record.kind == "step"
        for each in record.data["outcomes"]
    ]
    halts = Counter(each.code for each in outcomes if isinstance(each, Halted))
    found = {each: halts[each] for each in (Code.STALE, Code.EARLY) if halts[each]}
    assert found == ({} if code is None else {code: 2 * 6})  # two symbols, six closes, and none after


def test_a_damaged_risk_state_means_the_lowest_leverage_and_no_entry(tmp_path):
    (tmp_path / "leverage_state.json").write_text('{"leverage": 5.0}')

    async def work(ground):
        await ground.session(Process(), hours=0.5)
        return ground

    ground = on_the_ground(tmp_path, work)

    assert ground.exposure.landed == []
    assert any("risk state unusable" in line and "HALTED" in line for line in ground.said)
    assert {picture.leverage.leverage for picture in ground.pictures} == {CONFIG.risk.leverage.lowest}
