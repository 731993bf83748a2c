"""What a person must know first of a run that ended HALTED."""

from typing import Any

from alphastrike.backtest.formatting import moment, number, percent, span
from alphastrike.domain.risk_states import Trigger

# Where the limit of a halt is set; what has no entry here is no matter of a setting.
_SETTINGS = {
    Trigger.DRAWDOWN.label: "risk.breakers.halt_drawdown",
    Trigger.DAY_LOSS.label: "risk.breakers.halt_day_loss",
    Trigger.LIQUIDATION_DISTANCE.label: "risk.liquidation_floor",
}


def halt_note(summary: dict[str, Any]) -> str | None:
    """Two sentences on a run that ended HALTED: what it means for every number, and what to do; else None."""
    states = summary["risk_states"]
    halted = states["halted"]
    if halted is None:
        return None
    started, ended = summary["start_ms"], summary["end_ms"]
    since = min(max(halted["since_ms"] or started, started), ended)
    share = (ended - since) / (ended - started) if ended > started else 1.0
    setting = _SETTINGS.get(halted["trigger"])
    moved = f" or change {setting}" if setting else ""
    return (
        f"HALTED since {moment(since)} UTC ({halted['trigger']} {number(halted['observed'], 4)}, limit "
        f"{number(halted['limit'], 4)}): nothing was opened in the last {span(ended - since)}, "
        f"{percent(share, 1)} of the run. A halt is latched and lifted by an operator alone, of whom a "
        f"backtest has none: to see what comes after, start a run there (--start){moved}; on paper or "
        "live find the cause, then `alphastrike resume`."
    )
