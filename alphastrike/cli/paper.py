"""`alphastrike paper`: trade without money on a market that goes on."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.backtest import RUNS, deliver
from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import StrategyName, Symbols, told

if TYPE_CHECKING:
    from alphastrike.app.config import AlphaStrikeConfig
    from alphastrike.backtest.result import RunResult
    from alphastrike.transport.adapter import VenueAccess, WireAdapter

STATE = Path("data/state")
StateFolder = Annotated[
    Path, typer.Option("--state", help="Folder of the process's state and journal.", metavar="DIR")
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port", help="Serve /metrics, /healthz and /readyz on 127.0.0.1.", min=0, max=65535
    ),
]
# The first line keeps the help's layout as it is written here.
PAPER_EXAMPLES = """\b
Examples:
  alphastrike paper
  alphastrike paper --speed 3600x --duration 7d
  alphastrike paper --speed max --duration 30d --out runs/paper --symbols BTCUSDT,ETHUSDT
  alphastrike paper --venue NAME --symbols BTCUSDT
"""


def paper(
    speed: Annotated[
        str, typer.Option(help="Market time per second of yours, or max.", metavar="60x|max")
    ] = "60x",
    venue: Annotated[
        str | None,
        typer.Option(help="Trade this venue's live market [default: the embedded one].", metavar="V"),
    ] = None,
    duration: Annotated[
        str | None, typer.Option(help="Market time to trade [default: until stopped].", metavar="7d|12h|30m")
    ] = None,
    symbols: Symbols = None,
    strategy: StrategyName = None,
    llm: Annotated[
        str | None,
        typer.Option(
            help="Circuit breaker: who answers when it wakes.", metavar="off|rules|ollama|recorded|random"
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seeds the embedded market.", metavar="N")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Run folder, written at the end [default: runs/<run_id>].", metavar="DIR"),
    ] = None,
    state: StateFolder = STATE,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew: journal set aside, saved risk state not taken back.")
    ] = False,
    rest_url: Annotated[
        str | None,
        typer.Option("--rest-url", help="Where the venue answers.", metavar="URL"),
    ] = None,
    ws_url: Annotated[
        str | None,
        typer.Option("--ws-url", help="Where the venue streams.", metavar="URL"),
    ] = None,
    metrics_port: MetricsPort = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print summary.json at the end, and no view.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Trade without money: the embedded market or a venue's live one, on the simulated venue.

    Ctrl-C ends it in good order.

    A process that was killed goes on where it was: its journal is lived through again, checked and continued.
    After one that ended, leverage and breaker start where they were. Exit code 3 when it ends HALTED.
    """
    from alphastrike.app.config_loading import load_config
    from alphastrike.live.pacing import speed_of

    given = [
        ("--symbols", "data.symbols", symbols),
        ("--strategy", "strategy.name", strategy),
        ("--llm", "backtest.llm", llm),
        ("--seed", "backtest.seed", seed),
        ("--out", "output.directory", out),
    ]
    loaded = load_config(config, os.environ, told(given))
    terms = (speed_of(speed), duration_ms(duration))
    result = _traded(
        loaded.config, (state, fresh, terms), _reach(venue, rest_url, ws_url), (as_json, metrics_port)
    )
    deliver(result, loaded.config, as_json=as_json)
    _leave(result)


def _leave(result: "RunResult") -> None:
    """Say by the exit code that nobody but a person gets this run out of where it is."""
    from alphastrike.cli.exits import Exit

    breaker = result.risk.get("breaker", {})
    if breaker.get("state") == "halted":
        say(f"ended HALTED ({breaker['trigger']}): it stays so over a restart; left by: {breaker['left_by']}")
        raise typer.Exit(Exit.HALTED)


Terms = tuple[Path, bool, tuple[float, int | None]]
Reach = tuple["WireAdapter", "VenueAccess"]


def _reach(venue: str | None, rest_url: str | None, ws_url: str | None) -> Reach | None:
    """The adapter and the way to it; None for the embedded market."""
    from alphastrike.domain.errors import ConfigError

    endpoints = {name: url for name, url in (("rest_url", rest_url), ("ws_url", ws_url)) if url is not None}
    if venue is None:
        if endpoints:
            raise ConfigError("--rest-url, --ws-url: observed without --venue; allowed with it")
        return None
    from alphastrike.app.kernel_cache import use_kernel_cache

    use_kernel_cache()
    from alphastrike.app.venue_reach import real_access, venue_adapter

    return venue_adapter(venue), real_access(endpoints)


def _traded(
    config: "AlphaStrikeConfig", asked: Terms, reach: Reach | None, looks: tuple[bool, int | None]
) -> "RunResult":
    from alphastrike.app.kernel_cache import has_kernels, use_kernel_cache

    use_kernel_cache()
    is_first = not has_kernels()
    import asyncio

    from rich.console import Console

    from alphastrike.app.onlookers import onlookers
    from alphastrike.app.paper_entry import PaperTerms, paper_embedded, paper_on_venue
    from alphastrike.app.paper_session import open_session
    from alphastrike.backtest.artifacts import refuse_foreign_folder
    from alphastrike.live.state_folder import owned
    from alphastrike.live.view import shown

    state, fresh, terms = asked[0], asked[1], PaperTerms(*asked[2])
    with owned(state):
        refuse_foreign_folder(config.output.directory or RUNS / "<run_id>")
        if is_first:
            say("compiling kernels, once, for about a minute: later runs start at once")
        session = open_session(state, is_fresh=fresh)
        with (
            shown(Console(quiet=looks[0])) as watch,
            onlookers(config, session, (watch, say), looks[1], os.environ) as show,
        ):
            if reach is None:
                return asyncio.run(paper_embedded(config, session, terms, *show))
            return asyncio.run(paper_on_venue(config, session, terms, reach, show))


def say(line: str) -> None:
    """A line about what is going on, beside the results."""
    typer.echo(line, err=True)


def duration_ms(text: str | None, option: str = "--duration") -> int | None:
    """Market time as typed, in milliseconds; `ConfigError` for what is none."""
    from alphastrike.domain.errors import ConfigError

    if text is None:
        return None
    units = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isascii() or not number.isdigit() or not 0 < int(number) < 10**6:
        raise ConfigError(f"{option}: observed {text!r}, allowed a whole number and m, h or d, as 12h")
    return int(number) * units[unit]
