"""`alphastrike traces export | merge`: training data out of recorded conversations."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from alphastrike.cli.config import ConfigFile

EXPORT_EXAMPLES = "Example: alphastrike traces export --format kto --filter advisor=ollama --out kto"
Format = Annotated[
    str,
    typer.Option(
        help="openai-tools, prompt-completion, sharegpt, chatml, raw-jsonl, preference or kto.",
        metavar="NAME",
    ),
]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", help="Only with FIELD=VALUE; may be given more than once.", metavar="TEST"),
]
Failed = Annotated[bool, typer.Option("--include-failed", help="Also failed answers and refused calls.")]
Thinking = Annotated[bool, typer.Option("--include-thinking", help="Also what the model thought aloud.")]
MinTurns = Annotated[int, typer.Option("--min-turns", help="At least so many answers asked for.", min=1)]
Redact = Annotated[
    str, typer.Option(help="Rules: secrets, usernames, custom, parted by commas; or none.", metavar="RULES")
]
DedupeBy = Annotated[str, typer.Option("--dedupe-by", help="prompt, outcome, both or none.", metavar="WHAT")]
Split = Annotated[str, typer.Option(help="Shares of train, val and test.", metavar="A/B/C")]
SplitBy = Annotated[
    str, typer.Option("--split-by", help="episode, time (with an embargo) or decision.", metavar="WHAT")
]
Horizon = Annotated[
    str | None,
    typer.Option(
        help="How long a decision has consequences [default: 24h; 7d where a replay labels].", metavar="SPAN"
    ),
]
Out = Annotated[Path, typer.Option(help="Folder to write to.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
OUT = Path("export")


def export(
    config: ConfigFile = None,
    format: Format = "openai-tools",  # noqa: A002 - the option's name
    filters: Filters = None,
    include_failed: Failed = False,
    include_thinking: Thinking = False,
    min_turns: MinTurns = 1,
    redact: Redact = "secrets,usernames,custom",
    dedupe_by: DedupeBy = "both",
    split: Split = "80/10/10",
    split_by: SplitBy = "episode",
    horizon: Horizon = None,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """Write recorded decisions as training data."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.trace_export import Wish, export_traces
    from alphastrike.cli.attention import watched

    wish = Wish(
        format, tuple(filters or ()), include_failed, include_thinking, min_turns, redact, dedupe_by, split,
        split_by, horizon,
    )  # fmt: skip
    settings = load_config(config, os.environ).config.traces
    with watched("exporting") as progress:
        done = export_traces(settings, wish, out, progress)
    _show(done, as_json=as_json)


def merge(
    stores: Annotated[list[str], typer.Argument(help="Paths or URLs of trace stores.", metavar="STORES")],
    config: ConfigFile = None,
    format: Format = "openai-tools",  # noqa: A002 - the option's name
    filters: Filters = None,
    include_failed: Failed = False,
    include_thinking: Thinking = False,
    min_turns: MinTurns = 1,
    redact: Redact = "secrets,usernames,custom",
    dedupe_by: DedupeBy = "both",
    split: Split = "80/10/10",
    split_by: SplitBy = "episode",
    horizon: Horizon = None,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """Write the decisions of several stores as one corpus, with a manifest."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.trace_export import Wish, merge_traces
    from alphastrike.cli.attention import watched

    wish = Wish(
        format, tuple(filters or ()), include_failed, include_thinking, min_turns, redact, dedupe_by, split,
        split_by, horizon,
    )  # fmt: skip
    settings = load_config(config, os.environ).config.traces
    with watched("merging") as progress:
        done = merge_traces(stores, settings, wish, out, progress)
    _show(done, as_json=as_json)


def _show(done: dict[str, Any], *, as_json: bool) -> None:
    for one in done["unreadable"]:
        typer.echo(f"skipped {one['trace_id']}.{one['attempt']}: {one['reason']}", err=True)
    empty = [name for name, file in done["files"].items() if not file["records"]]
    if empty and done["counts"].get("records"):
        way = "" if done["split_by"] == "time" else ", and --split-by time cuts long ones with an embargo"
        typer.echo(
            f"{', '.join(empty)}: empty, of {done['episodes']} episode(s); a shorter --horizon makes more of "
            f"them{way}",
            err=True,
        )
    if as_json:
        typer.echo(json.dumps(done, indent=2))
        return
    for name, file in done["files"].items():
        typer.echo(f"{done['out']}/{name}  {file['records']} records  sha256 {file['sha256'][:12]}")
    typer.echo(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in done["counts"].items()))
