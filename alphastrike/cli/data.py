"""`alphastrike data`: candles and funding rates, in and out of the store."""

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.exits import Exit
from alphastrike.domain.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphastrike.app.config_faults import Fault
    from alphastrike.marketdata.findings import Finding
    from alphastrike.marketdata.store import StoredSeries

data_commands = typer.Typer(
    name="data",
    help="Import, list, verify or invent market data.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Paths = Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH...")]
Store = Annotated[Path, typer.Option(help="Root folder of the store.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
DEFAULT_STORE = Path("data") / "store"


@data_commands.command(name="import", short_help="Read candle and funding files into the store.")
def import_data(
    paths: Paths,
    store: Store = DEFAULT_STORE,
    venue: Annotated[
        str | None, typer.Option(help="Venue, where the files do not say.", metavar="NAME")
    ] = None,
    symbol: Annotated[
        str | None, typer.Option(help="Symbol, where the file does not say.", metavar="S")
    ] = None,
    interval: Annotated[str | None, typer.Option(help="Candle interval, likewise.", metavar="1h")] = None,
    as_json: Json = False,
) -> None:
    """Detect the format of candle and funding files, check every row, and merge them into the store.

    Reads Parquet, kline CSV and zip of a public archive, freqtrade feather and JSON, and CSV with a header.
    """
    from alphastrike.marketdata.importing import import_files

    _print_series(import_files(paths, store, venue=venue, symbol=symbol, interval=interval), as_json=as_json)


@data_commands.command(name="list", short_help="Show what the store holds.")
def list_data(store: Store = DEFAULT_STORE, as_json: Json = False) -> None:
    """Show every series of the store with its rows and the time it covers."""
    from alphastrike.marketdata.store import list_store

    _print_series(list_store(store), as_json=as_json)


@data_commands.command(short_help="Look for what is wrong with data files.")
def verify(
    paths: Paths,
    reference: Annotated[
        Path | None, typer.Option(help="Trusted candles of the same symbols to compare with.", metavar="PATH")
    ] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Look for what is wrong with data files without changing them; exit code 1 for a file no run would take.

    Finds gaps, duplicates, unsorted rows, prices that contradict each other, runs without volume, wrong units
    of time, unfinished last candles, and, with --reference, spot passed off as a perpetual.
    """
    from alphastrike.app.config_loading import load_config
    from alphastrike.marketdata.findings import Severity
    from alphastrike.marketdata.verify import verify as verify_files

    limits = load_config(config, os.environ).config.data.verify
    findings = [
        finding for path in paths for finding in verify_files(path, reference=reference, config=limits)
    ]
    if as_json:
        rows = [
            asdict(finding) | {"severity": finding.severity.value, "file": str(finding.file)}
            for finding in findings
        ]
        typer.echo(json.dumps(rows, indent=2))
    else:
        _print_findings(findings)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise typer.Exit(Exit.FAILED)


@data_commands.command(short_help="Write a synthetic market to the store.")
def synth(
    store: Store = DEFAULT_STORE,
    symbols: Annotated[str | None, typer.Option(help="Symbols.", metavar="A,B")] = None,
    interval: Annotated[str | None, typer.Option(help="Candle interval.", metavar="1h")] = None,
    start: Annotated[str | None, typer.Option(help="First candle open.", metavar="DATE|MS")] = None,
    hours: Annotated[int | None, typer.Option(help="Length in hours.", metavar="N")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same bytes.", metavar="N")] = None,
    edge: Annotated[
        float | None,
        typer.Option(help="How often each planted signal is right; 0.5 plants nothing.", metavar="P"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a synthetic perpetual market, candles and funding, to the store as venue `synthetic`.

    Unset options are those of the market that `alphastrike backtest` trades without --data.
    """
    from pydantic import ValidationError

    from alphastrike.app.config_faults import faults_of
    from alphastrike.app.kernel_cache import use_kernel_cache
    from alphastrike.app.moments import moment_ms

    use_kernel_cache()
    from alphastrike.marketdata.store import save_funding, save_history
    from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
    from alphastrike.marketdata.synthetic.market import generate

    planted = [alpha.model_dump() for alpha in embedded_default().alphas]
    given = {
        "alphas": None if edge is None else tuple(alpha | {"accuracy": edge} for alpha in planted),
        "symbols": None if symbols is None else tuple(symbols.split(",")),
        "interval": interval,
        "start_ms": None if start is None else moment_ms(start, "--start"),
        "length_hours": hours,
        "seed": seed,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    try:
        config = SyntheticConfig.model_validate({**dict(embedded_default()), **changes})
    except ValidationError as error:
        first = {fault.path[:1]: fault for fault in reversed(list(faults_of(error)))}
        raise ConfigError("\n".join(_option_fault(fault) for fault in first.values())) from None
    market = generate(config)
    written = (
        *save_history(market.history, store, "synthetic"),
        *save_funding(market.funding, store, "synthetic"),
    )
    _print_series(written, as_json=as_json)


def _option_fault(fault: "Fault") -> str:
    """A fault of the synthetic market's settings in the words of the command's options."""
    options = {"length_hours": "--hours", "start_ms": "--start", "alphas": "--edge"}
    if not fault.path:
        return fault.problem
    return f"{options.get(fault.path[0], '--' + fault.path[0])}: {fault.problem}"


def _print_findings(findings: "Sequence[Finding]") -> None:
    for each in findings:
        row = f", row {each.row}" if each.row else ""
        more = f" ({each.count} in all)" if each.count > 1 else ""
        typer.echo(f"{each.severity.value:<7} {each.file}{row}: {each.rule}{more}")
        typer.echo(f"        observed: {each.observed}")
        if each.limit:
            typer.echo(f"        allowed:  {each.limit}")
    counts = Counter(each.severity.value for each in findings)
    typer.echo(f"{counts['error']} errors, {counts['warning']} warnings, {counts['info']} notes")


def _print_series(series: "Sequence[StoredSeries]", *, as_json: bool) -> None:
    from alphastrike.marketdata.faults import utc

    if as_json:
        rows = [asdict(each) | {"path": str(each.path)} for each in series]
        typer.echo(json.dumps(rows, indent=2))
        return
    for each in series:
        what = f"{each.kind} {each.interval}" if each.interval else each.kind
        span = f"{utc(each.start_ms)} to {utc(each.end_ms)}"
        typer.echo(f"{each.venue:<14} {what:<12} {each.symbol:<16} {each.rows:>10,}  {span}")
    if not series:
        typer.echo("the store is empty")
