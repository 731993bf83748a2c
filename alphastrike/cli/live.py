"""`alphastrike live`: trade an account at a venue, a testnet unless armed twice."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.backtest import RUNS, deliver
from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import StrategyName, Symbols, told
from alphastrike.cli.paper import STATE, MetricsPort, StateFolder, duration_ms, say

if TYPE_CHECKING:
    from alphastrike.app.config import AlphaStrikeConfig
    from alphastrike.app.live_entry import LiveTerms
    from alphastrike.backtest.result import RunResult
    from alphastrike.transport.adapter import VenueAccess, WireAdapter

LIVE_EXAMPLES = """\b
Examples:
  alphastrike live --venue NAME --symbols BTCUSDT
  alphastrike live --venue NAME --practice exchange.json
  alphastrike live --venue NAME --mainnet
"""


def live(
    venue: Annotated[str, typer.Option(help="Trade at this venue.", metavar="V")],
    mainnet: Annotated[
        bool, typer.Option("--mainnet/--testnet", help="Real money; live.allow_mainnet must say so as well.")
    ] = False,
    confirm: Annotated[
        str | None,
        typer.Option(help="With --mainnet: the words asked for, instead of typing them.", metavar="WORDS"),
    ] = None,
    duration: Annotated[
        str | None, typer.Option(help="Time to trade [default: until stopped].", metavar="7d|12h|30m")
    ] = None,
    symbols: Symbols = None,
    strategy: StrategyName = None,
    llm: Annotated[
        str | None,
        typer.Option(help="Circuit breaker: who answers when it wakes.", metavar="off|rules|random"),
    ] = None,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt", help="Take over positions found at the start: they are closed, orders cancelled."
        ),
    ] = False,
    validated_by: Annotated[
        Path | None,
        typer.Option(help="A backtest of these settings, which speaks for them.", metavar="RUN"),
    ] = None,
    unvalidated: Annotated[
        bool, typer.Option("--unvalidated", help="Trade real money without such a backtest.")
    ] = False,
    keys: Annotated[
        Path | None,
        typer.Option(help="File of mode 0600 with the key [default: the environment].", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Run folder, written at the end [default: runs/<run_id>].", metavar="DIR"),
    ] = None,
    state: StateFolder = STATE,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Set an unfinished journal aside and start anew.")
    ] = False,
    practice: Annotated[
        Path | None,
        typer.Option(help="Trade at the exchange that `venue simulate --json` told of.", metavar="FILE"),
    ] = None,
    metrics_port: MetricsPort = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print summary.json at the end, and no view.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Trade an account at a venue: its testnet, or a practice exchange.

    Everything the account needs is looked at first; exit code 3 when it is not as it must be.

    A process that was killed goes on: its journal is checked, and the venue is asked what happened.
    """
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.live_arming import Arming, armed
    from alphastrike.app.live_entry import LiveTerms
    from alphastrike.app.venue_reach import venue_adapter

    given = [
        ("--symbols", "data.symbols", symbols),
        ("--strategy", "strategy.name", strategy),
        ("--llm", "backtest.llm", llm),
        ("--out", "output.directory", out),
    ]
    loaded = load_config(config, os.environ, told(given))
    adapter = venue_adapter(venue)
    arming = Arming(mainnet, confirm, typer.prompt, keys, practice)
    settings, access = armed(adapter, loaded.config, arming, os.environ)
    terms = LiveTerms(
        duration_ms(duration),
        adopt,
        settings,
        is_real_money=mainnet,
        validated_by=validated_by,
        is_unvalidated=unvalidated,
    )
    looks = (as_json, metrics_port)
    result = _traded(loaded.config, (state, fresh, terms), (adapter, access), looks)
    deliver(result, loaded.config, as_json=as_json)


def _traded(
    config: "AlphaStrikeConfig",
    asked: "tuple[Path, bool, LiveTerms]",
    reach: "tuple[WireAdapter, VenueAccess]",
    looks: tuple[bool, int | None],
) -> "RunResult":
    from alphastrike.app.kernel_cache import use_kernel_cache

    use_kernel_cache()
    import asyncio

    from rich.console import Console

    from alphastrike.app.live_entry import live_on_venue
    from alphastrike.app.onlookers import onlookers
    from alphastrike.app.paper_session import open_session
    from alphastrike.app.rehearsal import rehearse
    from alphastrike.backtest.artifacts import refuse_foreign_folder
    from alphastrike.live.state_folder import owned
    from alphastrike.live.view import shown

    state, fresh, terms = asked
    with owned(state):
        say("rehearsing: what is not compiled yet is, which takes about a minute once")
        rehearse(config)
        refuse_foreign_folder(config.output.directory or RUNS / "<run_id>")
        session = open_session(state, is_fresh=fresh)
        with (
            shown(Console(quiet=looks[0])) as watch,
            onlookers(config, session, (watch, say), looks[1], os.environ) as show,
        ):
            return asyncio.run(live_on_venue(config, session, terms, reach, show))
