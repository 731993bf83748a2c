"""`alphastrike backtest`: the main job."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import DataPath, End, Funding, Interval, Series, Start, Symbols, of_market, told

if TYPE_CHECKING:
    from alphastrike.app.config import AlphaStrikeConfig
    from alphastrike.backtest.result import RunResult

RUNS = Path("runs")
# The first line keeps the help's layout as it is written here.
BACKTEST_EXAMPLES = """\b
Examples:
  alphastrike backtest
  alphastrike backtest --data candles/1h --funding funding --out runs/mine
  alphastrike backtest --data candles/1h --strategy ema_cross --start 2025-01-01
  alphastrike backtest --strategy my_strategy.py --symbols BTCUSDT,ETHUSDT --json
"""


def backtest(
    data: DataPath = None,
    funding: Funding = None,
    series: Series = None,
    symbols: Symbols = None,
    interval: Interval = None,
    start: Start = None,
    end: End = None,
    strategy: Annotated[
        str | None, typer.Option(help="Strategy by name, or your own Python file.", metavar="NAME|FILE.py")
    ] = None,
    llm: Annotated[
        str | None,
        typer.Option(
            help="Circuit breaker: who answers when it wakes.", metavar="off|rules|ollama|recorded|random"
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seeds every draw; same seed, same run.", metavar="N")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder [default: runs/<run_id>].", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of tables.")] = False,
    step_every_bar: Annotated[
        bool, typer.Option("--step-every-bar", help="Step the engine bar by bar; same run, slower.")
    ] = False,
    config: ConfigFile = None,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say on stderr what is being done.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour, as with NO_COLOR=1.")] = False,
) -> None:
    """Trade recorded candles, or the embedded synthetic market, and write the run to a folder."""
    from alphastrike.app.config_loading import load_config

    is_file = strategy is not None and strategy.endswith(".py")
    given = [
        *of_market(data, symbols, interval, start, end),
        ("--funding", "data.funding", funding),
        ("--series", "data.series", series),
        ("--strategy", "strategy.file" if is_file else "strategy.name", strategy),
        ("--llm", "backtest.llm", llm),
        ("--seed", "backtest.seed", seed),
        ("--out", "output.directory", out),
    ]
    options = told(given)
    if strategy is not None and not is_file:
        options.append(("--strategy", "strategy.file", None))
    if no_color:
        os.environ["NO_COLOR"] = "1"
    loaded = load_config(config, os.environ, options)
    say = partial(typer.echo, err=True) if verbose else _say_nothing
    for path, origin in loaded.origins.items():
        say(f"{'.'.join(path)} from {origin}")
    result = _run(loaded.config, say, step_every_bar=step_every_bar)
    deliver(result, loaded.config, as_json=as_json)


def _say_nothing(_line: str) -> None:
    """What `-v` would print is left unsaid."""


def _run(config: "AlphaStrikeConfig", say: Callable[[str], None], *, step_every_bar: bool) -> "RunResult":
    """The run, with everything that can be refused checked before the long part starts."""
    from alphastrike.app.kernel_cache import has_kernels, use_kernel_cache
    from alphastrike.cli.attention import watched

    # Imports are long too: an interrupt that falls into one would end the process in the middle of it.
    with watched("backtest") as progress:
        say("started; Ctrl-C stops after the step in hand")
        use_kernel_cache()
        is_first = not has_kernels()
        from alphastrike.app.backtest import run_backtest
        from alphastrike.backtest.artifacts import refuse_foreign_folder

        refuse_foreign_folder(config.output.directory or RUNS / "<run_id>")
        if is_first:
            typer.echo("compiling kernels, once, for about a minute: later runs start at once", err=True)
        speak = partial(typer.echo, err=True)
        return run_backtest(config, step_every_bar=step_every_bar, progress=progress, say=speak)


def deliver(result: "RunResult", config: "AlphaStrikeConfig", *, as_json: bool) -> None:
    """Write the run folder and print what a person, or with `as_json` a machine, wants to know."""
    from alphastrike.backtest.artifacts import summary_json, write_run

    folder = config.output.directory or RUNS / result.provenance.run_id
    summary = write_run(result, folder)
    if as_json:
        typer.echo(summary_json(summary), nl=False)
        return
    from alphastrike.backtest.console import print_summary

    print_summary(summary)
    typer.echo(f"run folder: {folder} (open {folder / 'report.html'} in a browser)")
