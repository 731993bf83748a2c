"""`alphastrike train`: a model from candles, with its out-of-sample record."""

import json
import os
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import DataPath, End, Interval, Registry, Start, Symbols, of_market, told

if TYPE_CHECKING:
    from alphastrike.app.model_report import ModelView

# The first line keeps the help's layout as it is written here.
TRAIN_EXAMPLES = """\b
Examples:
  alphastrike train --data candles/1h --symbols BTCUSDT,ETHUSDT
  alphastrike train --data candles/4h --end 2025-01-01 --json
"""
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def train(
    data: DataPath = None,
    symbols: Symbols = None,
    interval: Interval = None,
    start: Start = None,
    end: End = None,
    registry: Registry = None,
    without_weak_of: Annotated[
        str | None,
        typer.Option(help="Leave out what was worth no more than noise to this model.", metavar="MODEL"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same data and seed, same model.", metavar="N")] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Train a model by purged walk-forward and keep it, in shadow, with its out-of-sample record."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.kernel_cache import use_kernel_cache
    from alphastrike.cli.attention import watched

    given = [
        *of_market(data, symbols, interval, start, end),
        ("--registry", "ml.registry", registry),
        ("--without-weak-of", "ml.training.without_weak_of", without_weak_of),
        ("--seed", "ml.training.seed", seed),
    ]
    options = told(given)
    loaded = load_config(config, os.environ, options)
    with watched("train") as progress:
        use_kernel_cache()
        from alphastrike.app.model_report import view
        from alphastrike.app.training import train_model

        model = view(train_model(loaded.config, progress))
    show_model(model, as_json=as_json)


def show_model(model: "ModelView", *, as_json: bool) -> None:
    """Print a model of the registry, for people or machines."""
    if as_json:
        typer.echo(json.dumps(model.document, indent=2, allow_nan=False))
        return
    for line in model.lines:
        typer.echo(line)
