"""`alphastrike signals list`: which signals can speak on a set of data."""

import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from alphastrike.cli.config import ConfigFile


def list_signals(
    data: Annotated[str | None, typer.Option(help="Candle file, folder or store.", metavar="PATH")] = None,
    series: Annotated[
        str | None, typer.Option(help="Files of series beside candles.", metavar="PATH,PATH")
    ] = None,
    funding: Annotated[str | None, typer.Option(help="Funding-rate file or folder.", metavar="PATH")] = None,
    symbols: Annotated[str | None, typer.Option(help="Symbols [default: all].", metavar="A,B")] = None,
    interval: Annotated[str | None, typer.Option(help="Candle interval.", metavar="1h")] = None,
    start: Annotated[str | None, typer.Option(help="First candle open.", metavar="DATE|MS")] = None,
    end: Annotated[str | None, typer.Option(help="Last candle open, exclusive.", metavar="DATE|MS")] = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show for every signal how often it votes on the data, and why it abstains where it does."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.kernel_cache import use_kernel_cache

    given = [
        ("--data", "data.path", data),
        ("--series", "data.series", series),
        ("--funding", "data.funding", funding),
        ("--symbols", "data.symbols", symbols),
        ("--interval", "data.interval", interval),
        ("--start", "data.start", start),
        ("--end", "data.end", end),
    ]
    options: list[tuple[str, str, object]] = [option for option in given if option[2] is not None]
    loaded = load_config(config, os.environ, options).config
    use_kernel_cache()
    from alphastrike.app.signal_report import signal_report

    rows = signal_report(loaded)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row in rows:
        typer.echo(f"{row.category:<15} {row.signal:<18} {row.votes_share:>6.1%}  {row.reason}".rstrip())
    voting = {row.category for row in rows if row.votes_share > 0.0}
    able = sum(row.votes_share > 0.0 for row in rows)
    typer.echo(f"{able} of {len(rows)} signals vote, in {len(voting)} of 12 categories")
