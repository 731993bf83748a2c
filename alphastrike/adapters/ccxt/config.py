"""Which of the library's exchanges, and what is known of each from its recorded requests."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field

from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.settings import Settings


class CcxtConfig(Settings):
    """The library's exchange to trade at."""

    exchange: str = Field("weex", pattern=r"^[a-z0-9]+$", description="the library's name of the exchange")
    network: Literal["test", "live"] = Field(
        "test", description="test: the exchange's demo or sandbox; live: real money"
    )
    allow_unproven: bool = Field(
        default=False,
        description="trade where nobody has recorded what the library sends besides what it is asked for",
    )


@dataclass(frozen=True, slots=True)
class Manners:
    """What is known of one exchange in the library: proven by recording its requests on loopback."""

    capabilities: VenueCapabilities
    test_by_demo: bool = False  # `enable_demo_trading`, where the sandbox is gone
    finds_client_ids: bool = True  # one order can be asked for by its client id


def _can(*, post_only: bool, conditional: bool, isolated: bool, longest: int) -> VenueCapabilities:
    return VenueCapabilities(
        supports_post_only=post_only,
        supports_conditional=conditional,
        supports_reduce_only=True,
        supports_fill_or_kill=False,
        supports_isolated_margin=isolated,
        supports_dead_man_switch=False,
        supports_trade_stream=False,
        max_client_order_id_length=longest,
        supports_user_streams=False,
    )


PROVEN: Final = MappingProxyType(
    {
        "binanceusdm": Manners(
            _can(post_only=True, conditional=False, isolated=True, longest=32), test_by_demo=True
        ),
        "hyperliquid": Manners(_can(post_only=True, conditional=False, isolated=False, longest=34)),
        # The library drops post-only here without a word, and looks no contract order up by client id.
        "weex": Manners(
            _can(post_only=False, conditional=False, isolated=True, longest=36), finds_client_ids=False
        ),
    }
)
UNPROVEN: Final = Manners(_can(post_only=False, conditional=False, isolated=False, longest=32))
