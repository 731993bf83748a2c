"""`alphastrike doctor`: is this place fit to run in?"""

import json
from typing import Annotated

import typer

from alphastrike.cli.exits import Exit


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Check Python, packages, the kernel cache and folders; exit code 1 when something is broken."""
    from alphastrike.app.health import Health, findings

    found = findings()
    if as_json:
        rows = [{"name": item.name, "health": item.health.value, "detail": item.detail} for item in found]
        typer.echo(json.dumps(rows, indent=2))
    else:
        for item in found:
            typer.echo(f"{item.health.value:<7} {item.name:<15} {item.detail}")
    if any(item.health is Health.BROKEN for item in found):
        raise typer.Exit(Exit.FAILED)
