"""The ccxt library as a plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alphastrike.adapters.ccxt.client import manners_of, opened_exchange
from alphastrike.adapters.ccxt.config import PROVEN, CcxtConfig
from alphastrike.adapters.ccxt.rest import CcxtRest
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.polled_streams import PolledStreams


@dataclass(frozen=True, slots=True)
class CcxtConnection:
    """Both protocols for one account, not connected yet."""

    rest: CcxtRest
    websocket: PolledStreams

    async def connect(self) -> None:
        """Connect both."""
        await self.rest.connect()
        await self.websocket.connect()

    async def close(self) -> None:
        """Close both; safe to call twice."""
        await self.websocket.close()
        await self.rest.close()


@dataclass(frozen=True, slots=True)
class CcxtAdapter:
    """How connections are made."""

    name: str = "ccxt"
    Config: type[CcxtConfig] = CcxtConfig
    capabilities: VenueCapabilities = PROVEN["weex"].capabilities
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dialect: str = "weex"

    def open(self, config: CcxtConfig, access: VenueAccess) -> CcxtConnection:
        """Both protocols for one account, not connected yet."""
        rest = CcxtRest(opened_exchange(config, access), manners_of(config))
        return CcxtConnection(rest, PolledStreams(rest, access.clock))


plugin = CcxtAdapter()
