"""`data/state/leverage_state.json`: the risk stage over restarts, for whoever drives it."""

from pathlib import Path

from alphastrike.app.risk_panel import panel_of
from alphastrike.app.risk_start import STATE_FILE, begin_risk, find_risk
from alphastrike.app.state_file import write_state
from alphastrike.backtest.summary import plain_value
from alphastrike.risk.books import Desk
from alphastrike.risk.saved_state import saved_state


def save_risk(desk: Desk, symbols: tuple[str, ...], at_ms: int, folder: Path) -> None:
    """Write the desk's risk state to the folder, whole or not at all."""
    state = saved_state(desk, symbols, at_ms)
    write_state(folder / STATE_FILE, state | {"panel": plain_value(panel_of(desk, at_ms))})


def load_risk(desk: Desk, now_ms: int, folder: Path, *, first_start: bool = False) -> str | None:
    """Bring the desk back to the folder's saved risk state: `find_risk`, then `begin_risk`."""
    return begin_risk(desk, now_ms, find_risk(folder, first_start=first_start))


class RiskKeeper:
    """Writes the desk's risk state whenever something in it matters anew to the next start."""

    def __init__(self, desk: Desk, symbols: tuple[str, ...], folder: Path) -> None:
        """Keep this desk's state in this folder."""
        self._desk = desk
        self._symbols = symbols
        self._folder = folder
        self._kept: tuple[float, float, int, int, bytes] | None = None

    def keep(self, at_ms: int, *, is_last: bool = False) -> None:
        """Write if leverage, peak, day, breaker or a position is not what it was at the last writing.

        The last time write anyway: the equity that the next start finds tells its drawdown.
        """
        desk, account = self._desk, self._desk.account[0]
        now = (
            float(desk.state[0]["leverage"]),
            float(account["equity_peak"]),
            int(account["day"]),
            int(desk.breaker[0]["state"]),
            desk.positions["lots"].tobytes(),
        )
        if is_last or now != self._kept:
            save_risk(desk, self._symbols, at_ms, self._folder)
            self._kept = now
