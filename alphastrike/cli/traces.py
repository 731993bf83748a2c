"""`alphastrike traces`: what was recorded of conversations with models."""

import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.trace_eval import EVAL_EXAMPLES, evaluate
from alphastrike.cli.trace_export import EXPORT_EXAMPLES, export, merge

if TYPE_CHECKING:
    from alphastrike.app.trace_views import TracesConfig

traces_commands = typer.Typer(
    name="traces",
    help="Recorded conversations with models: status, list, show, verify, prune, export, merge, eval.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
traces_commands.command(epilog=EXPORT_EXAMPLES)(export)
traces_commands.command()(merge)
traces_commands.command("eval", epilog=EVAL_EXAMPLES)(evaluate)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@traces_commands.command()
def status(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say whether anything is recorded, where, and how much is there."""
    from alphastrike.app.trace_views import status_of

    found, banner = status_of(_settings(config))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        typer.echo(f"{name:<20} {_moment(value) if name.endswith('_ms') else value}")
    if banner:
        typer.echo(banner, err=True)


@traces_commands.command("list")
def list_traces(
    config: ConfigFile = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest first.", min=1)] = 20,
    run: Annotated[str | None, typer.Option(help="Only of this run.", metavar="RUN_ID")] = None,
    as_json: AsJson = False,
) -> None:
    """List traces, the newest recording first."""
    from alphastrike.app.trace_views import listed

    rows = listed(_settings(config), limit, run)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        who = f"{row['advisor']} ({row['cause']})" if row["cause"] else row["advisor"]
        typer.echo(f"{row['trace_id']:<28} {_moment(row['cursor_ms'])}  {who:<24} {row['triggers']}")


@traces_commands.command()
def show(
    trace: Annotated[str, typer.Argument(help="Its id, as listed.", metavar="TRACE")],
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show one trace: what was asked, every message, the calls, the verdicts, the state on both sides."""
    from alphastrike.app.trace_views import shown

    found = shown(_settings(config), trace)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        if name != "events":
            typer.echo(f"{name:<16} {json.dumps(value)}")
    for event in found["events"]:
        typer.echo(f"  {event['seq']:>4} {event['kind']:<8} {json.dumps(event['payload'])}")


@traces_commands.command()
def verify(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Hold every trace against the seal it was captured with: nothing lost, nothing changed since."""
    from alphastrike.app.trace_views import verified
    from alphastrike.cli.exits import Exit

    found = verified(_settings(config))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        for one in found["problems"]:
            typer.echo(f"{one['trace_id']} attempt {one['attempt']}: {one['what']}")
        typer.echo(
            f"{found['sealed']} trace(s) sealed, {len(found['problems'])} not as they were; "
            f"{found['unsealed']} never sealed"
        )
    if found["problems"]:
        raise typer.Exit(Exit.FAILED)


@traces_commands.command()
def prune(
    config: ConfigFile = None,
    days: Annotated[
        int | None, typer.Option(help="Remove what is older [default: traces.retention_days].", min=1)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove traces recorded longer ago than the retention."""
    from alphastrike.app.trace_views import pruned

    found = pruned(_settings(config), days, time.time_ns() // 1_000_000, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(found))
        return
    done = "would remove" if dry_run else "removed"
    typer.echo(f"{done} {found['found']} trace(s) older than {found['days']} days")


def _settings(config: ConfigFile) -> "TracesConfig":
    from alphastrike.app.config_loading import load_config

    return load_config(config, os.environ).config.traces


def _moment(value: int | None) -> str:
    if value is None:
        return "never"
    return datetime.fromtimestamp(value / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
