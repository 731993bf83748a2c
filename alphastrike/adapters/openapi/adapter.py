"""Any described venue as a plugin. What it stands on is imported when a connection is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field

from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.settings import Settings
from alphastrike.transport.adapter import VenueAccess, VenueConnection

_EXAMPLES: Final = Path(__file__).parent / "venues"
_POLLED: Final = "a described venue has no streams of the account: ask get_order and get_fills"
OPT_OUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
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


class OpenapiConfig(Settings):
    """Which venue, and on which of its networks."""

    file: Path = Field(
        _EXAMPLES / "binance_usdm" / "venue.yaml",
        description="the venue's description; its document lies beside it",
    )
    network: Literal["test", "live"] = Field("test", description="test: the description's `test` server")


@dataclass(frozen=True, slots=True)
class OpenapiAdapter:
    """What discovery finds. Checked on the Binance example, whose wire the practice exchange speaks."""

    name: str = "openapi"
    Config: type[OpenapiConfig] = OpenapiConfig
    contract_opt_outs: Mapping[str, str] = field(default_factory=lambda: OPT_OUTS)
    dialect: str = "binance"

    @property
    def capabilities(self) -> VenueCapabilities:
        """Those of the default description."""
        from alphastrike.adapters.openapi.connecting import capabilities_of  # noqa: PLC0415
        from alphastrike.adapters.openapi.loading import load_venue  # noqa: PLC0415

        return capabilities_of(load_venue(OpenapiConfig().file).description)

    def open(self, config: OpenapiConfig, access: VenueAccess) -> VenueConnection:
        """Both protocols for one account, not connected yet."""
        from alphastrike.adapters.openapi.connecting import opened  # noqa: PLC0415

        return opened(self.name, config, access)


plugin = OpenapiAdapter()
