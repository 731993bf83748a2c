"""Exit codes: the same in every command and every release."""

from enum import IntEnum

from alphastrike.domain.errors import (
    AlphaStrikeError,
    ConfigError,
    DataError,
    InvariantBroken,
    NotArmed,
    VenueUnreachable,
)


class Exit(IntEnum):
    """What the process says to whoever started it."""

    OK = 0
    FAILED = 1
    UNUSABLE_INPUT = 2  # command line, configuration or data
    HALTED = 3  # fail-closed: something that must always hold did not
    UNREACHABLE = 4  # a venue did not answer
    INTERRUPTED = 130


def exit_code(fault: AlphaStrikeError) -> Exit:
    """The code for a fault, by whose fault it is."""
    if isinstance(fault, ConfigError | DataError):
        return Exit.UNUSABLE_INPUT
    if isinstance(fault, InvariantBroken | NotArmed):
        return Exit.HALTED
    return Exit.UNREACHABLE if isinstance(fault, VenueUnreachable) else Exit.FAILED


_EXTRAS = {
    "lightgbm": "ml",
    "scipy": "ml",
    "ollama": "llm",
    "sqlalchemy": "llm",
    "httpx": "llm",
    "joblib": "sweep",
    "apprise": "notify",
    "prometheus_client": "dashboard",
    "optuna": "sweep",
}


def missing_package(module: str) -> str:
    """What to install when a command needs a package that the core does not bring."""
    package = module.partition(".")[0]
    extra = _EXTRAS.get(package, "venues")
    return f"this command needs {package}, which is not installed: pip install 'alphastrike[{extra}]'"
