"""One symbol's public market at the practice exchange: book, prints, candles, mark price and funding."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from alphastrike.domain.instruments import UnifiedInstrument, to_decimal
from alphastrike.domain.market import UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.domain.practice import BookMoved, ExchangeEvent, Levels, MarkMoved, TradePrinted
from alphastrike.simulator.candles import CandleShelf
from alphastrike.simulator.feed import FeedStep

_DEPTH = 25
_HALF_SPREAD = 0.00005
_LEVEL_WORTH = 40_000.0  # quote, on average
_TRADES_KEPT = 1_000
_EIGHT_HOURS_MS = 8 * 3_600_000
_RATE_8H = Decimal("0.0001")


@dataclass
class SymbolMarket:
    """Everything public about one symbol. Updates of the book are numbered without a gap."""

    instrument: UnifiedInstrument
    chance: np.random.Generator
    now_ms: int
    is_trading: bool = True
    price: float = 0.0
    funding_rate: Decimal = _RATE_8H
    funding_interval_ms: int = _EIGHT_HOURS_MS
    thin_until_ms: int = 0  # until then one quantity step is to be had at a time
    last_id: int = 1_000_000
    bids: dict[Decimal, Decimal] = field(default_factory=dict)
    asks: dict[Decimal, Decimal] = field(default_factory=dict)
    trades: deque[UnifiedTrade] = field(default_factory=lambda: deque(maxlen=_TRADES_KEPT))
    funded: list[UnifiedFundingRate] = field(default_factory=list)
    shelf: CandleShelf = field(init=False)
    _trade_id: int = 0
    _is_replayed: bool = False

    def __post_init__(self) -> None:
        """Start without candles."""
        self.shelf = CandleShelf(self.instrument.symbol)
        self.funding_rate = _RATE_8H * self.funding_interval_ms / _EIGHT_HOURS_MS

    @property
    def half_spread(self) -> float:
        """Half the present spread as a fraction of the middle price."""
        bid, ask = self.top()
        return float((ask - bid) / (ask + bid))

    def top(self) -> tuple[Decimal, Decimal]:
        """Best bid and best ask."""
        return max(self.bids), min(self.asks)

    def depth(self) -> float:
        """Base units to be had at once on the thinner side."""
        if self.now_ms < self.thin_until_ms:
            return float(self.instrument.quantity_step)
        sides = (sum(self.bids.values()), sum(self.asks.values()))
        return float(min(sides))

    def take(self, step: FeedStep) -> Iterator[ExchangeEvent]:
        """Live through a step of the feed."""
        self.now_ms, self.price = step.at_ms, step.close
        bids, asks = self._changes(step)
        first = self.last_id + 1
        previous, self.last_id = self.last_id, self.last_id + max(1, len(bids) + len(asks))
        if step.is_snapshot:
            self.bids.clear()
            self.asks.clear()
        _set(self.bids, bids)
        _set(self.asks, asks)
        symbol = self.instrument.symbol
        yield BookMoved(self.now_ms, symbol, first, self.last_id, previous, bids, asks)
        if step.volume > 0:
            yield TradePrinted(self.now_ms, self._print(step))
        yield from self.shelf.take(step)
        yield self.mark()

    def book(self) -> UnifiedOrderBook:
        """The whole book."""
        return UnifiedOrderBook(
            symbol=self.instrument.symbol,
            bids=tuple(sorted(self.bids.items(), reverse=True)),
            asks=tuple(sorted(self.asks.items())),
            event_time_ms=self.now_ms,
            sequence=self.last_id,
        )

    def ticker(self) -> UnifiedTicker:
        """The latest prices."""
        bid, ask = self.top()
        last = self.trades[-1].price if self.trades else bid
        mark = self.mark().mark_price
        return UnifiedTicker(self.instrument.symbol, last, bid, ask, self.now_ms, mark, mark)

    def mark(self) -> MarkMoved:
        """Mark price and funding as they stand; the index is the mark, as there is no spot market here."""
        price = to_decimal(round(self.price, 8))
        interval_ms = self.funding_interval_ms
        due_ms = (self.now_ms // interval_ms + 1) * interval_ms
        return MarkMoved(
            self.now_ms, self.instrument.symbol, price, price, self.funding_rate, due_ms, interval_ms
        )

    def settle(self, due_ms: int) -> None:
        """Note that the rate was exchanged."""
        mark = self.mark().mark_price
        rate = float(self.funding_rate)
        row = UnifiedFundingRate(self.instrument.symbol, rate, due_ms, self.funding_interval_ms, mark)
        self.funded.append(row)

    def change_tick(self, tick: Decimal) -> None:
        """Trade in other price steps from now on."""
        self.instrument = replace(self.instrument, tick_size=tick)

    def _changes(self, step: FeedStep) -> tuple[Levels, Levels]:
        if step.bids or step.asks:
            return step.bids, step.asks
        spread = step.close * _HALF_SPREAD
        bid = self._on_tick(step.close - spread, ROUND_FLOOR)
        ask = self._on_tick(step.close + spread, ROUND_CEILING)
        return self._moved(self.bids, bid, -1), self._moved(self.asks, ask, 1)

    def _moved(self, side: dict[Decimal, Decimal], best: Decimal, sign: int) -> Levels:
        """The changes that bring a made side to its new best price."""
        tick, step = self.instrument.tick_size, self.instrument.quantity_step
        gap = max(tick, self._on_tick(self.price * _HALF_SPREAD, ROUND_FLOOR))
        # Levels behind the best stand on a fixed grid, so that most of them outlive a change of the best.
        first = (best / gap).to_integral_value(ROUND_FLOOR if sign < 0 else ROUND_CEILING)
        grid = ((first + sign * row) * gap for row in range(_DEPTH))
        wanted = [best, *(price for price in grid if price != best and price > 0)]
        keep = set(wanted)
        changes = [(price, Decimal(0)) for price in side if price not in keep]
        for price in wanted:
            is_new = price not in side
            if is_new or self.chance.random() < 0.2:
                lots = 1 + int(self.chance.exponential(_LEVEL_WORTH) / self.price / float(step))
                changes.append((price, lots * step))
        return tuple(changes)

    def _on_tick(self, price: float, rounding: str) -> Decimal:
        tick = self.instrument.tick_size
        ticks = (to_decimal(price) / tick).to_integral_value(rounding)
        return max(Decimal(1), ticks) * tick

    def _print(self, step: FeedStep) -> UnifiedTrade:
        self._trade_id += 1
        size = self.instrument.quantity_step
        lots = max(1, int(step.volume / float(size)))
        bid, ask = self.top()
        sold = step.close < step.open
        trade = UnifiedTrade(
            self.instrument.symbol, bid if sold else ask, lots * size, sold, step.at_ms, str(self._trade_id)
        )
        self.trades.append(trade)
        return trade


def _set(side: dict[Decimal, Decimal], changes: Levels) -> None:
    for price, quantity in changes:
        if quantity == 0:
            side.pop(price, None)
        else:
            side[price] = quantity
