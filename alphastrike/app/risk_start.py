"""What a run's risk state starts from: a saved state as an upper bound, nothing, or HALTED at the floor.

What was found goes into the run's journal, so that who lives through the journal again starts from the same.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from alphastrike.app.state_file import Found, State, read_state
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.risk.books import Desk
from alphastrike.risk.saved_state import SCHEMA, carried_to, halt_without_state, restore_state

STATE_FILE = "leverage_state.json"


@dataclass(frozen=True, slots=True)
class RiskStart:
    """A whole state as it was saved, or the `fault` that left none to use; neither is a fresh start.

    `account` beside a fault is that of the whole copy with the highest equity peak.
    """

    saved: State | None = None
    fault: str | None = None
    account: State | None = None

    def text(self) -> str:
        """As a journal keeps it; empty for a fresh start."""
        return "" if self == FRESH else json.dumps(asdict(self), sort_keys=True, allow_nan=False)

    @classmethod
    def parsed(cls, text: str) -> "RiskStart":
        """What `text` gave."""
        return cls(**json.loads(text)) if text else FRESH


FRESH = RiskStart()


def find_risk(folder: Path, *, first_start: bool = False) -> RiskStart:
    """What the folder's `leverage_state.json` leaves a new run to start from.

    Without any state `ConfigError`, unless the caller knows that this is the `first_start` there.
    """
    found = read_state(folder / STATE_FILE, SCHEMA)
    if found.is_first_start:
        if not first_start:
            raise ConfigError(
                f"{folder / STATE_FILE}: observed no saved risk state where a run has been before, allowed "
                "one, or --fresh to start without: a lost state must not become a fresh one unasked"
            )
        return FRESH
    return RiskStart(found.state, found.fault, None if found.state is not None else _highest(found))


def begin_risk(desk: Desk, now_ms: int, start: RiskStart, *, is_new_account: bool = False) -> str | None:
    """Bring the desk to its start before its first close; returns what was wrong with the state, if so.

    A saved state is an upper bound: leverage and breaker are as they were or stricter, times that lie ahead
    of `now_ms` count as now. One that cannot be used means HALTED at the lowest leverage, with the
    highest peak known. With `is_new_account` the difference to the saved equity counts as cash moved:
    the drawdown is the saved one. Else the desk's equity is the same account's, later.
    """
    equity = float(desk.account[0]["equity"])
    fault, account = start.fault, start.account
    if start.saved is not None:
        before = desk.snapshot()
        try:
            saved = carried_to(start.saved, equity) if is_new_account else start.saved
            restore_state(desk, saved, now_ms)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            desk.restore(before)
            fault, account = f"{STATE_FILE}: {error}", start.saved.get("account")
    if fault is not None:
        known = {"account": account} if isinstance(account, dict) else None
        if known is not None and is_new_account and _peak(known) > 0.0:
            known = carried_to(known, equity)
        halt_without_state(desk, now_ms, float("nan") if known is None else _peak(known))
    return fault


def told_start(desk: Desk, start: RiskStart, fault: str | None) -> str | None:
    """What a person must know of a start that is not fresh, one line; None for a fresh one."""
    leverage, breaker = float(desk.state[0]["leverage"]), desk.breaker[0]
    if fault is not None:
        return (
            f"risk state unusable: {fault}; HALTED at {leverage:g}x: no new position until "
            "`alphastrike resume`; --fresh starts without it"
        )
    if start == FRESH:
        return None
    state, trigger = RiskState(int(breaker["state"])), Trigger(int(breaker["trigger"]))
    because = "" if state is RiskState.NORMAL else f" ({trigger.label}), latched"
    return f"risk state carried over: leverage at most {leverage:g}x, breaker {state.name}{because}"


def _highest(found: Found) -> State | None:
    """The account of the whole copy with the highest equity peak, None without one."""
    known = [state for state in found.older if _peak(state) > 0.0]
    return max(known, key=_peak)["account"] if known else None


def _peak(state: State) -> float:
    account = state.get("account")
    peak = account.get("equity_peak") if isinstance(account, dict) else None
    return float(peak) if isinstance(peak, int | float) else float("nan")
