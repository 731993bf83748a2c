"""`alphastrike venue`: a practice exchange on this machine, and the check of a venue's description."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from alphastrike.cli.exits import Exit

venue_commands = typer.Typer(
    name="venue",
    help="Practise on an exchange of your own, or check the description of a venue.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@venue_commands.command(short_help="Serve a practice exchange on this machine.")
def simulate(
    dialect: Annotated[str, typer.Option(help="Whose wire to speak.", metavar="NAME")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same market, keys and chaos.", min=0)] = 0,
    chaos: Annotated[
        str,
        typer.Option(help="Faults: NAME@SECONDS[+SECONDS],... or random:COUNT.", metavar="PLAN"),
    ] = "",
    data: Annotated[
        Path | None,
        typer.Option(help="Play this: candles as for a backtest, or a recorded order book.", metavar="PATH"),
    ] = None,
    symbols: Annotated[
        str, typer.Option(help="Of the recording; all if left out.", metavar="BTCUSDT,...")
    ] = "",
    interval: Annotated[
        str | None, typer.Option(help="Of the candles; the files' own if left out.", metavar="1h")
    ] = None,
    past: Annotated[int, typer.Option(help="Candles that are over when it opens.", min=0)] = 0,
    equity: Annotated[float, typer.Option(help="Money of the account, quote.", min=1)] = 100_000.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line when ready.")] = False,
) -> None:
    """Serve a practice exchange until Ctrl-C: REST and WebSocket, for any client of that venue.

    Signatures, nonces, time windows, steps and request weights are checked as the venue does. The keys
    printed open nothing but this exchange.
    """
    from alphastrike.app.kernel_cache import use_kernel_cache

    use_kernel_cache()
    from alphastrike.app.practice import PracticePlan
    from alphastrike.app.practice_feeds import Recording
    from alphastrike.app.serving import Serving, serve

    def ready(facts: dict[str, str]) -> None:
        if as_json:
            typer.echo(json.dumps(facts))
        else:
            for name, value in facts.items():
                typer.echo(f"{name:<12} {value}")

    listed = tuple(name for name in symbols.split(",") if name)
    recording = None if data is None else Recording(data, listed, interval, past)
    serve(Serving(PracticePlan(dialect, seed, equity), chaos, port, recording), ready)


@venue_commands.command(short_help="Look for what is wrong with a venue.yaml.")
def check(
    file: Annotated[
        Path, typer.Argument(help="The description; its OpenAPI document lies beside it.", metavar="FILE")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Hold a venue's description against its OpenAPI document; exit code 2 when it cannot be used.

    Every fault is told at once: its place, what is there, and what may be. Nothing is sent anywhere.
    """
    from alphastrike.app.venue_check import venue_faults

    faults = venue_faults(file)
    if as_json:
        typer.echo(json.dumps([asdict(fault) for fault in faults], indent=2))
    else:
        for fault in faults:
            typer.echo(f"{fault.place}: observed {fault.observed}, allowed {fault.allowed}")
        typer.echo(f"{file}: {len(faults) or 'no'} fault{'s' if len(faults) != 1 else ''}")
    if faults:
        raise typer.Exit(Exit.UNUSABLE_INPUT)
