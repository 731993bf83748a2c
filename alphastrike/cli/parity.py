"""`alphastrike parity`: how far a run and the simulated venue agree, cause by cause."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def parity(
    run: Annotated[Path, typer.Argument(help="Journal of a run, or its state folder.", metavar="RUN")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Live through a run's closes again on the simulated venue, and say what differed and why."""
    from alphastrike.app.kernel_cache import use_kernel_cache

    use_kernel_cache()
    from alphastrike.app.parity import parity as differences_of

    differences = differences_of(run)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in differences], indent=2))
        return
    typer.echo(f"{'cause':<8} {'differ':>7} {'of':>7} {'worth':>12}")
    for each in differences:
        typer.echo(
            f"{each.cause:<8} {each.differing:>7} {each.compared:>7} {each.worth:>12,.2f}  {each.words}"
        )
