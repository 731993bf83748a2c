"""WEEX as a plugin: what it is, how it is configured and how its parts are put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field

from alphastrike.adapters.weex.order_bodies import LONGEST_CLIENT_ORDER_ID
from alphastrike.adapters.weex.rest import WeexRest
from alphastrike.adapters.weex.rules import LIMITS, WeexRules
from alphastrike.adapters.weex.websocket import StreamParts, WeexWebSocket
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.settings import Settings
from alphastrike.transport.adapter import PairedConnection, VenueAccess
from alphastrike.transport.client import Surroundings, VenueClient

LIVE: Final = VenueCapabilities(
    supports_post_only=True,
    supports_conditional=True,
    supports_reduce_only=True,
    supports_fill_or_kill=True,
    supports_isolated_margin=True,
    supports_dead_man_switch=False,
    supports_trade_stream=True,
    max_client_order_id_length=LONGEST_CLIENT_ORDER_ID,
    supports_book_stream=True,
)
DEMO: Final = replace(
    LIVE,
    supports_conditional=False,
    supports_isolated_margin=False,
    supports_user_streams=False,
    supports_cancel=False,
)


class WeexConfig(Settings):
    """Where WEEX is. Its test network is the demo account at the live address."""

    network: Literal["demo", "live"] = Field(
        "demo",
        description="demo: play money at the live address, orders without cancellation; live: real money",
    )
    rest_url: str = Field("https://api-contract.weex.com", pattern=r"^https?://", description="requests")
    ws_url: str = Field("wss://ws-contract.weex.com/v3/ws", pattern=r"^wss?://", description="streams")


@dataclass(frozen=True, slots=True)
class WeexAdapter:
    """What discovery finds. `contract_opt_outs` maps a contract check that cannot hold to the reason."""

    name: str = "weex"
    Config: type[WeexConfig] = WeexConfig
    capabilities: VenueCapabilities = LIVE
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    dialect: str = "weex"

    def open(self, config: WeexConfig, access: VenueAccess) -> PairedConnection[WeexRest, WeexWebSocket]:
        """Both protocols for one account, not connected yet.

        A practice exchange says in its endpoints that it offers everything, as the live account does.
        """
        is_demo = access.endpoints.get("network", config.network) == "demo"
        rest_url = access.endpoints.get("rest_url", config.rest_url)
        ws_url = access.endpoints.get("ws_url", config.ws_url)
        rules = WeexRules(rest_url, access.credentials, is_demo=is_demo)
        around = Surroundings(access.sender, access.clock, access.chance)
        client = VenueClient(self.name, rules, LIMITS, around)
        rest = WeexRest(client, rules, DEMO if is_demo else LIVE, is_demo=is_demo)
        parts = StreamParts(access.connector, access.clock, access.chance, client)
        streams = WeexWebSocket(ws_url, access.credentials, rest, parts, has_user_streams=not is_demo)
        rest.book_state = streams.book_state
        return PairedConnection(rest, streams)


plugin = WeexAdapter()
