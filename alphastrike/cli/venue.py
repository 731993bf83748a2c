"""`alphastrike venue`: a practice exchange on this machine."""

import json
from typing import Annotated

import typer

venue_commands = typer.Typer(
    name="venue",
    help="Practise on an exchange of your own that speaks a venue's wire.",
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
    from alphastrike.app.serving import serve

    def ready(facts: dict[str, str]) -> None:
        if as_json:
            typer.echo(json.dumps(facts))
        else:
            for name, value in facts.items():
                typer.echo(f"{name:<12} {value}")

    serve(PracticePlan(dialect, seed, equity), chaos, port, ready)
