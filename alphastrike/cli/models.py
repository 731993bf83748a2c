"""`alphastrike models`: which models there are, and which one votes."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alphastrike.cli.config import ConfigFile
from alphastrike.cli.options import Registry
from alphastrike.cli.train import Json, show_model

if TYPE_CHECKING:
    from alphastrike.app.config import AlphaStrikeConfig

models_commands = typer.Typer(
    name="models",
    help="List, show, promote or roll back trained models.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(help="First characters of a model's id, or `active`.", metavar="MODEL")]


@models_commands.command(name="list", short_help="Show every model of the registry.")
def list_models(registry: Registry = None, config: ConfigFile = None, as_json: Json = False) -> None:
    """Show every trained model with its status, what it learnt from and its out-of-sample record."""
    from alphastrike.app.model_report import listed

    documents, lines = listed(_loaded(registry, config))
    if as_json:
        typer.echo(json.dumps(documents, indent=2, allow_nan=False))
        return
    for line in lines:
        typer.echo(line)


@models_commands.command(short_help="Show one model's record.")
def show(model: Name, registry: Registry = None, config: ConfigFile = None, as_json: Json = False) -> None:
    """Show what a model was made from, what it showed out of sample, and whether it may vote."""
    from alphastrike.app.model_report import found

    show_model(found(_loaded(registry, config), model), as_json=as_json)


@models_commands.command(short_help="Let a model vote, if its evidence allows it.")
def promote(model: Name, registry: Registry = None, config: ConfigFile = None, as_json: Json = False) -> None:
    """Make a model the active one; refused, with every reason, while its record does not pass the gate."""
    from alphastrike.app.model_report import promoted

    show_model(promoted(_loaded(registry, config), model), as_json=as_json)


@models_commands.command(short_help="Give the vote back to the model before.")
def rollback(registry: Registry = None, config: ConfigFile = None, as_json: Json = False) -> None:
    """Retire the active model; the one that was active before votes again, if there was one."""
    from alphastrike.app.model_report import rolled_back

    model = rolled_back(_loaded(registry, config))
    if model is not None:
        show_model(model, as_json=as_json)
    else:
        typer.echo("null" if as_json else "no model is active: the signals vote alone")


def _loaded(folder: str | None, config: Path | None) -> "AlphaStrikeConfig":
    from alphastrike.app.config_loading import load_config

    options: list[tuple[str, str, object]] = [] if folder is None else [("--registry", "ml.registry", folder)]
    return load_config(config, os.environ, options).config
