"""The symbols both sides of the adapter know, and what order books they follow."""

from collections.abc import Iterable

from alphastrike.domain.errors import UnknownSymbol, VenueRejected, VenueUnreachable
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.intervals import DAY_MS, HOUR_MS, MINUTE_MS

INTERVALS = {
    MINUTE_MS: "1m",
    3 * MINUTE_MS: "3m",
    5 * MINUTE_MS: "5m",
    15 * MINUTE_MS: "15m",
    30 * MINUTE_MS: "30m",
    HOUR_MS: "1h",
    2 * HOUR_MS: "2h",
    4 * HOUR_MS: "4h",
    6 * HOUR_MS: "6h",
    8 * HOUR_MS: "8h",
    12 * HOUR_MS: "12h",
    DAY_MS: "1d",
}


class Catalogue:
    """Instruments by symbol, filled by the first request."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._instruments: dict[str, UnifiedInstrument] = {}

    def fill(self, instruments: Iterable[UnifiedInstrument]) -> None:
        """Replace everything."""
        self._instruments = {instrument.symbol: instrument for instrument in instruments}

    def instrument(self, symbol: str) -> UnifiedInstrument:
        """A listed instrument; `UnknownSymbol` when it is not listed."""
        if not self._instruments:
            raise VenueUnreachable("binance: not connected; call connect() first")
        if symbol not in self._instruments:
            raise UnknownSymbol(f"binance symbol: observed {symbol!r}, allowed a listed USDT perpetual")
        return self._instruments[symbol]


def interval_name(interval_ms: int) -> str:
    """The venue's name of a candle interval; `VenueRejected` when it has none."""
    if interval_ms not in INTERVALS:
        raise VenueRejected(f"interval_ms: observed {interval_ms}, allowed one of {sorted(INTERVALS)}")
    return INTERVALS[interval_ms]
