"""`alphastrike status | stop | flatten | resume`: look at a run, and take its controls."""

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


def stop(
    state: StateFolder = STATE,
    entries: Annotated[
        bool, typer.Option("--entries", help="Go on, but open nothing any more (`resume` ends it).")
    ] = False,
    flat: Annotated[
        bool, typer.Option("--flatten", help="Close every position first, then end the process.")
    ] = False,
) -> None:
    """End the process of a state folder after the close in hand; positions stay, with their stops.

    With --entries or --flatten an order to a folder without a process waits for the next start.
    """
    from alphastrike.app.operator import order_to_stop

    typer.echo(order_to_stop(state, only_entries=entries, is_flattening=flat))


def flatten(state: StateFolder = STATE) -> None:
    """Close every position now and open nothing until `resume`; without a process the next start does it."""
    from alphastrike.app.operator import command
    from alphastrike.domain.risk_states import OperatorAction

    typer.echo(command(state, OperatorAction.FLATTEN))


def resume(state: StateFolder = STATE) -> None:
    """Let a halted or reduced run open positions again, by way of COOLDOWN; waits for the next start too."""
    from alphastrike.app.operator import command
    from alphastrike.domain.risk_states import OperatorAction

    typer.echo(command(state, OperatorAction.RESUME))


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
