"""The venue as a plugin: how its parts are put together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from alphastrike.adapters.hyperliquid.account_reads import AccountReads, Identity
from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.hyperliquid.config import HyperliquidConfig
from alphastrike.adapters.hyperliquid.market_reads import MarketReads
from alphastrike.adapters.hyperliquid.order_desk import OrderDesk
from alphastrike.adapters.hyperliquid.order_rules import CAPABILITIES
from alphastrike.adapters.hyperliquid.rest import HyperliquidRest
from alphastrike.adapters.hyperliquid.signing import Wallet
from alphastrike.adapters.hyperliquid.websocket import HyperliquidWebSocket, StreamSurroundings
from alphastrike.adapters.hyperliquid.wire_rules import LIMITS, HyperliquidRules
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.transport.adapter import PairedConnection, VenueAccess
from alphastrike.transport.client import Surroundings, VenueClient
from alphastrike.transport.credentials import Credentials

_OPT_OUTS = {
    "check_longs_pay_a_positive_funding_rate": "the venue's history of rates does not tell the oracle price "
    "each was paid on, so the payment cannot be computed from it"
}
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class HyperliquidAdapter:
    """What discovery finds. `contract_opt_outs` maps a contract check that cannot hold to the reason."""

    name: str = "hyperliquid"
    Config: type[HyperliquidConfig] = HyperliquidConfig
    capabilities: VenueCapabilities = CAPABILITIES
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(_OPT_OUTS))
    dialect: str = "hyperliquid"

    def open(
        self, config: HyperliquidConfig, access: VenueAccess
    ) -> PairedConnection[HyperliquidRest, HyperliquidWebSocket]:
        """Both protocols over the given wire, time and chance."""
        ids, wallet = ClientIds(), _wallet(access.credentials)
        rest_url, ws_url = config.urls()
        rules = HyperliquidRules(config, wallet, ids, access.endpoints.get("rest_url", rest_url))
        around = Surroundings(access.sender, access.clock, access.chance)
        client = VenueClient(self.name, rules, LIMITS, around)
        identity = Identity(
            network=config.network,
            signer=None if wallet is None else wallet.address,
            account_address=_address(access.credentials),
            vault_address=config.vault_address,
        )
        market = MarketReads(client)
        account = AccountReads(market, identity, ids)
        desk = OrderDesk(client, market, account, ids, config)
        url = access.endpoints.get("ws_url", ws_url)
        streams = StreamSurroundings(url, access.connector, access.clock, access.chance)
        websocket = HyperliquidWebSocket(market, account, ids, streams)
        desk.book_state = websocket.book_state
        return PairedConnection(HyperliquidRest(client, market, account, desk), websocket)


plugin = HyperliquidAdapter()


def _wallet(credentials: Credentials) -> Wallet | None:
    key = credentials.private_key.get_secret_value()
    return Wallet(key) if key else None


def _address(credentials: Credentials) -> str | None:
    text = credentials.account_address.get_secret_value().lower()
    if text and not _ADDRESS.fullmatch(text):
        raise ConfigError(
            f"account_address: observed {len(text)} characters, allowed 0x and 40 hexadecimal digits; "
            "it is read from ALPHASTRIKE_HYPERLIQUID_ACCOUNT_ADDRESS or the credentials file"
        )
    return text or None
