"""Market data as it crosses the exchange boundary. Times are UTC milliseconds."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class UnifiedTicker:
    """Last, best bid and best ask of a symbol; mark and index where the venue sends them."""

    symbol: str
    last_price: Decimal
    best_bid: Decimal
    best_ask: Decimal
    event_time_ms: int
    mark_price: Decimal | None = None
    index_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class UnifiedCandle:
    """A candle. `open_time_ms` is its first millisecond; prices and volumes are statistics (float64).

    `volume` and `taker_buy_volume` are base units; the latter is None where the venue lacks it.
    """

    symbol: str
    interval_ms: int
    open_time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    taker_buy_volume: float | None = None
    is_closed: bool = True

    @property
    def close_time_ms(self) -> int:
        """The candle's last millisecond."""
        return self.open_time_ms + self.interval_ms - 1


@dataclass(frozen=True, slots=True)
class UnifiedTrade:
    """A public trade (market print). `is_buyer_maker` true means the aggressor sold."""

    symbol: str
    price: Decimal
    quantity: Decimal
    is_buyer_maker: bool
    event_time_ms: int
    trade_id: str


@dataclass(frozen=True, slots=True)
class UnifiedOrderBook:
    """Price levels, best first, each (price, quantity in base units)."""

    symbol: str
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]
    event_time_ms: int
    sequence: int


@dataclass(frozen=True, slots=True)
class UnifiedFundingRate:
    """A funding rate: a fraction of notional per `interval_ms`, due at `funding_time_ms`."""

    symbol: str
    rate: float
    funding_time_ms: int
    interval_ms: int
    mark_price: Decimal | None = None
