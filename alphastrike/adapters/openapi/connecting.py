"""A described venue put together: checked, compiled, with an address for its network."""

from pathlib import Path
from typing import Final, Protocol, TypeVar

from pydantic import HttpUrl

from alphastrike.adapters.openapi.calls import DescribedCalls
from alphastrike.adapters.openapi.description import VenueDescription
from alphastrike.adapters.openapi.loading import load_venue
from alphastrike.adapters.openapi.plan import compiled_methods
from alphastrike.adapters.openapi.rest import DescribedRest
from alphastrike.adapters.openapi.rules import DescribedRules
from alphastrike.adapters.openapi.websocket import DescribedWebSocket
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.transport.adapter import PairedConnection, VenueAccess
from alphastrike.transport.client import Surroundings, VenueClient

_NEEDED: Final = ("get_server_time_ms", "get_instruments", "get_candles", "place_order", "get_open_orders")
T = TypeVar("T")


class VenueChoice(Protocol):
    """Which venue, and on which of its networks."""

    @property
    def file(self) -> Path:
        """The description."""
        ...

    @property
    def network(self) -> str:
        """`test` or `live`."""
        ...


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


def opened(
    name: str, config: VenueChoice, access: VenueAccess
) -> PairedConnection[DescribedRest, DescribedWebSocket]:
    """Both protocols for one account, not connected yet. `name` is the plugin's, by which it was chosen."""
    venue = load_venue(config.file)
    description = venue.description
    missing = [method for method in _NEEDED if method not in description.methods]
    if missing:
        raise ConfigError(f"{config.file}: observed no {', '.join(missing)}, allowed a venue that binds them")
    methods = compiled_methods(description, venue.document)
    rules = DescribedRules(description, methods, _server(config, description, access), access.credentials)
    around = Surroundings(access.sender, access.clock, access.chance)
    client = VenueClient(description.venue, rules, rules.limits, around)
    calls = DescribedCalls(venue, methods, rules, client)
    rest = DescribedRest(calls, capabilities_of(description), venue=name)
    streams = description.websocket
    root = None if streams is None else _of_network(config, streams.live, streams.test)
    return PairedConnection(
        rest, DescribedWebSocket(streams, access.endpoints.get("ws_url", root), rest, access)
    )


def _server(config: VenueChoice, description: VenueDescription, access: VenueAccess) -> str:
    if "rest_url" in access.endpoints:
        return access.endpoints["rest_url"]
    chosen: HttpUrl | None = _of_network(config, description.live, description.test)
    if chosen is None:
        raise ConfigError(f'{config.file}: observed network = "test" and no `test` server, allowed "live"')
    return str(chosen)


def _of_network(config: VenueChoice, live: T, test: T | None) -> T | None:
    return live if config.network == "live" else test
