"""Where `risk explain` finds its panel: in a run's summary or in a saved risk state."""

import json
from pathlib import Path
from typing import Any

from alphastrike.app.state_file import read_state
from alphastrike.domain.errors import ConfigError, DataError

STATE_FILE, SCHEMA = "leverage_state.json", 1


def explained_risk(run: Path | None, state: Path | None) -> dict[str, Any]:
    """The panel of one of the two; `ConfigError` unless exactly one is named."""
    if (run is None) == (state is None):
        raise ConfigError("risk explain: allowed a run folder or --state FOLDER, one of the two")
    found = _of_run(run) if run is not None else _of_state(state or Path())
    if not isinstance(found, dict) or "limits" not in found:
        raise DataError(f"{run or state}: holds no risk panel; allowed what this version wrote")
    return found


def _of_run(run: Path) -> Any:
    path = run / "summary.json"
    if not path.is_file():
        raise ConfigError(f"{run}: no summary.json there; allowed: the folder of a finished run")
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not readable as JSON ({error}); run the backtest again") from None
    return summary.get("risk") if isinstance(summary, dict) else None


def _of_state(folder: Path) -> Any:
    found = read_state(folder / STATE_FILE, SCHEMA)
    if found.is_first_start:
        raise ConfigError(f"{folder}: no {STATE_FILE} there; allowed: a folder a driver saved its state in")
    if found.state is None:
        raise DataError(f"{found.fault}; the next start will be HALTED at the lowest leverage")
    return found.state.get("panel")
