"""`alphastrike signals list`: which signals can speak on a set of data."""

import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import DataPath, End, Funding, Interval, Series, Start, Symbols, of_market, told


def list_signals(
    data: DataPath = None,
    series: Series = None,
    funding: Funding = None,
    symbols: Symbols = None,
    interval: Interval = None,
    start: Start = None,
    end: End = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show for every signal how often it votes on the data, and why it abstains where it does."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.kernel_cache import use_kernel_cache

    given = [
        *of_market(data, symbols, interval, start, end),
        ("--funding", "data.funding", funding),
        ("--series", "data.series", series),
    ]
    options = told(given)
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
