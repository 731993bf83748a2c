"""What speaks for a strategy before it trades an account: a backtest of its settings, or a word instead."""

import json
from pathlib import Path
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_text import config_fingerprint, frozen_config
from alphastrike.domain.errors import ConfigError
from alphastrike.live.preflight import Check

# What decides over trades; where candles and orders come from is another matter.
_DECIDES = ("strategy", "signals", "ml", "validation", "risk")
_LEAST_TRADES = 30
_ALLOWED = (
    "--validated-by RUN, a backtest of these settings on real candles whose Sharpe ratio is above 0 at its "
    f"lower bound over {_LEAST_TRADES} trades or more; or --unvalidated to trade without"
)


def evidence_check(config: AlphaStrikeConfig, run: Path | None, *, may_lack: bool) -> Check:
    """A line of the preflight; it passes without evidence where that may be lacking.

    In a backtest signals, models and references learn from the past of each bar alone: what it
    shows is out of sample as far as its settings were not chosen on the same candles.
    """
    if run is None:
        return Check("evidence", "no backtest named: not validated out of sample", _ALLOWED, passes=may_lack)
    summary = _summary(run)
    said = frozen_config((run / "config.toml").read_text(encoding="utf-8"), str(run), "a run folder")
    faults = [*_differences(said, config), *_weaknesses(summary)]
    if config_fingerprint(said) != summary.get("config_hash"):
        faults.append("a file or model that its settings name has changed since, or its version was another")
    words = f"{run}: {_told(summary)}" + ("" if not faults else "; but " + "; ".join(faults))
    return Check("evidence", words, _ALLOWED, passes=may_lack or not faults)


def _summary(run: Path) -> dict[str, Any]:
    try:
        summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
        if isinstance(summary, dict) and (run / "config.toml").is_file():
            return summary
    except (OSError, ValueError):
        pass
    raise ConfigError(f"--validated-by: observed {run}, allowed the run folder of a backtest")


def _differences(said: AlphaStrikeConfig, config: AlphaStrikeConfig) -> list[str]:
    return [
        f"its [{name}] is not this one's" for name in _DECIDES if getattr(said, name) != getattr(config, name)
    ]


def _weaknesses(summary: dict[str, Any]) -> list[str]:
    found = []
    if summary.get("is_synthetic", True):
        found.append("its market was made up")
    if summary.get("trades", 0) < _LEAST_TRADES:
        found.append(f"{summary.get('trades', 0)} trades say little")
    interval = summary.get("sharpe_interval")
    if interval is None or not interval[0] > 0.0:
        found.append("its Sharpe ratio may be 0")
    return found


def _told(summary: dict[str, Any]) -> str:
    sharpe, interval = summary.get("sharpe"), summary.get("sharpe_interval")
    if sharpe is None or interval is None:
        return f"{summary.get('trades', 0)} trades, no Sharpe ratio"
    return f"{summary['trades']} trades, Sharpe ratio {sharpe:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"
