"""`alphastrike`: the commands, and what becomes of a fault."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from alphastrike import __version__
from alphastrike.cli.backtest import BACKTEST_EXAMPLES, backtest
from alphastrike.cli.config import config_commands
from alphastrike.cli.data import data_commands
from alphastrike.cli.doctor import doctor
from alphastrike.cli.exits import Exit, exit_code, missing_package
from alphastrike.cli.init import init
from alphastrike.cli.live import LIVE_EXAMPLES, live
from alphastrike.cli.llm import llm_commands
from alphastrike.cli.models import models_commands
from alphastrike.cli.operator import flatten, resume, status, stop
from alphastrike.cli.paper import PAPER_EXAMPLES, paper
from alphastrike.cli.parity import parity
from alphastrike.cli.replay import REPLAY_EXAMPLES, replay
from alphastrike.cli.risk import risk_commands
from alphastrike.cli.signals import signals_commands
from alphastrike.cli.traces import traces_commands
from alphastrike.cli.train import TRAIN_EXAMPLES, train
from alphastrike.cli.tune import tune_commands
from alphastrike.cli.validate import VALIDATE_EXAMPLES, validate
from alphastrike.cli.venue import venue_commands
from alphastrike.cli.why import WHY_EXAMPLES, why
from alphastrike.domain.errors import AlphaStrikeError

application = typer.Typer(
    name="alphastrike",
    help="A fail-closed trading-bot framework for crypto perpetual futures.",
    epilog="First look: `alphastrike backtest`, which needs no data, no keys and no network.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help and plain errors: the library that colours them costs more to import than all else here.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
application.command(short_help="Write a commented alphastrike.toml to start from.")(init)
application.command(short_help="Check Python, packages, kernel cache and folders.")(doctor)
application.add_typer(config_commands)
application.add_typer(data_commands)
application.add_typer(traces_commands)
application.add_typer(venue_commands)
application.add_typer(risk_commands)
application.add_typer(llm_commands)
application.command(short_help="Trade recorded or synthetic candles.", epilog=BACKTEST_EXAMPLES)(backtest)
application.command(short_help="Trade on paper, on a market that goes on.", epilog=PAPER_EXAMPLES)(paper)
application.command(short_help="Trade an account at a venue.", epilog=LIVE_EXAMPLES)(live)
application.command(short_help="Say what a running process is doing.")(status)
application.command(short_help="End a running process in good order.")(stop)
application.command(short_help="Close every position of a run.")(flatten)
application.command(short_help="Let a halted run open positions again.")(resume)
application.command(short_help="Compare a run with the simulated venue.")(parity)
application.command(short_help="Say what would have happened.", epilog=REPLAY_EXAMPLES)(replay)
application.command(short_help="Train a model and judge it out of sample.", epilog=TRAIN_EXAMPLES)(train)
application.add_typer(models_commands)
application.add_typer(tune_commands)
application.command(short_help="Hold data against what a model learnt.", epilog=VALIDATE_EXAMPLES)(validate)
application.add_typer(signals_commands)
application.command(short_help="Say which stage held a bar, and by how much.", epilog=WHY_EXAMPLES)(why)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"alphastrike {__version__}")
        raise typer.Exit


@application.callback()
def _every_command(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and leave.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Options before the command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code."""
    try:
        application(arguments)
    except AlphaStrikeError as fault:
        typer.echo(f"error: {fault}", err=True)
        sys.exit(exit_code(fault))
    except ModuleNotFoundError as fault:
        if fault.name is None or fault.name.startswith("alphastrike"):
            raise
        typer.echo(f"error: {missing_package(fault.name)}", err=True)
        sys.exit(Exit.UNUSABLE_INPUT)
    except OSError as fault:
        # A full disk, a folder that may not be written: no fault of ours, and a traceback would not help.
        typer.echo(f"error: {fault.filename or 'system'}: {fault.strerror or fault}", err=True)
        sys.exit(Exit.FAILED)
