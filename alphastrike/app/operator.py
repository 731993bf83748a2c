"""What an operator sees of interventions in force, and how one is ended from outside the process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.live.state_folder import drop_order, is_owned, read_status
from alphastrike.live.told import revoking

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
