"""`alphastrike llm list | veto | expire`: what the circuit breaker did, and an operator's word on it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from alphastrike.cli.paper import STATE, StateFolder

llm_commands = typer.Typer(
    name="llm",
    help="Interventions of the circuit breaker: list, veto, expire.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids, as listed.", metavar="IDS")]
All = Annotated[bool, typer.Option("--all", help="All that are listed.")]


@llm_commands.command("list")
def list_interventions(state: StateFolder = STATE, as_json: AsJson = False) -> None:
    """List the interventions in force in the process of a state folder, or in the last one there."""
    from alphastrike.app.operator import active_interventions

    rows = active_interventions(state)
    if as_json:
        typer.echo(json.dumps(rows, indent=2, allow_nan=False))
        return
    for row in rows:
        typer.echo(_line(row))
    if not rows:
        typer.echo(f"{state}: no intervention is active")


@llm_commands.command()
def veto(ids: Ids = None, is_all: All = False, state: StateFolder = STATE, as_json: AsJson = False) -> None:
    """End interventions of a running process now, and keep the same calls out for `llm.guard.veto_hours`."""
    _tell(state, (ids or [], is_all), is_veto=True, as_json=as_json)


@llm_commands.command()
def expire(ids: Ids = None, is_all: All = False, state: StateFolder = STATE, as_json: AsJson = False) -> None:
    """End interventions of a running process now; the same calls may be made again."""
    _tell(state, (ids or [], is_all), is_veto=False, as_json=as_json)


def _tell(state: Path, which: tuple[list[str], bool], *, is_veto: bool, as_json: bool) -> None:
    from alphastrike.app.operator import revoke

    ending = revoke(state, which[0], is_all=which[1], is_veto=is_veto)
    verb = "veto" if is_veto else "expire"
    if as_json:
        typer.echo(json.dumps({"told": verb, "interventions": ending}))
    elif ending:
        typer.echo(
            f"{state}: told to {verb} {', '.join(ending)}; `alphastrike llm list` shows when it is done"
        )
    else:
        typer.echo(f"{state}: no intervention is active")


def _line(row: dict[str, Any]) -> str:
    until = datetime.fromtimestamp(row["expires_ms"] / 1000, tz=UTC)
    value = f" {row['value']:g}" if row["value"] else ""
    what = f"{row['tool']}{value}"
    return (
        f"{row['intervention_id']}  {row['symbol'] or 'account':<12} {what:<28} "
        f"until {until:%Y-%m-%d %H:%M} UTC  {row['reason']!r}"
    )
