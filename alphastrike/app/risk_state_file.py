"""`data/state/leverage_state.json`: the risk stage over restarts, for whoever drives it."""

from pathlib import Path
from typing import Any

from alphastrike.app.risk_panel import panel_of
from alphastrike.app.state_file import Found, read_state, write_state
from alphastrike.backtest.summary import plain_value
from alphastrike.domain.errors import ConfigError
from alphastrike.risk.books import Desk
from alphastrike.risk.saved_state import SCHEMA, halt_without_state, restore_state, saved_state

STATE_FILE = "leverage_state.json"


def save_risk(desk: Desk, symbols: tuple[str, ...], at_ms: int, folder: Path) -> None:
    """Write the desk's risk state to the folder, whole or not at all."""
    state = saved_state(desk, symbols, at_ms)
    write_state(folder / STATE_FILE, state | {"panel": plain_value(panel_of(desk, at_ms))})


def load_risk(desk: Desk, now_ms: int, folder: Path, *, first_start: bool = False) -> str | None:
    """Bring the desk back to the saved risk state before its first close; returns what was wrong, if so.

    Anything but a whole state of this schema means HALTED at the lowest leverage. A folder without
    any state is a `ConfigError` unless the caller says this is the `first_start`.
    """
    found = read_state(folder / STATE_FILE, SCHEMA)
    if found.is_first_start:
        if not first_start:
            raise ConfigError(
                f"{folder / STATE_FILE}: observed no saved risk state, allowed one, or a start that says it "
                "is the first; a lost state must not become a fresh one"
            )
        return None
    if found.state is None:
        halt_without_state(desk, now_ms, _known_peak(found))
        return found.fault
    before = desk.snapshot()
    try:
        restore_state(desk, found.state)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        desk.restore(before)
        halt_without_state(desk, now_ms, _known_peak(found))
        return f"{folder / STATE_FILE}: {error}"
    return None


class RiskKeeper:
    """Writes the desk's risk state whenever something in it matters anew to the next start."""

    def __init__(self, desk: Desk, symbols: tuple[str, ...], folder: Path) -> None:
        """Keep this desk's state in this folder."""
        self._desk = desk
        self._symbols = symbols
        self._folder = folder
        self._kept: tuple[float, int, bytes] | None = None

    def keep(self, at_ms: int) -> None:
        """Write if leverage, the breaker or a position is not what it was at the last writing."""
        desk = self._desk
        now = (
            float(desk.state[0]["leverage"]),
            int(desk.breaker[0]["state"]),
            desk.positions["lots"].tobytes(),
        )
        if now != self._kept:
            save_risk(desk, self._symbols, at_ms, self._folder)
            self._kept = now


def _known_peak(found: Found) -> float:
    """The highest equity peak any whole copy knows, NaN for none."""
    peaks = [_peak(state) for state in found.older]
    return max((peak for peak in peaks if peak == peak), default=float("nan"))  # noqa: PLR0124 - NaN is out


def _peak(state: dict[str, Any]) -> float:
    peak = (state.get("account") or {}).get("equity_peak")
    return float(peak) if isinstance(peak, int | float) else float("nan")
