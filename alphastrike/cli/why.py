"""`alphastrike why`: which stage held a bar, and by how much."""

import json
from pathlib import Path
from typing import Annotated

import typer

# The first line keeps the help's layout as it is written here.
WHY_EXAMPLES = """\b
Examples:
  alphastrike why runs/mine --at 2025-06-01T12:00 --symbol BTCUSDT
  alphastrike why runs/mine --at 1748779200000 --symbol BTCUSDT --json
"""


def why(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.", metavar="RUN")],
    at: Annotated[str, typer.Option(help="When: ISO date and time (UTC) or milliseconds.", metavar="TIME")],
    symbol: Annotated[str, typer.Option(help="Which symbol, such as BTCUSDT.", metavar="S")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Say which of the eight stages passed or halted a symbol at a time, with the numbers it judged."""
    from alphastrike.app.moments import moment_ms
    from alphastrike.backtest.why import as_dict, explain, render_lines

    explanation = explain(run, moment_ms(at, "--at"), symbol)
    if as_json:
        typer.echo(json.dumps(as_dict(explanation), indent=2, allow_nan=False))
        return
    for line in render_lines(explanation):
        typer.echo(line)
