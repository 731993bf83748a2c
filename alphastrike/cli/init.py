"""`alphastrike init`: a configuration file to start from."""

from pathlib import Path
from typing import Annotated

import typer

from alphastrike.domain.errors import ConfigError


def init(
    directory: Annotated[Path, typer.Argument(help="Folder to write alphastrike.toml into.")] = Path(),
) -> None:
    """Write a commented alphastrike.toml; an existing one is never overwritten."""
    from alphastrike.app.config_reference import template_toml
    from alphastrike.app.config_sources import FILE_NAME

    path = directory / FILE_NAME
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template_toml())
    except FileExistsError:
        raise ConfigError(
            f"{path}: exists and is never overwritten; move it away or name another folder"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    typer.echo(f"wrote {path}; every key is there at its default, and [traces] on: read why it may be")
    typer.echo("next: alphastrike config check, then alphastrike backtest")
