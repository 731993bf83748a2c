"""`alphastrike status | stop | replay`: look at a running process, end it, and check what it journaled."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from alphastrike.cli.exits import Exit
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


def replay(
    journal: Annotated[Path, typer.Argument(help="Journal of a paper run.", metavar="JOURNAL")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Let a fresh engine handle it again and compare every byte.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a journal back; with --verify prove that a fresh engine answers it the same, byte for byte."""
    from alphastrike.app.kernel_cache import use_kernel_cache

    use_kernel_cache()
    if not verify:
        _count(journal, as_json=as_json)
        return
    from alphastrike.app.retrace import verify_journal
    from alphastrike.domain.errors import DataError

    try:
        found = verify_journal(journal)
    except DataError as fault:
        typer.echo(f"error: {fault}", err=True)
        raise typer.Exit(Exit.FAILED) from None
    if as_json:
        typer.echo(json.dumps({"verified": True, "run_id": found.run_id, "events": found.events,
                               "commands": found.commands, "finished": found.is_finished}))  # fmt: skip
        return
    ending = "" if found.is_finished else "; the run had not ended"
    typer.echo(
        f"{journal}: run {found.run_id}: {found.events:,} events answered the same, "
        f"{found.commands:,} commands byte for byte{ending}"
    )


def _count(journal: Path, *, as_json: bool) -> None:
    from alphastrike.live.journal import read_journal

    kinds: dict[str, int] = {}
    for record in read_journal(journal):
        event: dict[str, Any] = record.data.get("event") or {}
        name = str(event.get("is", record.kind))
        kinds[name] = kinds.get(name, 0) + 1
    if as_json:
        typer.echo(json.dumps(kinds))
        return
    for name, count in sorted(kinds.items()):
        typer.echo(f"{count:>10,}  {name}")


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
