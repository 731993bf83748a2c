"""`alphastrike risk`: what stage 7 knows, allows and would be moved by."""

import json
from pathlib import Path
from typing import Annotated

import typer

# The first line keeps the help's layout as it is written here.
RISK_EXAMPLES = """\b
Examples:
  alphastrike risk explain runs/mine
  alphastrike risk explain --state data/state --json
"""

risk_commands = typer.Typer(
    name="risk", short_help="Explain leverage, limits and the breaker.", no_args_is_help=True
)


@risk_commands.callback()
def _risk() -> None:
    """Leverage, limits and the breaker."""


@risk_commands.command(
    short_help="Leverage with its factors, limits with their use, the breaker.", epilog=RISK_EXAMPLES
)
def explain(
    run: Annotated[Path | None, typer.Argument(help="Folder of a finished run.", metavar="[RUN]")] = None,
    state: Annotated[
        Path | None, typer.Option("--state", help="Folder of a saved risk state.", metavar="FOLDER")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Print leverage with its factors, every limit with its current use, and what would move the breaker."""
    from alphastrike.app.risk_explain import explained_risk
    from alphastrike.backtest.risk_panel import panel_lines

    panel = explained_risk(run, state)
    if as_json:
        typer.echo(json.dumps(panel, indent=2, allow_nan=False))
        return
    for line in panel_lines(panel):
        typer.echo(line)
