"""Exporting a store in a test: what was asked for, carried out, and read back."""

import json
from pathlib import Path
from typing import Any

from alphastrike.app.trace_export import Wish, export_traces
from alphastrike.traces.config import TracesConfig


def exported(place: Path, out: Path, **wish: Any) -> dict[str, Any]:
    """What an export of the store at a place says of itself."""
    settings = TracesConfig(path=place)
    return export_traces(settings, Wish(**wish), out, lambda _done, _total: None)


def records(place: Path, out: Path, **wish: Any) -> list[dict[str, Any]]:
    """Every record of an export without splits, nothing redacted unless asked."""
    exported(place, out, **({"split": "1/0/0", "redact": "none"} | wish))
    return [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]
