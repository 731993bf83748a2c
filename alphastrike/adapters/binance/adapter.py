"""Binance USD-M as a plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alphastrike.adapters.binance.catalogue import Catalogue
from alphastrike.adapters.binance.config import BinanceConfig
from alphastrike.adapters.binance.order_rules import CAPABILITIES
from alphastrike.adapters.binance.rest import BinanceRest
from alphastrike.adapters.binance.rules import LIMITS, BinanceRules
from alphastrike.adapters.binance.websocket import BinanceWebSocket
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.transport.adapter import PairedConnection, VenueAccess
from alphastrike.transport.client import Surroundings, VenueClient


@dataclass(frozen=True, slots=True)
class BinanceAdapter:
    """What discovery finds."""

    name: str = "binance"
    Config: type[BinanceConfig] = BinanceConfig
    capabilities: VenueCapabilities = CAPABILITIES
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dialect: str = "binance"

    def open(
        self, config: BinanceConfig, access: VenueAccess
    ) -> PairedConnection[BinanceRest, BinanceWebSocket]:
        """A connection, not connected yet."""
        rest_root = access.endpoints.get("rest_url", config.rest_root)
        ws_root = access.endpoints.get("ws_url", config.ws_root)
        catalogue = Catalogue()
        has_account = bool(access.credentials.api_key.get_secret_value())
        websocket = BinanceWebSocket(access, ws_root, catalogue, has_account=has_account)
        spot_root = access.endpoints.get("rest_url", config.spot_root)
        rules = BinanceRules(rest_root, access.credentials, config.receive_window_ms, spot_root)
        around = Surroundings(access.sender, access.clock, access.chance)
        client = VenueClient(self.name, rules, LIMITS, around)
        rest = BinanceRest(client, catalogue, websocket.book_state, tells_powers=spot_root is not None)
        websocket.rest = rest
        return PairedConnection(rest, websocket)


plugin = BinanceAdapter()
