"""The ccxt library as a plugin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from alphastrike.adapters.ccxt.client import manners_of, opened_exchange
from alphastrike.adapters.ccxt.config import PROVEN, CcxtConfig
from alphastrike.adapters.ccxt.rest import CcxtRest
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.transport.adapter import PairedConnection, VenueAccess
from alphastrike.transport.polled_streams import PolledStreams

_POLLED: Final = "a polled venue has no streams of the account: ask get_order and get_fills"
_TWO_SIDES: Final = (
    "at this exchange the library leaves it to the caller that long and short are two positions"
)
OPT_OUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "check_positions_and_balances_agree_with_the_fills": _TWO_SIDES,
        "check_longs_pay_a_positive_funding_rate": _TWO_SIDES,
        "check_the_liquidation_price_is_on_the_losing_side": "the venue tells none through the library",
        "check_candles_of_several_symbols_share_a_stream_and_others_stay_out": (
            "a closed candle is read a moment after its end, later than this case listens"
        ),
        "check_a_fill_is_streamed_as_the_order_book_of_rest_tells_it": _POLLED,
        "check_order_changes_are_streamed_until_the_end": _POLLED,
        "check_two_readers_both_get_every_fill": _POLLED,
        "check_closing_ends_every_stream_and_twice_is_safe": _POLLED,
        "check_streams_can_be_opened_again_after_a_close": _POLLED,
    }
)


@dataclass(frozen=True, slots=True)
class CcxtAdapter:
    """What discovery finds. Checked at WEEX, whose wire the practice exchange speaks; opt-outs say why."""

    name: str = "ccxt"
    Config: type[CcxtConfig] = CcxtConfig
    capabilities: VenueCapabilities = PROVEN["weex"].capabilities
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: OPT_OUTS)
    dialect: str = "weex"

    def open(self, config: CcxtConfig, access: VenueAccess) -> PairedConnection[CcxtRest, PolledStreams]:
        """Both protocols for one account, not connected yet."""
        rest = CcxtRest(opened_exchange(config, access), manners_of(config))
        return PairedConnection(rest, PolledStreams(rest, access.clock))


plugin = CcxtAdapter()
