"""`alphastrike config`: what the settings are, where each comes from, and what they may be."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

config_commands = typer.Typer(
    name="config",
    help="Show, check or describe the configuration.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file [default: alphastrike.toml, if here].", metavar="FILE"),
]


@config_commands.command()
def show(
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Print the merged configuration with the origin of every value; secrets are masked."""
    from alphastrike.app.config_loading import load_config, shown_values

    values = shown_values(load_config(config, os.environ))
    if as_json:
        document = {value.key: {"value": value.value, "origin": value.origin} for value in values}
        typer.echo(json.dumps(document, indent=2))
        return
    keys = max(len(value.key) for value in values)
    texts = [json.dumps(value.value) if value.value is not None else "(unset)" for value in values]
    widest = min(40, max(len(text) for text in texts))
    for value, text in zip(values, texts, strict=True):
        typer.echo(f"{value.key:<{keys}}  {text:<{widest}}  {value.origin}")


@config_commands.command()
def check(config: ConfigFile = None) -> None:
    """Check the configuration and say where it was found; exit code 2 when it cannot be used."""
    from alphastrike.app.config_loading import load_config
    from alphastrike.app.config_strategies import configured_strategy
    from alphastrike.app.kernel_cache import use_kernel_cache

    use_kernel_cache()
    loaded = load_config(config, os.environ)
    configured_strategy(loaded.config)
    place = loaded.file or "defaults; no alphastrike.toml here"
    typer.echo(f"configuration is valid: {place}; values that are not defaults: {len(loaded.origins)}")


@config_commands.command()
def schema() -> None:
    """Print the JSON schema of alphastrike.toml, for editors and machines."""
    from alphastrike.app.config import AlphaStrikeConfig

    typer.echo(json.dumps(AlphaStrikeConfig.model_json_schema(), indent=2))
