"""Short paper runs on the embedded market, with a breaker that wakes early."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.paper_entry import PaperTerms, paper_embedded
from alphastrike.app.paper_session import open_session
from alphastrike.backtest.result import RunResult
from tests.markets import EAGER, configured

HOURS = 160
DURATION_MS = HOURS * 3_600_000


def silent(_anything: object) -> None:
    """Nobody watches."""


def a_guarded_paper(
    llm: str, host: str = "http://127.0.0.1:1", *, traces: Path | None = None, **settings: Any
) -> AlphaStrikeConfig:
    """Three symbols at 1 h; two losses wake the breaker. Nobody answers at the default host."""
    ollama = {"host": host, **settings.pop("ollama", {})}
    kept = {} if traces is None else {"enabled": True, "acknowledged_terms": True, "path": str(traces)}
    return configured(
        paper={"interval": "1h", "warm_up_days": 30, "most_days": 20},
        strategy={"name": "ema_cross"},
        data={"symbols": ["BTCUSDT", "ETHUSDT", "SOLUSDT"]},
        backtest={"llm": llm},
        llm={"triggers": {"losses": 2, "cooldown_hours": 12.0}, "ollama": ollama, **settings},
        traces=kept,
        **EAGER,
    )


def on_paper(state: Path, config: AlphaStrikeConfig, say: Callable[[str], None] = silent) -> RunResult:
    """The run as `alphastrike paper --speed max` does it, gone on with where the folder has one begun."""
    session, terms = open_session(state, is_fresh=False), PaperTerms(float("inf"), DURATION_MS)
    return asyncio.run(paper_embedded(config, session, terms, silent, say))
