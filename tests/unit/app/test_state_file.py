"""A state file over kills, damage and time: old, new or HALTED at the floor; never a default."""

import contextlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alphastrike.app import state_file
from alphastrike.app.risk_state_file import STATE_FILE, RiskKeeper, load_risk, save_risk
from alphastrike.app.state_file import KEPT, read_state, write_state
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.risk.saved_state import saved_state
from tests.builders import START_MS
from tests.desks import a_trader

SCHEMA = 1
SYMBOLS = ("BTCUSDT",)


class Killed(BaseException):
    """The process is gone at this system call."""


class Dying:
    """`os` of which call number `last` never comes back; a write gets half its bytes out first."""

    def __init__(self, last: int) -> None:
        self.left = last
        self.calls: list[str] = []

    def __getattr__(self, name: str):
        real = getattr(os, name)
        if name not in ("open", "write", "fsync", "close", "replace", "unlink"):
            return real

        def call(*arguments):
            self.calls.append(name)
            self.left -= 1
            if self.left < 0:
                if name == "write":
                    real(arguments[0], arguments[1][: len(arguments[1]) // 2])
                raise Killed
            return real(*arguments)

        return call


def a_desk(leverage: float = 2.0, peak: float = 12_000.0):
    desk = a_trader(leverage=leverage).desk
    desk.account[0]["equity_peak"] = peak
    return desk


def calls_of_a_write(path: Path) -> list[str]:
    counting = Dying(10**6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_file, "os", counting)
        write_state(path, {"schema": SCHEMA, "leverage": 0.0})
    return counting.calls


@pytest.mark.parametrize("writes", [0, 1, KEPT + 2])
def test_a_kill_before_any_system_call_leaves_the_old_state_the_new_one_or_a_known_fault(tmp_path, writes):
    total = len(calls_of_a_write(tmp_path / "count" / STATE_FILE))
    outcomes = set()

    for last in range(total + 2):
        path = tmp_path / f"{last}" / STATE_FILE
        for number in range(writes):
            write_state(path, {"schema": SCHEMA, "leverage": float(number)})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(state_file, "os", Dying(last))
            with contextlib.suppress(Killed):
                write_state(path, {"schema": SCHEMA, "leverage": 99.0})

        found = read_state(path, SCHEMA)

        if found.state is not None:
            assert found.state["leverage"] in (99.0, writes - 1.0)
            outcomes.add(found.state["leverage"])
        else:
            assert writes == 0  # nothing was there before: a first start, or a fault that halts
        write_state(path, {"schema": SCHEMA, "leverage": 7.0})
        assert read_state(path, SCHEMA).state["leverage"] == 7.0
    assert 99.0 in outcomes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process to kill")
def test_really_killed_processes_leave_a_whole_state(tmp_path):
    script = """
import os, signal, sys
from pathlib import Path
from alphastrike.app import state_file

def write(path, value, last):
    pid = os.fork()
    if pid == 0:
        real, count = os, [last]
        class Dying:
            def __getattr__(self, name):
                call = getattr(real, name)
                if name not in ("open", "write", "fsync", "close", "replace", "unlink"):
                    return call
                def counted(*arguments):
                    count[0] -= 1
                    if count[0] < 0:
                        real.kill(real.getpid(), signal.SIGKILL)
                    return call(*arguments)
                return counted
        state_file.os = Dying()
        state_file.write_state(path, {"schema": 1, "leverage": value})
        real._exit(0)
    return os.waitpid(pid, 0)[1]

killed = 0
path = Path(sys.argv[1]) / "leverage_state.json"
state_file.write_state(path, {"schema": 1, "leverage": 0.0})
for last in range(40):
    before = state_file.read_state(path, 1).state["leverage"]
    killed += write(path, float(last + 1), last) != 0
    found = state_file.read_state(path, 1)
    assert found.state is not None and found.state["leverage"] in (before, last + 1.0), (last, found.fault)
print(killed)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_five_copies_are_kept_and_the_sequence_goes_on(tmp_path):
    path = tmp_path / STATE_FILE

    for number in range(9):
        write_state(path, {"schema": SCHEMA, "leverage": float(number)})

    assert len(list(tmp_path.glob("leverage_state.0*.json"))) == KEPT
    found = read_state(path, SCHEMA)
    assert found.state["sequence"] == 9
    assert [state["leverage"] for state in found.older] == [8.0, 7.0, 6.0, 5.0, 4.0]


def test_a_bot_reduced_to_two_boots_at_two(tmp_path):
    save_risk(a_desk(leverage=2.0, peak=10_000.0), SYMBOLS, START_MS, tmp_path)
    again = a_trader(leverage=0.0)

    assert load_risk(again.desk, START_MS, tmp_path) is None
    row = again.marked(100.0, volatility=0.012)  # the formula asks for 4.5

    assert row["leverage"] == 2.0


def test_the_formula_may_still_say_less_than_the_saved_leverage(tmp_path):
    save_risk(a_desk(leverage=5.0, peak=10_000.0), SYMBOLS, START_MS, tmp_path)
    again = a_trader(leverage=0.0)
    again.desk.rules[0]["base"] = 2.0  # the configuration's base, not the saved one

    load_risk(again.desk, START_MS, tmp_path)

    assert again.marked(100.0)["leverage"] == 1.2


def test_the_peak_is_never_reset_to_current_equity(tmp_path):
    save_risk(a_desk(peak=12_000.0), SYMBOLS, START_MS, tmp_path)
    again = a_trader(leverage=0.0)

    load_risk(again.desk, START_MS, tmp_path)

    assert again.marked(100.0)["drawdown"] == pytest.approx(1 - 10_000 / 12_000)


def test_a_latched_breaker_stays_latched(tmp_path):
    desk = a_desk()
    desk.breaker[0]["state"], desk.breaker[0]["trigger"] = RiskState.HALTED, Trigger.DRAWDOWN
    desk.breaker[0]["observed"] = math.nan
    save_risk(desk, SYMBOLS, START_MS, tmp_path)
    again = a_trader().desk

    load_risk(again, START_MS, tmp_path)

    assert (again.breaker[0]["state"], again.breaker[0]["trigger"]) == (RiskState.HALTED, Trigger.DRAWDOWN)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def aged(path: Path) -> None:
    state = json.loads(path.read_text())
    content = {name: value for name, value in state.items() if name not in ("checksum", "sequence")}
    write_state(path, content | {"schema": 0})


def edited(path: Path) -> None:
    path.write_text(path.read_text().replace('"leverage": 2.0', '"leverage": 9.0'))


def lost(path: Path) -> None:
    path.unlink()


def sealed_nonsense(path: Path) -> None:
    state = json.loads(path.read_text())
    content = {name: value for name, value in state.items() if name != "checksum"}
    write_state(path, content | {"leverage": None})


def listed(path: Path) -> None:
    path.write_text("[1, 2]")


@pytest.mark.parametrize("damage", [torn, emptied, aged, edited, lost, sealed_nonsense, listed])
def test_whatever_is_wrong_with_it_means_halted_at_the_floor_with_the_peak_kept(tmp_path, damage):
    save_risk(a_desk(leverage=2.0), SYMBOLS, START_MS, tmp_path)
    damage(tmp_path / STATE_FILE)
    again = a_trader(leverage=0.0).desk

    fault = load_risk(again, START_MS, tmp_path)

    assert fault
    assert (again.breaker[0]["state"], again.breaker[0]["trigger"]) == (RiskState.HALTED, Trigger.STATE_FILE)
    assert again.state[0]["leverage"] == 1.0
    assert again.account[0]["equity_peak"] == 12_000.0


def test_a_new_peak_a_new_day_and_the_last_word_are_kept_and_nothing_else_is_written(tmp_path):
    desk = a_desk()
    keeper = RiskKeeper(desk, SYMBOLS, tmp_path)
    written = []

    def keep(**terms):
        keeper.keep(START_MS, **terms)
        written.append(read_state(tmp_path / STATE_FILE, SCHEMA).state["sequence"])

    keep()
    desk.account[0]["equity"] = 11_000.0
    keep()
    desk.account[0]["equity_peak"] = 13_000.0
    keep()
    desk.account[0]["day"] += 1
    keep()
    keep()
    keep(is_last=True)

    assert written == [1, 1, 2, 3, 3, 4]
    assert read_state(tmp_path / STATE_FILE, SCHEMA).state["account"]["equity"] == 11_000.0


def test_a_first_start_must_say_so(tmp_path):
    desk = a_trader(leverage=0.0).desk

    with pytest.raises(ConfigError, match="a lost state must not become a fresh one"):
        load_risk(desk, START_MS, tmp_path)

    assert load_risk(desk, START_MS, tmp_path, first_start=True) is None
    assert desk.breaker[0]["state"] == RiskState.NORMAL


def test_a_state_says_what_is_open():
    trader = a_trader()
    trader.hold(1_000, 100.0)
    trader.marked(100.0)
    trader.decision(1.0)

    state = saved_state(trader.desk, SYMBOLS, START_MS)

    assert state["positions"] == {"BTCUSDT": {"quantity": 1.0, "entry_price": 100.0}}
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    assert np.isfinite(state["leverage"])
