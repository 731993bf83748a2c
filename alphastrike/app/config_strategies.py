"""The strategy a configuration names, with its own settings checked like any others."""

from typing import Any

from pydantic import ValidationError

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_faults import Fault, faults_of
from alphastrike.app.config_keys import problem_with, unknown
from alphastrike.app.discovery import available, chosen, is_built_in, plugin_from_file
from alphastrike.app.guarded_strategy import GuardedPlugin
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import StrategyPlugin
from alphastrike.domain.settings import Settings
from alphastrike.signals.config import SignalsConfig


def configured_strategy(config: AlphaStrikeConfig) -> tuple[StrategyPlugin[Any], Settings]:
    """The strategy to build and its settings; `ConfigError` when either cannot be used.

    One that is not the package's own comes guarded.
    """
    if config.strategy.file is not None:
        plugin = plugin_from_file(config.strategy.file)
    else:
        name = config.strategy.name
        plugin = chosen("strategies", [name], "strategy.name")[name]
    if plugin.Config is SignalsConfig:
        return plugin, config.signals
    try:
        settings = plugin.Config.model_validate(config.strategy.table(plugin.name))
    except ValidationError as error:
        raise ConfigError(
            "\n".join(str(fault) for fault in faults_of(error, ("strategy", plugin.name)))
        ) from error
    if config.strategy.file is not None:
        return GuardedPlugin(plugin, config.strategy.file), settings
    return (plugin if is_built_in("strategies", plugin.name) else GuardedPlugin(plugin)), settings


def strategy_table_faults(config: AlphaStrikeConfig) -> list[Fault]:
    """What is wrong with the `[strategy.NAME]` tables: names no strategy has, keys and values it refuses."""
    tables: dict[str, dict[str, Any]] = config.strategy.model_extra or {}
    if not tables:
        return []
    plugins = available("strategies")
    if config.strategy.file is not None:
        own = plugin_from_file(config.strategy.file)
        plugins[own.name] = lambda: own
    faults: list[Fault] = []
    for name, table in tables.items():
        path = ("strategy", name)
        if name not in plugins:
            faults.append(Fault(path, unknown(name, [*plugins, "name", "file"])))
            continue
        model = plugins[name]().Config
        if model is SignalsConfig:
            faults.append(Fault(path, "its settings are the [signals] section"))
            continue
        wrong = {key: problem_with(model, (key,), value) for key, value in table.items()}
        faults += [Fault((*path, key), problem) for key, problem in wrong.items() if problem]
        try:
            model.model_validate({key: value for key, value in table.items() if not wrong[key]})
        except ValidationError as error:
            faults += faults_of(error, path)
    return faults
