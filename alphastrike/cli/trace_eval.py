"""`alphastrike traces eval`: how good a model's answers to held-out reports are."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.trace_export import AsJson, Filters, Horizon, Split, SplitBy

EVAL_EXAMPLES = "Example: alphastrike traces eval --model qwen2.5:1.5b --on test --limit 100"


def evaluate(
    config: ConfigFile = None,
    model: Annotated[str | None, typer.Option(help="Ask this model now.", metavar="NAME")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Answers as JSONL: id, and calls, text or message.", metavar="FILE")
    ] = None,
    on: Annotated[str, typer.Option("--on", help="train, val, test or all.", metavar="SPLIT")] = "test",
    limit: Annotated[int, typer.Option(help="At most so many reports; 0 for all.", min=0)] = 0,
    filters: Filters = None,
    split: Split = "80/10/10",
    split_by: SplitBy = "episode",
    horizon: Horizon = None,
    as_json: AsJson = False,
) -> None:
    """Score answers to held-out reports against what a replay found of every answer."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.trace_eval import Question, evaluate
    from alphastrike.app.trace_export import Wish
    from alphastrike.cli.attention import watched

    wish = Wish(filters=tuple(filters or ()), split=split, split_by=split_by, horizon=horizon)
    loaded = load_config(config, os.environ).config
    with watched("asking") as progress:
        found = evaluate(loaded, Question(model, answers, on, limit), wish, progress)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    typer.echo(
        f"{found['reports']} reports of {found['episodes']} episodes on {found['on']}, "
        f"{found['labelled']} labelled"
    )
    typer.echo(
        f"{'who':<24} {'valid':>7} {'agrees':>7} {'distance':>9}  {'regret':<28} value against nothing"
    )
    for row in found["scores"]:
        typer.echo(
            f"{row['who'][:24]:<24} {_share(row['valid']):>7} {_share(row['tool_agreement']):>7} "
            f"{_number(row['parameter_distance']):>9}  {_estimate(row['regret']):<28} "
            f"{_estimate(row['value'])}"
        )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _estimate(found: dict[str, Any]) -> str:
    if found["mean"] is None:
        return "-"
    if found["low"] is None:
        return f"{found['mean']:+.4f} (insufficient)"
    return f"{found['mean']:+.4f} [{found['low']:+.4f}, {found['high']:+.4f}]"
