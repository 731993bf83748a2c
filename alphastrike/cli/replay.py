"""`alphastrike replay`: fork a finished run at its interventions, or read a journal back."""

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.exits import Exit
from alphastrike.cli.paper import duration_ms

if TYPE_CHECKING:
    from alphastrike.app.replay.entry import Request

REPLAY_EXAMPLES = """\b
Examples:
  alphastrike replay runs/mine
  alphastrike replay runs/mine --intervention i000004 --horizon 3d
  alphastrike replay runs/a runs/b --branches rules,placebo --json
  alphastrike replay data/state/journal.jsonl --verify
"""


def replay(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Run folders, or the journal of a paper run.", metavar="RUN...|JOURNAL"),
    ],
    intervention: Annotated[
        str | None,
        typer.Option(help="Only these, by intervention or review id [default: all].", metavar="ID,ID"),
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(help="How long every branch runs [default: 7d].", metavar="7d|12h")
    ] = None,
    branches: Annotated[
        str | None,
        typer.Option(
            help="Besides what was done and no_action [default: all].", metavar="rules,placebo,grid"
        ),
    ] = None,
    estimand: Annotated[
        str, typer.Option(help="One decision alone, the breaker as a policy, or both.", metavar="NAME")
    ] = "both",
    jobs: Annotated[
        int | None, typer.Option(help="Processes [default: one a core].", metavar="N", min=1)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of replay.json and replay.html [default: RUN-replay].", metavar="DIR"),
    ] = None,
    label: Annotated[
        bool, typer.Option("--label", help="Write outcomes beside the run's traces, for export and training.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="A journal: let a fresh engine answer it, and compare every byte."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    config: ConfigFile = None,
) -> None:
    """Say what would have happened had the circuit breaker done nothing, or something else.

    Every intervention of a finished run is forked: same account, same market, another answer. Given a
    journal: count what it holds, or prove with --verify that a fresh engine answers it byte for byte.
    """
    from alphastrike.app.kernel_cache import use_kernel_cache
    from alphastrike.domain.errors import ConfigError

    use_kernel_cache()
    if any(path.is_dir() for path in paths):
        if verify:
            raise ConfigError("--verify: observed with a run folder, allowed with the journal of a paper run")
        request = _request(config, (intervention, branches), horizon, estimand, label=label)
        _replay_runs(paths, request, jobs or os.cpu_count() or 1, out, as_json=as_json)
        return
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise ConfigError(f"RUN: observed {', '.join(missing)}, not there; allowed run folders, or a journal")
    if len(paths) > 1:
        raise ConfigError(f"JOURNAL: observed {len(paths)} paths, allowed one journal, or run folders alone")
    if verify:
        _verify(paths[0], as_json=as_json)
    else:
        _count(paths[0], as_json=as_json)


def _request(
    config: Path | None,
    lists: tuple[str | None, str | None],
    horizon: str | None,
    estimand: str,
    *,
    label: bool,
) -> "Request":
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.replay.entry import request_of, with_labels

    loaded = load_config(config, os.environ).config
    chosen, kinds = ([part.strip() for part in (text or "").split(",") if part.strip()] for text in lists)
    request = request_of(loaded.replay, chosen, kinds, duration_ms(horizon, "--horizon"), estimand)
    return with_labels(request, loaded.traces) if label else request


def _replay_runs(
    paths: list[Path], request: "Request", jobs: int, out: Path | None, *, as_json: bool
) -> None:
    from alphastrike.cli.attention import watched

    with watched("replay") as progress:
        from alphastrike.app.replay.entry import replay_folders

        say = partial(typer.echo, err=True)
        decisions, found = replay_folders(paths, request, say, jobs=jobs, progress=progress)
    from alphastrike.backtest.replay.files import write_replay

    folder = out or paths[0].with_name(f"{paths[0].resolve().name}-replay")
    write_replay(decisions, found, folder)
    if as_json:
        typer.echo(json.dumps(found, allow_nan=False))
        return
    from alphastrike.backtest.console import print_tables
    from alphastrike.backtest.replay.tables import replay_tables

    print_tables(replay_tables(found))
    typer.echo(f"replay: {folder / 'replay.json'} (open {folder / 'replay.html'} in a browser)")


def _verify(journal: Path, *, as_json: bool) -> None:
    from alphastrike.app.retrace import verify_journal
    from alphastrike.domain.errors import DataError

    try:
        found = verify_journal(journal)
    except DataError as fault:
        typer.echo(f"error: {fault}", err=True)
        raise typer.Exit(Exit.FAILED) from None
    if as_json:
        typer.echo(json.dumps({"verified": True, "run_id": found.run_id, "events": found.events,
                               "commands": found.commands, "finished": found.is_finished}))  # fmt: skip
        return
    ending = "" if found.is_finished else "; the run had not ended"
    typer.echo(
        f"{journal}: run {found.run_id}: {found.events:,} events answered the same, "
        f"{found.commands:,} commands byte for byte{ending}"
    )


def _count(journal: Path, *, as_json: bool) -> None:
    from alphastrike.live.journal import read_journal

    kinds: dict[str, int] = {}
    for record in read_journal(journal):
        event: dict[str, Any] = record.data.get("event") or {}
        name = str(event.get("is", record.kind))
        kinds[name] = kinds.get(name, 0) + 1
    if as_json:
        typer.echo(json.dumps(kinds))
        return
    for name, count in sorted(kinds.items()):
        typer.echo(f"{count:>10,}  {name}")
