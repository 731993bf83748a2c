"""Instruments, orders, fills and a simulated venue for tests; defaults cost nothing."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.adapters.simulated.kernel_account import mark_account
from alphastrike.adapters.simulated.kernel_session import Candle, Rates, feed_symbol, submit
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.ledger import Markets, Tape
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import FILL, NOTICE_ORDER, ORDER, TRADE

START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
PLENTY = 1e9  # of volume

# (notional floor, maintenance rate, highest leverage)
FLAT_TIERS = ((0, "0.005", 125),)
BINANCE_TIERS = ((0, "0.004", 125), (50_000, "0.005", 100), (600_000, "0.0065", 75))


class Fill(NamedTuple):
    """A fill as tests like to read it."""

    side: int
    lots: int
    price: float
    fee: float
    is_maker: bool
    is_liquidation: bool
    ts_ms: int
    symbol: int


def an_instrument(symbol: str = "BTCUSDT", *, tiers: Any = FLAT_TIERS, **rules: Any) -> UnifiedInstrument:
    """Tick 0.01, step 0.001, no fees and no smallest order unless given; numbers as text."""
    numbers = {
        "tick_size": "0.01",
        "quantity_step": "0.001",
        "min_quantity": "0",
        "min_notional": "0",
        "maker_fee_rate": "0",
        "taker_fee_rate": "0",
        "liquidation_fee_rate": "0",
    } | rules
    return UnifiedInstrument(
        symbol=symbol,
        venue="simulated",
        native_symbol=symbol,
        margin_tiers=tuple(
            MarginTier(Decimal(str(floor)), Decimal(rate), leverage) for floor, rate, leverage in tiers
        ),
        **{name: Decimal(str(value)) for name, value in numbers.items()},
    )


def a_free_venue(**settings: Any) -> SimulatedVenueConfig:
    """No spread, slippage or impact, and every candle's whole volume to be had."""
    free = {"half_spread_bps": 0.0, "slippage_bps": 0.0, "impact_bps": 0.0, "volume_share": 1.0}
    return SimulatedVenueConfig(**(free | settings))


def funding_rows(*symbols: tuple[tuple[int, float], ...]) -> Rates:
    """Funding rates of every symbol, each a tuple of (due time, rate)."""
    rows = [row for rates in symbols for row in rates]
    offsets = np.cumsum([0, *(len(rates) for rates in symbols)], dtype=np.int64)
    return Rates(
        np.array([ts_ms for ts_ms, _ in rows], dtype=np.int64),
        np.array([rate for _, rate in rows], dtype=np.float64),
        offsets,
        offsets[:-1].copy(),
    )


def an_order(
    side: int,
    lots: int,
    kind: OrderType = OrderType.MARKET,
    *,
    at: float = 0.0,
    lasts: TimeInForce = TimeInForce.GTC,
    reduce_only: bool = False,
    number: int = 1,
) -> Any:
    """An order record; `at` is its limit or trigger price."""
    order = np.zeros(1, dtype=ORDER)[0]
    order["order_id"] = number
    order["side"] = side
    order["order_type"] = kind
    order["time_in_force"] = lasts
    order["reduce_only"] = reduce_only
    order["reason"] = Reason.ENTRY
    order["lots"] = lots
    order["price"] = at if kind is OrderType.LIMIT else 0.0
    order["trigger_price"] = at if kind in (OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET) else 0.0
    return order


@dataclass
class Exchange:
    """A simulated venue with a clock: send orders, feed candles, read what happened."""

    venue: Venue
    rates: Rates
    now_ms: int = START_MS
    interval_ms: int = HOUR_MS
    number: int = field(default=0)

    def candle(self, *candles: tuple[float, ...] | None) -> "Exchange":
        """One candle a symbol, (open, high, low, close[, volume]), None for a missing one."""
        mark_account(self.venue)
        for symbol, prices in enumerate(candles):
            feed_symbol(self.venue, symbol, self.next_candle(prices), self.rates)
        self.now_ms += self.interval_ms
        return self

    def next_candle(self, prices: tuple[float, ...] | None) -> Candle:
        """The candle that opens now."""
        values = [np.nan] * 5 if prices is None else [float(price) for price in prices]
        volume = values[4] if len(values) == 5 else PLENTY
        return Candle(self.now_ms, self.now_ms + self.interval_ms - 1, *values[:4], volume)

    def quiet(self, price: float) -> "Exchange":
        """A candle of one symbol in which the price does not move."""
        return self.candle((price, price, price, price))

    def buy(self, lots: int, kind: OrderType = OrderType.MARKET, **terms: Any) -> int:
        """Send a buy order; returns why it was refused, or 0."""
        return self.send(Side.BUY, lots, kind, **terms)

    def sell(self, lots: int, kind: OrderType = OrderType.MARKET, **terms: Any) -> int:
        """Send a sell order; returns why it was refused, or 0."""
        return self.send(Side.SELL, lots, kind, **terms)

    def send(self, side: int, lots: int, kind: OrderType, *, symbol: int = 0, **terms: Any) -> int:
        """Send an order numbered after the last one."""
        self.number += 1
        order = an_order(side, lots, kind, number=self.number, **terms)
        return int(submit(self.venue, symbol, order, self.now_ms - 1))

    def cancel(self, number: int, symbol: int = 0) -> None:
        """Cancel an order by its number."""
        order = an_order(Side.BUY, 0, number=number)
        order["state"] = OrderState.CANCELED
        submit(self.venue, symbol, order, self.now_ms - 1)

    @property
    def fills(self) -> list[Fill]:
        """Every fill so far."""
        return [
            Fill(
                int(row["side"]),
                int(row["lots"]),
                float(row["price"]),
                float(row["fee"]),
                bool(row["is_maker"]),
                bool(row["is_liquidation"]),
                int(row["ts_ms"]),
                int(row["symbol"]),
            )
            for row in self.venue.fills[: self.venue.used[0]]
        ]

    @property
    def prices(self) -> list[float]:
        """The price of every fill so far."""
        return [fill.price for fill in self.fills]

    @property
    def words(self) -> list[tuple[int, OrderState]]:
        """(order number, state) of everything said about orders that was not a fill."""
        notices = self.venue.notices[: self.venue.used[2]]
        return [
            (int(row["order_id"]), OrderState(int(row["state"])))
            for row in notices
            if row["kind"] == NOTICE_ORDER and row["state"] != OrderState.WORKING
        ]

    @property
    def payments(self) -> list[tuple[int, float, float]]:
        """(time, mark price, payment) of every funding exchanged so far."""
        rows = self.venue.funding[: self.venue.used[1]]
        return [(int(row["ts_ms"]), float(row["mark_price"]), float(row["payment"])) for row in rows]

    @property
    def wallet(self) -> float:
        """Cash of the account."""
        return float(self.venue.account[0]["wallet"])

    def lots(self, symbol: int = 0) -> int:
        """Signed lots held."""
        return int(self.venue.positions[symbol]["lots"])

    def working(self, symbol: int = 0) -> list[int]:
        """Numbers of the orders on the book, oldest first."""
        return [int(row["order_id"]) for row in self.venue.orders[symbol, : self.venue.order_count[symbol]]]


def an_exchange(
    *instruments: UnifiedInstrument,
    equity: float = 10_000.0,
    rates: Rates | None = None,
    rows: int = 512,
    interval_ms: int = HOUR_MS,
    **settings: Any,
) -> Exchange:
    """A venue with a fresh account; `settings` are those of the venue's configuration."""
    traded = instruments or (an_instrument(),)
    markets = Markets.of(traded)
    venue = Venue.opened(markets, equity, a_free_venue(**settings), Tape.blank(rows))
    return Exchange(venue, rates or funding_rows(*(() for _ in traded)), interval_ms=interval_ms)


def a_fill(side: int, lots: int, price: float, *, fee: float = 0.0, ts_ms: int = START_MS) -> Any:
    """A fill record."""
    fill = np.zeros(1, dtype=FILL)[0]
    fill["ts_ms"] = ts_ms
    fill["side"] = side
    fill["lots"] = lots
    fill["price"] = price
    fill["fee"] = fee
    fill["reason"] = Reason.SIGNAL_EXIT
    return fill


def a_trade() -> Any:
    """An empty trade record to be written."""
    return np.zeros(1, dtype=TRADE)[0]
