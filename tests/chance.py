"""Random markets and random order streams, repeatable by seed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.adapters.simulated.kernel_account import mark_account, remark
from alphastrike.adapters.simulated.kernel_matching import open_candle, walk_candle
from alphastrike.adapters.simulated.kernel_session import Candle, Rates, _settle_until
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.orders import OrderType, TimeInForce
from tests.builders import BINANCE_TIERS, START_MS, Exchange, an_exchange, an_instrument, funding_rows

TICK, STEP = 0.01, 0.001
SYMBOLS = ("AUSDT", "BUSDT")


@dataclass(frozen=True)
class Market:
    """Candles as (symbols, bars, 5), NaN for missing ones, and funding."""

    candles: np.ndarray
    rates: Rates

    @property
    def bars(self) -> int:
        """How many bars there are."""
        return self.candles.shape[1]


def a_market(seed: int, bars: int = 40, *, wildness: float = 1.0) -> Market:
    """Prices on the tick with jumps and gaps, thin and empty volume, missing candles, odd funding times.

    `wildness` scales every move of price and funding.
    """
    chance = np.random.default_rng(seed)
    shape = (len(SYMBOLS), bars)
    steps = chance.normal(0.0, 0.02, shape) + (chance.random(shape) < 0.05) * chance.normal(0.0, 0.2, shape)
    close = on_tick(100.0 * np.exp(np.cumsum(wildness * steps, axis=1)))
    before = np.concatenate([np.full((len(SYMBOLS), 1), 100.0), close[:, :-1]], axis=1)
    gap = wildness * np.where(chance.random(shape) < 0.1, chance.normal(0.0, 0.1, shape), 0.0)
    opened = on_tick(before * np.exp(gap))
    reach = wildness * np.abs(chance.normal(0.0, 0.015, (2, *shape)))
    high = on_tick(np.maximum(opened, close) * (1 + reach[0]))
    low = on_tick(np.minimum(opened, close) / (1 + reach[1]))
    volume = np.where(chance.random(shape) < 0.1, 0.0, np.exp(chance.normal(1.0, 2.0, shape)))
    candles = np.stack([opened, high, low, close, volume], axis=2)
    candles[chance.random(shape) < 0.05] = np.nan
    rows = []
    for _ in SYMBOLS:
        gaps = chance.integers(HOUR_MS // 3, 9 * HOUR_MS, bars)
        times = START_MS - HOUR_MS + np.cumsum(gaps)
        paid = wildness * chance.normal(0.0, 0.01, bars)
        rows.append(tuple(zip(times.tolist(), paid.tolist(), strict=True)))
    return Market(candles, funding_rows(*rows))


def on_tick(prices: np.ndarray) -> np.ndarray:
    """Prices rounded to the tick, at least one."""
    return np.maximum(np.rint(prices / TICK), 1.0) / 100.0


def a_venue_for(market: Market, **settings: Any) -> Exchange:
    """A venue for the market's symbols with fees and a fresh copy of its funding cursor."""
    rates = market.rates._replace(cursor=market.rates.cursor.copy())
    fees = {"maker_fee_rate": "0.0002", "taker_fee_rate": "0.0005", "liquidation_fee_rate": "0.0125"}
    instruments = [an_instrument(symbol, tiers=BINANCE_TIERS, min_notional="1", **fees) for symbol in SYMBOLS]
    return an_exchange(*instruments, equity=1_000.0, rates=rates, rows=8_192, **settings)


def live_through(exchange: Exchange, market: Market, bar: int, *, shortcut: bool = True) -> None:
    """One bar of every symbol; without the shortcut every candle is walked, however quiet."""
    if shortcut:
        exchange.candle(*(_candle(market, symbol, bar) for symbol in range(len(SYMBOLS))))
        return
    mark_account(exchange.venue)
    for symbol in range(len(SYMBOLS)):
        _walk(exchange, symbol, exchange.next_candle(_candle(market, symbol, bar)))
    exchange.now_ms += exchange.interval_ms


def _walk(exchange: Exchange, symbol: int, candle: Candle) -> None:
    venue, rates = exchange.venue, exchange.rates
    _settle_until(venue, symbol, candle.open_ms, min(candle.open_ms + 60_000, candle.close_ms), rates)
    if candle.close > 0.0:
        open_candle(venue, symbol, candle)
    _settle_until(venue, symbol, candle.open_ms, candle.close_ms, rates)
    if candle.close > 0.0:
        walk_candle(venue, symbol, candle)
        venue.positions[symbol]["mark_price"] = candle.close
        remark(venue, symbol)


def random_orders(exchange: Exchange, seed: int, bar: int) -> None:
    """Send a few orders and cancellations that depend on the seed, the bar and the mark prices alone."""
    chance = np.random.default_rng((seed, bar))
    for symbol in range(len(SYMBOLS)):
        for _ in range(chance.integers(0, 3)):
            _random_order(exchange, chance, symbol)
        if chance.random() < 0.15 and exchange.number:
            exchange.cancel(int(chance.integers(1, exchange.number + 1)), symbol)


def _random_order(exchange: Exchange, chance: np.random.Generator, symbol: int) -> None:
    kind = OrderType(int(chance.integers(0, 4)))
    lots = int(np.ceil(np.exp(chance.normal(9.5, 1.5))))
    mark = float(exchange.venue.positions[symbol]["mark_price"])
    price = float(on_tick(np.array(mark * np.exp(chance.normal(0.0, 0.03)))))
    exchange.send(
        1 if chance.random() < 0.5 else -1,
        lots,
        kind,
        symbol=symbol,
        at=price,
        lasts=TimeInForce(int(chance.choice([0, 0, 0, 1, 2, 3]))),
        reduce_only=bool(chance.random() < 0.35),
    )


def _candle(market: Market, symbol: int, bar: int) -> tuple[float, ...] | None:
    candle = market.candles[symbol, bar]
    return None if np.isnan(candle[0]) else tuple(candle.tolist())
