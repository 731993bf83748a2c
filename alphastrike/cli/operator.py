"""`alphastrike status | stop`: look at a running process, and end it."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from alphastrike.cli.paper import STATE, StateFolder

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def status(state: StateFolder = STATE, as_json: AsJson = False) -> None:
    """Say what the process of a state folder is doing, or did last."""
    from alphastrike.live.state_folder import is_owned, read_status

    found, is_running = read_status(state), is_owned(state)
    if as_json:
        typer.echo(json.dumps({"running": is_running, **found}, indent=2, allow_nan=False))
    elif not found:
        typer.echo(f"{state}: {'starting' if is_running else 'nothing has run here'}")
    else:
        for line in _lines(found, is_running=is_running):
            typer.echo(line)


def stop(state: StateFolder = STATE) -> None:
    """End the process of a state folder after the close in hand; positions stay as they are."""
    from alphastrike.live.state_folder import drop_order, is_owned

    if not is_owned(state):
        typer.echo(f"{state}: nothing is running here")
        return
    drop_order(state, "stop")
    typer.echo(f"{state}: told to stop; `alphastrike status` shows when it has")


def _lines(found: dict[str, Any], *, is_running: bool) -> list[str]:
    positions = found["positions"]
    return [
        f"{found['title']} (process {found['pid']}, {'running' if is_running else 'not running'})",
        f"market time  {_moment(found['time_ms'] + 1)}",
        f"equity       {found['equity']:,.2f} ({found['equity'] - found['initial_equity']:+,.2f}), "
        f"drawdown {found['drawdown']:.2%}",
        f"leverage     {found['leverage']['leverage']:.2f}x",
        f"positions    {', '.join(position['symbol'] for position in positions) or 'flat'}",
        f"validator    {found['validator']}",
        *(
            f"alert        {_moment(each['event_time_ms'])}: {each['severity']}: {each['message']}"
            for each in found.get("alerts", [])
        ),
    ]


def _moment(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
