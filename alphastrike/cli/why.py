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
    """Say which of the eight stages passed or halted a symbol at a time, with the numbers it judged.

    The run's market side is computed again up to that bar, from its own configuration and data: every
    feature, vote and weight of any bar, without having been stored.
    """
    from alphastrike.app.kernel_cache import use_kernel_cache
    from alphastrike.app.moments import moment_ms
    from alphastrike.backtest.why import as_dict, explain, render_lines

    explanation = explain(run, moment_ms(at, "--at"), symbol)
    use_kernel_cache()
    from alphastrike.app.bar_detail import bar_detail, detail_document, detail_lines

    detail = bar_detail(run, explanation.decided_ms, symbol)
    if as_json:
        document = as_dict(explanation) | {"detail": detail_document(detail)}
        typer.echo(json.dumps(document, indent=2, allow_nan=False))
        return
    for line in (*render_lines(explanation), *detail_lines(detail)):
        typer.echo(line)
