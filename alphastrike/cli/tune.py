"""`alphastrike tune breaker`: search settings offline, and judge them on what they were not searched on."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import DataPath, Funding, StrategyName, Symbols, told

if TYPE_CHECKING:
    from alphastrike.app.tuning.breaker import Tuned

tune_commands = typer.Typer(
    name="tune",
    help="Search settings offline, walk-forward.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@tune_commands.callback()
def _tune() -> None:
    """Search settings offline, walk-forward."""


@tune_commands.command()
def breaker(
    data: DataPath = None,
    funding: Funding = None,
    symbols: Symbols = None,
    strategy: StrategyName = None,
    llm: Annotated[
        str | None,
        typer.Option(help="Who answers [default: backtest.llm, or the rule table].", metavar="NAME"),
    ] = None,
    prompts: Annotated[
        str | None,
        typer.Option(help="Prompts a model is tried with [default: all that come along].", metavar="A,B"),
    ] = None,
    folds: Annotated[
        int, typer.Option(help="Stretches that choices are judged on.", metavar="N", min=1, max=50)
    ] = 4,
    trials: Annotated[
        int, typer.Option(help="Choices drawn for each fold.", metavar="N", min=1, max=10_000)
    ] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    config: ConfigFile = None,
) -> None:
    """Search the circuit breaker's settings on the past, and judge them on the future.

    Thresholds, cool-downs, expiries, and with a model its prompt. Nothing is changed: what to write into the
    configuration is printed.
    """
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.kernel_cache import use_kernel_cache
    from alphastrike.cli.attention import watched

    given = [
        ("--data", "data.path", data),
        ("--funding", "data.funding", funding),
        ("--symbols", "data.symbols", symbols),
        ("--strategy", "strategy.name", strategy),
        ("--llm", "backtest.llm", llm),
    ]
    loaded = load_config(config, os.environ, told(given))
    use_kernel_cache()
    with watched("tune") as progress:
        from alphastrike.app.tuning.breaker import tune_breaker

        offered = tuple(name for name in (prompts or "").split(",") if name)
        found = tune_breaker(loaded.config, folds=folds, trials=trials, prompts=offered, progress=progress)
    if as_json:
        typer.echo(json.dumps(found.to_plain(), allow_nan=False))
        return
    _print(found)


def _print(found: "Tuned") -> None:
    from alphastrike.backtest.console import print_tables
    from alphastrike.backtest.formatting import moment
    from alphastrike.backtest.tables import Table

    columns = ("Judged on", "Searched", "Out of sample", "Configured", "Choice")
    rows = tuple(
        (
            f"{moment(one.start_ms)} to {moment(one.end_ms)}",
            f"{one.searched:+.4f}",
            f"{one.chosen:+.4f}",
            f"{one.configured:+.4f}",
            ", ".join(f"{name.rpartition('.')[2]} {_shown(value)}" for name, value in one.choice.items()),
        )
        for one in found.folds
    )
    note = "Values are utility less that of no breaker. What was searched on is no evidence."
    print_tables([Table("Breaker settings, walk-forward", columns, rows, note=note)])
    if not found.questions:
        typer.echo("the rule table answered: it reads no prompt, so none was searched")
    else:
        typer.echo(
            f"{found.advisor} was asked {found.questions:,} questions; "
            f"for {found.unanswered:,} of them the rule table stood in"
        )
    typer.echo(
        f"out of sample the choices beat what is configured in {found.better_folds} of {len(found.folds)} "
        f"folds, by {found.mean_gain:+.4f} in the mean"
    )
    if not found.is_supported:
        typer.echo("that is no reason to change anything: keep what is configured")
        return
    for name, value in found.choice.items():
        section, _, key = f"llm.{name}".rpartition(".")
        typer.echo(f"[{section}] {key} = {_shown(value)}")


def _shown(value: float | str) -> str:
    return json.dumps(value) if isinstance(value, str) else f"{value:g}"
