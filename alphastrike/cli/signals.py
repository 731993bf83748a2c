"""`alphastrike signals`: what the signals were worth."""

import typer

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


@signals_commands.callback()
def _signals() -> None:
    """What the signals say and what they are worth."""
