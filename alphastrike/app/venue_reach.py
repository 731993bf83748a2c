"""The way to a venue: its adapter by name, and the network, the clock and a key to use it with."""

import numpy as np

from alphastrike.app.discovery import chosen
from alphastrike.domain.errors import ConfigError
from alphastrike.transport.adapter import VenueAccess, WireAdapter
from alphastrike.transport.credentials import Credentials


def real_access(endpoints: dict[str, str], credentials: Credentials | None = None) -> VenueAccess:
    """The network, this machine's clock, and no key unless one is given: public data needs none."""
    from alphastrike.transport.clock import SystemClock  # noqa: PLC0415 - only a venue needs it
    from alphastrike.transport.http_aiohttp import AiohttpSender  # noqa: PLC0415 - the same
    from alphastrike.transport.socket_websockets import WebsocketsConnector  # noqa: PLC0415 - the same

    chance = np.random.default_rng()
    key = credentials or Credentials()
    return VenueAccess(AiohttpSender(), WebsocketsConnector(), SystemClock(), chance, key, endpoints)


def venue_adapter(name: str) -> WireAdapter:
    """The adapter of this name; `ConfigError` for one that has no wire of its own."""
    adapter: WireAdapter = chosen("adapters", (name,), "--venue")[name]
    if not hasattr(adapter, "open"):
        raise ConfigError(
            f"--venue: observed {name}, allowed a venue with a live market; leave --venue out for {name}"
        )
    return adapter
