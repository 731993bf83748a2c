"""Finding plugins: the package's own by walking its folders, others by their entry points.

Found is not enabled: only names in the configuration are built, and an entry point is imported
only when it is asked for. Order is by name, never by where or when something was found.
"""

import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from alphastrike.app.config_keys import unknown
from alphastrike.app.guarded_strategy import raised
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import FeatureSpec, SignalSpec
from alphastrike.domain.settings import Settings

Plugin = Any  # what a kind of plugin must offer is its Protocol in `domain.plugins`

_ROOMS = {
    "adapters": "adapters",
    "dialects": "adapters",
    "features": "features",
    "signals": "signals",
    "strategies": "signals",
}


_ADAPTER_MODULES = ("adapter", "dialect")


def available(kind: str) -> dict[str, Callable[[], Plugin]]:
    """Every plugin of a kind by name, sorted: `features`, `signals`, `strategies`, `adapters`, `dialects`.

    `advisors` are those that are installed: the package's own need nothing to be found.

    A name declared twice is an error: which of the two runs must not depend on the search.
    """
    found: dict[str, Callable[[], Plugin]] = {}
    for name, load in (*_built_in(kind), *_installed(kind)):
        if name in found:
            raise ConfigError(f"{kind}: {name} is declared twice; uninstall or rename one of the two")
        found[name] = load
    return dict(sorted(found.items()))


def chosen(kind: str, names: Iterable[str], key: str) -> dict[str, Plugin]:
    """The named plugins, sorted by name. `key` is the configuration key the names come from."""
    found = available(kind)
    for name in names:
        if name not in found:
            raise ConfigError(f"{key}: {unknown(name, list(found))}")
    return {name: _loaded(name, found[name], key) for name in sorted(set(names))}


def plugin_from_file(path: Path) -> Plugin:
    """The module-level `plugin` of a user's own Python file; the file is run to get it."""
    if not path.is_file():
        raise ConfigError(f"strategy.file: observed {path}, allowed a Python file that exists")
    spec = spec_from_file_location(f"alphastrike_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"strategy.file: observed {path}, allowed a file whose name ends in .py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up while it is being run
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ConfigError(f"strategy.file: {path} cannot be imported: SyntaxError: {error}") from error
    except (Exception, SystemExit) as error:  # the file is run, and may do anything
        raise ConfigError(f"strategy.file: {path} cannot be imported: {raised(error, path)}") from error
    plugin: Plugin = getattr(module, "plugin", None)
    missing = [name for name in ("name", "Config", "features", "build") if not hasattr(plugin, name)]
    if missing:
        raise ConfigError(
            f"strategy.file: {path} has no module-level `plugin` with {', '.join(missing)}; see examples/"
        )
    if not (isinstance(plugin.Config, type) and issubclass(plugin.Config, Settings)):
        raise ConfigError(
            f"strategy.file: {path}: observed Config {plugin.Config!r}, allowed a subclass of "
            "alphastrike.domain.settings.Settings"
        )
    return plugin


def is_built_in(kind: str, name: str) -> bool:
    """Whether the package itself brings the plugin of this name."""
    return any(own == name for own, _ in _built_in(kind))


def _loaded(name: str, load: Callable[[], Plugin], key: str) -> Plugin:
    try:
        return load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"{key}: {name} is installed but cannot be imported: {error}") from error


def _built_in(kind: str) -> Iterator[tuple[str, Callable[[], Plugin]]]:
    for module in _modules(_ROOMS[kind]) if kind in _ROOMS else ():
        for plugin in (getattr(module, "plugin", None), *getattr(module, "plugins", ())):
            # A sub-module called `plugin` hangs on its package under the same name.
            if plugin is None or isinstance(plugin, ModuleType):
                continue
            if _kind_of(plugin, module) == kind:
                yield _name_of(plugin), partial(_itself, plugin)


def _itself(plugin: Plugin) -> Plugin:
    return plugin


def _installed(kind: str) -> Iterator[tuple[str, Callable[[], Plugin]]]:
    for point in _points(tuple(sys.path)).select(group=f"alphastrike.{kind}"):
        yield point.name, point.load


@cache
def _points(path: tuple[str, ...]) -> Any:  # noqa: ARG001 - other folders, other packages
    """Every installed package's entry points, `.select(group=...)` of them, read once."""
    return entry_points()


def _modules(room: str) -> Iterator[ModuleType]:
    package = import_module(f"alphastrike.{room}")
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        last = info.name.rpartition(".")[2]
        if last.startswith("kernel") or (room == "adapters" and last not in _ADAPTER_MODULES):
            continue  # compiled code is never a plugin, and an adapter says itself where it has one
        yield import_module(info.name)


def _kind_of(plugin: Plugin, module: ModuleType) -> str:
    spec = getattr(plugin, "spec", None)
    if isinstance(spec, FeatureSpec):
        return "features"
    if isinstance(spec, SignalSpec):
        return "signals"
    if not module.__name__.startswith("alphastrike.adapters."):
        return "strategies"
    return "dialects" if module.__name__.endswith(".dialect") else "adapters"


def _name_of(plugin: Plugin) -> str:
    spec = getattr(plugin, "spec", None)
    return str(plugin.name if spec is None else spec.name)
