"""What an adapter of a real venue offers as a plugin, and what it is given to work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from alphastrike.domain.exchange import ExchangeRESTProtocol, ExchangeWebSocketProtocol, VenueCapabilities
from alphastrike.transport.backoff import Chance
from alphastrike.transport.clock import Clock
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.sockets import SocketConnector
from alphastrike.transport.wire import HttpSender

Rest = TypeVar("Rest", bound=ExchangeRESTProtocol)
Streams = TypeVar("Streams", bound=ExchangeWebSocketProtocol)


@dataclass(frozen=True, slots=True)
class VenueAccess:
    """The wire, the time, chance and the key. `endpoints` (`rest_url`, `ws_url`) win over settings."""

    sender: HttpSender
    connector: SocketConnector
    clock: Clock
    chance: Chance
    credentials: Credentials = field(default_factory=Credentials)
    endpoints: Mapping[str, str] = field(default_factory=dict)


class VenueConnection(Protocol):
    """Both protocols over one account at one venue."""

    @property
    def rest(self) -> ExchangeRESTProtocol:
        """Requests."""
        ...

    @property
    def websocket(self) -> ExchangeWebSocketProtocol:
        """Streams."""
        ...

    async def connect(self) -> None:
        """Connect both."""
        ...

    async def close(self) -> None:
        """Close both; safe to call twice."""
        ...


@dataclass(frozen=True, slots=True)
class PairedConnection(Generic[Rest, Streams]):
    """A `VenueConnection` of its two halves, not connected yet."""

    rest: Rest
    websocket: Streams

    async def connect(self) -> None:
        """Connect both; the requests first, as they say what is listed and whom the key acts for."""
        await self.rest.connect()
        await self.websocket.connect()

    async def close(self) -> None:
        """Close both; safe to call twice."""
        await self.websocket.close()
        await self.rest.close()


class WireAdapter(Protocol):
    """The plugin: `plugin` of the module `adapters/NAME/adapter.py`, or entry point `alphastrike.adapters`.

    `dialect` names the wire it speaks: the practice exchange behind it is what the adapter is checked on.
    `contract_opt_outs` maps a check that cannot hold at this venue to the reason, printed as a skip.
    """

    name: str
    Config: Any
    capabilities: VenueCapabilities
    contract_opt_outs: Mapping[str, str]
    dialect: str

    def open(self, config: Any, access: VenueAccess) -> VenueConnection:
        """A connection, not connected yet."""
        ...
