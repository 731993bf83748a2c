"""`alphastrike signals`: what the signals were worth."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import DataPath, End, Interval, Start, Symbols, of_market, told
from alphastrike.cli.signal_list import list_signals

signals_commands = typer.Typer(
    name="signals",
    help="What the signals say and what they are worth.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
signals_commands.command(name="list", short_help="Show which signals can vote, and why others abstain.")(
    list_signals
)
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@signals_commands.command(name="scoreboard", short_help="Rank the signals of a finished run.")
def scoreboard_command(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.", metavar="RUN")],
    as_json: Json = False,
) -> None:
    """Show every signal's and category's accuracy with its interval, weight, state, part and likeness."""
    from alphastrike.backtest.scoreboard import scoreboard
    from alphastrike.backtest.scoreboard_tables import as_dict, as_tables

    board = scoreboard(run)
    if as_json:
        typer.echo(json.dumps(as_dict(board), indent=2, allow_nan=False))
        return
    from alphastrike.backtest.console import print_tables

    print_tables(as_tables(board))


@signals_commands.command(name="headline", short_help="Best single signal against the ensemble.")
def headline_command(
    data: DataPath = None,
    symbols: Symbols = None,
    interval: Interval = None,
    start: Start = None,
    end: End = None,
    as_json: Json = False,
    config: ConfigFile = None,
) -> None:
    """Compare the best single signal with the ensemble on one history, out of sample and with intervals."""
    from alphastrike.app.config_loading import load_config

    given = [
        *of_market(data, symbols, interval, start, end),
    ]
    loaded = load_config(config, os.environ, told(given))
    from alphastrike.app.kernel_cache import use_kernel_cache
    from alphastrike.cli.attention import watched

    with watched("headline") as progress:
        use_kernel_cache()
        from alphastrike.app.headline import run_headline

        found = run_headline(loaded.config, progress)
    from alphastrike.app.headline_rows import as_dict, as_table

    if as_json:
        typer.echo(json.dumps(as_dict(found), indent=2, allow_nan=False))
        return
    from alphastrike.backtest.console import print_tables

    print_tables([as_table(found)])
