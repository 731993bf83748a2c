"""Where and as whom to trade."""

import re
from typing import Literal

from pydantic import Field, field_validator

from alphastrike.domain.settings import Settings

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class HyperliquidConfig(Settings):
    """The venue's section. The key comes from the environment or a file of mode 0600, never from here.

    `private_key` is the account's own or, better, an agent's that it approved; `account_address` is then
    found by itself. Without a key the market can be read, and with `account_address` alone an account.
    """

    network: Literal["testnet", "mainnet"] = Field(
        "testnet", description="which of the venue's networks; mainnet is real money"
    )
    vault_address: str | None = Field(
        None, description="vault or sub-account to trade for, 0x and 40 hexadecimal digits"
    )
    rest_url: str | None = Field(None, description="base of /info and /exchange; default: the network's own")
    ws_url: str | None = Field(None, description="address of the stream; default: the network's own")
    market_slippage: float = Field(
        0.05,
        gt=0,
        le=0.2,
        description="fraction of the price a market order may cost beyond it: the venue has none, an "
        "immediate limit order takes its place",
    )
    expires_after_ms: int = Field(
        5_000,
        ge=1_000,
        le=60_000,
        description="ms after which the venue must drop an order that reaches it late; as long waits the "
        "answer to what became of an order that nobody confirmed",
    )

    @field_validator("vault_address")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is None or _ADDRESS.fullmatch(value):
            return None if value is None else value.lower()
        raise ValueError("0x and 40 hexadecimal digits")

    @property
    def is_mainnet(self) -> bool:
        """Whether real money is at stake."""
        return self.network == "mainnet"

    def urls(self) -> tuple[str, str]:
        """Base of the requests and address of the stream."""
        host = "api.hyperliquid.xyz" if self.is_mainnet else "api.hyperliquid-testnet.xyz"
        return self.rest_url or f"https://{host}", self.ws_url or f"wss://{host}/ws"
