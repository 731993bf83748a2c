"""How a person takes the controls of a run from outside its process, and sees what is in force there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.risk_states import OperatorAction
from alphastrike.live.order_box import drop_order
from alphastrike.live.state_folder import is_owned, read_status
from alphastrike.live.told import STOP, STOP_WHEN_FLAT, operating, revoking

Row = dict[str, Any]


def active_interventions(state: Path) -> list[Row]:
    """What the process of the folder, or the last one, said is in force."""
    return list(read_status(state).get("interventions", []))


def revoke(state: Path, ids: Sequence[str], *, is_all: bool, is_veto: bool) -> list[str]:
    """Tell the running process to end these interventions, or all that are listed; returns their ids.

    `ConfigError` when nothing runs there or an id is not in force; nobody is told anything then.
    """
    if bool(ids) == is_all:
        raise ConfigError("IDS: observed both or neither of ids and --all, allowed one of them")
    if not is_owned(state):
        raise ConfigError(f"--state {state}: observed no running process, allowed the folder of one")
    active = [str(row["intervention_id"]) for row in active_interventions(state)]
    unknown = [each for each in ids if each not in active]
    if unknown:
        raise ConfigError(
            f"IDS: observed {unknown[0]!r}, allowed what is active: {', '.join(active) or 'none'}"
        )
    ending = active if is_all else list(dict.fromkeys(ids))
    if ending:
        drop_order(state, revoking(ending, is_veto=is_veto))
    return ending


def command(state: Path, action: OperatorAction) -> str:
    """Leave an operator's command for the run of a state folder; returns what comes of it, for a person."""
    return _leave(state, operating(action), action.name.lower().replace("_", " "))


def order_to_stop(state: Path, *, only_entries: bool, is_flattening: bool) -> str:
    """Leave one of the three orders to stop; returns what comes of it. `ConfigError` for two of them."""
    if only_entries and is_flattening:
        raise ConfigError("--entries, --flatten: observed both, allowed one of them")
    if only_entries:
        return command(state, OperatorAction.REDUCE_ONLY)
    if is_flattening:
        return _leave(state, STOP_WHEN_FLAT, "close every position and stop")
    if not is_owned(state):
        return f"{state}: nothing is running here"
    drop_order(state, STOP)
    return f"{state}: told to stop; `alphastrike status` shows when it has"


def _leave(state: Path, order: str, words: str) -> str:
    is_running = is_owned(state)
    drop_order(state, order)
    when = "told to" if is_running else "nothing is running here; the next start is told to"
    return f"{state}: {when} {words}"
