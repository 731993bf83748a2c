"""`alphastrike validate`: data against what a model was trained on, as a heat map."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.exits import Exit
from alphastrike.cli.options import End, Interval, Registry, Start, Symbols, told

# The first line keeps the help's layout as it is written here.
VALIDATE_EXAMPLES = """\b
Examples:
  alphastrike validate candles/1h --reference active
  alphastrike validate candles/1h --reference 0c5eb1af52eb --html drift.html
"""


def validate(
    data: Annotated[str, typer.Argument(help="Candle file, folder, or store.", metavar="DATA")],
    reference: Annotated[
        str, typer.Option(help="Model whose reference profile judges: id or `active`.", metavar="MODEL")
    ],
    symbols: Symbols = None,
    interval: Interval = None,
    start: Start = None,
    end: End = None,
    registry: Registry = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the heat map to this page too.", metavar="FILE")
    ] = None,
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Hold candles against a model's reference profile; exit code 3 when the validator would halt now."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.kernel_cache import use_kernel_cache

    given = [
        ("DATA", "data.path", data),
        ("--symbols", "data.symbols", symbols),
        ("--interval", "data.interval", interval),
        ("--start", "data.start", start),
        ("--end", "data.end", end),
        ("--registry", "ml.registry", registry),
    ]
    options = told(given)
    loaded = load_config(config, os.environ, options)
    use_kernel_cache()
    from alphastrike.app.drift_map import drift_map, map_document, map_lines, map_page

    found = drift_map(loaded.config, reference)
    if html is not None:
        html.write_text(map_page(found), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(map_document(found), indent=2, allow_nan=False))
    else:
        for line in map_lines(found):
            typer.echo(line)
    if found.halted_now:
        raise typer.Exit(Exit.HALTED)
