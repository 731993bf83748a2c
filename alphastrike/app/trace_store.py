"""The trace store of a configuration, opened."""

from typing import TYPE_CHECKING

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.config import TracesConfig

if TYPE_CHECKING:
    from alphastrike.traces.store import TraceStore


def open_store(place: TracesConfig | str) -> "TraceStore":
    """The store at a place; `ConfigError` without the package it needs."""
    try:
        from alphastrike.traces.store import TraceStore  # noqa: PLC0415 - an extra
    except ImportError:
        raise ConfigError("traces: sqlalchemy is not installed: pip install 'alphastrike[llm]'") from None
    return TraceStore.opened(place)
