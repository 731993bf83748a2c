"""Any described venue as a plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field

from alphastrike.adapters.openapi.calls import DescribedCalls
from alphastrike.adapters.openapi.description import VenueDescription
from alphastrike.adapters.openapi.loading import load_venue
from alphastrike.adapters.openapi.plan import compiled_methods
from alphastrike.adapters.openapi.rest import DescribedRest
from alphastrike.adapters.openapi.rules import DescribedRules
from alphastrike.adapters.openapi.websocket import DescribedWebSocket
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.settings import Settings
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.client import Surroundings, VenueClient

_EXAMPLES: Final = Path(__file__).parent / "venues"
_NEEDED: Final = ("get_server_time_ms", "get_instruments", "get_candles", "place_order", "get_open_orders")


class OpenapiConfig(Settings):
    """Which venue, and on which of its networks."""

    file: Path = Field(
        _EXAMPLES / "binance_usdm" / "venue.yaml",
        description="the venue's description; its document lies beside it",
    )
    network: Literal["test", "live"] = Field("test", description="test: the description's `test` server")


@dataclass(frozen=True, slots=True)
class DescribedConnection:
    """Both protocols for one account, not connected yet."""

    rest: DescribedRest
    websocket: DescribedWebSocket

    async def connect(self) -> None:
        """Connect both."""
        await self.rest.connect()
        await self.websocket.connect()

    async def close(self) -> None:
        """Close both; safe to call twice."""
        await self.websocket.close()
        await self.rest.close()


def capabilities_of(description: VenueDescription) -> VenueCapabilities:
    """What a description binds, known before anything is sent."""
    bound, streams = description.methods, description.websocket
    return VenueCapabilities(
        supports_post_only=description.supports_post_only,
        supports_conditional={"place_conditional", "cancel_conditional"} <= bound.keys(),
        supports_reduce_only=description.supports_reduce_only,
        supports_fill_or_kill=description.supports_fill_or_kill,
        supports_isolated_margin=description.supports_isolated_margin and "set_margin_mode" in bound,
        supports_dead_man_switch=False,
        supports_trade_stream=streams is not None and "trades" in streams.streams,
        max_client_order_id_length=description.client_order_id_length,
        supports_ticker_stream=streams is not None and "tickers" in streams.streams,
        supports_user_streams=False,
        supports_cancel="cancel_order" in bound,
    )


@dataclass(frozen=True, slots=True)
class OpenapiAdapter:
    """How connections are made."""

    name: str = "openapi"
    Config: type[OpenapiConfig] = OpenapiConfig
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dialect: str = "binance"

    @property
    def capabilities(self) -> VenueCapabilities:
        """Those of the default description."""
        return capabilities_of(load_venue(OpenapiConfig().file).description)

    def open(self, config: OpenapiConfig, access: VenueAccess) -> DescribedConnection:
        """Both protocols for one account, not connected yet."""
        venue = load_venue(config.file)
        missing = [name for name in _NEEDED if name not in venue.description.methods]
        if missing:
            raise ConfigError(
                f"{config.file}: observed no {', '.join(missing)}, allowed a venue that binds them"
            )
        methods = compiled_methods(venue.description, venue.document)
        rules = DescribedRules(
            venue.description, methods, _server(config, venue.description, access), access.credentials
        )
        around = Surroundings(access.sender, access.clock, access.chance)
        client = VenueClient(venue.description.venue, rules, rules.limits, around)
        rest = DescribedRest(
            DescribedCalls(venue, methods, rules, client), capabilities_of(venue.description), venue=self.name
        )
        return DescribedConnection(rest, DescribedWebSocket(venue.description.websocket, rest, access))


plugin = OpenapiAdapter()


def _server(config: OpenapiConfig, description: VenueDescription, access: VenueAccess) -> str:
    if "rest_url" in access.endpoints:
        return access.endpoints["rest_url"]
    chosen = description.live if config.network == "live" else description.test
    if chosen is None:
        raise ConfigError(f'{config.file}: observed network = "test" and no `test` server, allowed "live"')
    return str(chosen)
