"""Where Binance USD-M is; the demo account unless told otherwise."""

from typing import Literal

from pydantic import Field

from alphastrike.domain.settings import Settings

_REST = {"demo": "https://demo-fapi.binance.com", "live": "https://fapi.binance.com"}
_SPOT = {"demo": None, "live": "https://api.binance.com"}
_STREAMS = {"demo": "wss://fstream.binancefuture.com", "live": "wss://fstream.binance.com"}


class BinanceConfig(Settings):
    """Addresses and the time window of signed requests."""

    network: Literal["demo", "live"] = Field("demo", description="demo trading, or the live account")
    rest_url: str | None = Field(None, description="root for requests; default: that of the network")
    ws_url: str | None = Field(
        None, description="root for streams; default: that of the network (sources disagree on the demo one)"
    )
    spot_url: str | None = Field(
        None,
        description="root of the spot interface, which tells what a key may do; default: that of the "
        "network, where it has one",
    )
    receive_window_ms: int = Field(
        5_000, ge=1, le=60_000, description="ms a signed request stays valid; longer forgives a worse clock"
    )

    @property
    def rest_root(self) -> str:
        """Root for requests."""
        return self.rest_url or _REST[self.network]

    @property
    def spot_root(self) -> str | None:
        """Root of the spot interface, None where there is none."""
        return self.spot_url or _SPOT[self.network]

    @property
    def ws_root(self) -> str:
        """Root for streams, without the route."""
        return self.ws_url or _STREAMS[self.network]
