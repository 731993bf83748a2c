"""Every format by its name, found by looking into `formats`."""

import pkgutil
from importlib import import_module

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.export.projection import Format


def formats() -> dict[str, Format]:
    """The formats, sorted by name."""
    package = import_module("alphastrike.traces.export.formats")
    names = [f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__)]
    found: list[Format] = [import_module(name).plugin for name in names]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def chosen_format(name: str) -> Format:
    """The format of this name; `ConfigError` if there is none."""
    found = formats()
    if name not in found:
        raise ConfigError(f"--format: observed {name!r}, allowed {', '.join(found)}")
    return found[name]
