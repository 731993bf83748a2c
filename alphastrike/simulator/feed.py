"""Where the practice exchange's market comes from: a made one, or recorded candles."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import DataError
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.practice import Levels

_TIERS = (
    MarginTier(Decimal(0), Decimal("0.004"), 125),
    MarginTier(Decimal(50_000), Decimal("0.005"), 100),
    MarginTier(Decimal(500_000), Decimal("0.01"), 50),
    MarginTier(Decimal(5_000_000), Decimal("0.025"), 20),
    MarginTier(Decimal(50_000_000), Decimal("0.1"), 5),
)


@dataclass(frozen=True, slots=True)
class FeedStep:
    """One symbol's market since the step before. Prices are the middle of the book, volume is base units.

    `bids` and `asks` are the levels that changed; without any, the exchange makes a book around `close`.
    """

    symbol: str
    at_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    bids: Levels = ()
    asks: Levels = ()
    is_snapshot: bool = False


class Feed(Protocol):
    """A market as it happens, step by step."""

    start_ms: int
    instruments: tuple[UnifiedInstrument, ...]

    def steps(self) -> Iterator[tuple[int, tuple[FeedStep, ...]]]:
        """(time, every symbol's step), in order of time."""
        ...


def practice_instrument(symbol: str, tick: str, step: str, quote: str = "USDT") -> UnifiedInstrument:
    """A listing with the fees and tiers of a large venue."""
    return UnifiedInstrument(
        symbol=symbol,
        venue="practice",
        native_symbol=symbol,
        tick_size=Decimal(tick),
        quantity_step=Decimal(step),
        min_quantity=Decimal(step),
        min_notional=Decimal(5),
        maker_fee_rate=Decimal("0.0002"),
        taker_fee_rate=Decimal("0.0005"),
        liquidation_fee_rate=Decimal("0.0125"),
        margin_tiers=_TIERS,
        quote_asset=quote,
    )


MADE = (
    (practice_instrument("BTCUSDT", "0.1", "0.001"), 60_000.0),
    (practice_instrument("ETHUSDT", "0.01", "0.01"), 3_000.0),
    (practice_instrument("SOLUSDT", "0.01", "0.1"), 150.0),
)


class MadeFeed:
    """A seeded random walk on the tick grid, endless. `volatility` is the log change a square-root hour."""

    def __init__(self, seed: int, start_ms: int, *, step_ms: int = 250, volatility: float = 0.006) -> None:
        """Start at round prices."""
        self.start_ms = start_ms
        self.instruments = tuple(instrument for instrument, _ in MADE)
        self._chance = np.random.default_rng(seed)
        self._prices = [price for _, price in MADE]
        self._step_ms = step_ms
        self._sigma = volatility * (step_ms / 3_600_000) ** 0.5

    def steps(self) -> Iterator[tuple[int, tuple[FeedStep, ...]]]:
        """Never ends."""
        now_ms = self.start_ms
        while True:
            now_ms += self._step_ms
            yield now_ms, tuple(self._step(row, now_ms) for row in range(len(self.instruments)))

    def _step(self, row: int, now_ms: int) -> FeedStep:
        opened = self._prices[row]
        closed = opened * float(np.exp(self._sigma * self._chance.standard_normal()))
        self._prices[row] = closed
        volume = float(self._chance.exponential(20_000.0)) / closed
        low, high = min(opened, closed), max(opened, closed)
        return FeedStep(self.instruments[row].symbol, now_ms, opened, high, low, closed, volume)


class CandleFeed:
    """Recorded candles: each is walked from the open over both extremes to the close, `parts` steps a leg."""

    def __init__(
        self, history: CandleHistory, instruments: tuple[UnifiedInstrument, ...], parts: int = 4
    ) -> None:
        """Play this history; instruments in the order of its rows."""
        if not history.open_time_ms.size:
            raise DataError("candle feed: observed no candle, allowed at least one")
        self.start_ms = int(history.open_time_ms[0])
        self.instruments = instruments
        self._history = history
        self._parts = parts

    def steps(self) -> Iterator[tuple[int, tuple[FeedStep, ...]]]:
        """Three legs a candle; ends with the history."""
        steps = 3 * self._parts
        for bar, open_ms in enumerate(self._history.open_time_ms):
            for part in range(steps):
                at_ms = int(open_ms) + (part + 1) * self._history.interval_ms // steps - 1
                found = (self._step(row, bar, part, at_ms) for row in range(len(self.instruments)))
                yield at_ms, tuple(step for step in found if step is not None)

    def _step(self, row: int, bar: int, part: int, at_ms: int) -> FeedStep | None:
        history = self._history
        opened, closed = float(history.open[row, bar]), float(history.close[row, bar])
        if not closed > 0.0:
            return None
        high, low = float(history.high[row, bar]), float(history.low[row, bar])
        ends = (low, high) if closed >= opened else (high, low)
        path = (opened, *ends, closed)
        start, end = _along(path, part / self._parts), _along(path, (part + 1) / self._parts)
        volume = float(history.volume[row, bar]) / (3 * self._parts)
        return FeedStep(history.symbols[row], at_ms, start, max(start, end), min(start, end), end, volume)


def _along(path: tuple[float, ...], where: float) -> float:
    """The price at a place of the path; legs are one apart."""
    leg = min(int(where), len(path) - 2)
    return path[leg] + (where - leg) * (path[leg + 1] - path[leg])
