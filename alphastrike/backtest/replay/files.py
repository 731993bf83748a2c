"""The two files of a replay, each put in place whole."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alphastrike.backtest.replay.outcomes import DecisionReplay
from alphastrike.backtest.replay.page import render_replay


def write_replay(decisions: Sequence[DecisionReplay], document: dict[str, Any], folder: Path) -> None:
    """Write `replay.json` and `replay.html`; what else lies in the folder is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    _put(folder / "replay.json", text)
    _put(folder / "replay.html", render_replay(decisions, document))


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
