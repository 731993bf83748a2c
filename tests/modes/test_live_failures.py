"""What goes wrong around a live session: each has a defined end, and no position is left bare."""

import asyncio
import errno

import pytest

from alphastrike.app.paper_files import journal_path
from alphastrike.domain.errors import NotArmed
from alphastrike.live.journal import read_journal
from alphastrike.live.order_box import drop_order
from alphastrike.live.told import STOP
from alphastrike.simulator.faults import Fault
from alphastrike.transport.virtual_time import run_in_simulated_time
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


def refused(tmp_path, *, config=CONFIG, **options):
    """What a session says that is not armed; nothing has been sent then, and nothing journaled."""

    async def work(ground):
        await asyncio.sleep(5)
        with pytest.raises(NotArmed) as fault:
            await ground.session(Process(), hours=1, config=config)
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


def test_a_damaged_risk_state_means_the_lowest_leverage_and_no_entry(tmp_path):
    (tmp_path / "leverage_state.json").write_text('{"leverage": 5.0}')

    async def work(ground):
        await ground.session(Process(), hours=0.5)
        return ground

    ground = on_the_ground(tmp_path, work)

    assert ground.exposure.landed == []
    assert any("risk state unusable" in line and "HALTED" in line for line in ground.said)
    assert {picture.leverage.leverage for picture in ground.pictures} == {CONFIG.risk.leverage.lowest}
