"""The practice exchange: a market from a feed, accounts, and one order of everything that happens."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import count

import numpy as np

from alphastrike.domain.errors import UnknownSymbol, VenueRejected
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedFundingRate,
    UnifiedOrderBook,
    UnifiedTicker,
    UnifiedTrade,
)
from alphastrike.domain.practice import ExchangeEvent, MarkMoved, PracticeKey
from alphastrike.domain.practice_ledger import LedgerFactory, MarketTick
from alphastrike.simulator.account import Account
from alphastrike.simulator.feed import Feed, FeedStep
from alphastrike.simulator.market import SymbolMarket

Listener = Callable[[ExchangeEvent], None]


class PracticeVenue:
    """`PracticeExchange`. Moves only when `advance` is called."""

    def __init__(
        self, feed: Feed, ledger: LedgerFactory, seed: int, funding_interval_ms: int = 8 * 3_600_000
    ) -> None:
        """List the feed's instruments, without accounts, and live through its first step."""
        self._funding_interval_ms = funding_interval_ms
        self._ledger = ledger
        self._numbers = count(1_000_001)
        self._accounts: dict[str, Account] = {}
        self._listeners: list[Listener] = []
        self._now_ms = feed.start_ms
        chance = np.random.default_rng(seed)
        self._markets = {
            instrument.symbol: SymbolMarket(
                instrument, chance, feed.start_ms, funding_interval_ms=funding_interval_ms
            )
            for instrument in feed.instruments
        }
        self._steps = feed.steps()
        self._next = next(self._steps, None)
        self.advance(self._next[0] if self._next else self._now_ms)

    # What dialects see: see `PracticeExchange`.

    @property
    def now_ms(self) -> int:
        """The exchange's clock, UTC milliseconds."""
        return self._now_ms

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everything listed."""
        return tuple(self._markets)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account."""
        return tuple(self._accounts.values())

    def account(self, api_key: str) -> Account | None:
        """The account of a key, or None."""
        return self._accounts.get(api_key)

    def instruments(self) -> tuple[UnifiedInstrument, ...]:
        """What is listed."""
        return tuple(market.instrument for market in self._markets.values())

    def instrument(self, symbol: str) -> UnifiedInstrument | None:
        """One listing, or None."""
        return self._markets[symbol].instrument if symbol in self._markets else None

    def is_trading(self, symbol: str) -> bool:
        """False once a symbol is being delisted."""
        return self.market(symbol).is_trading

    def book(self, symbol: str) -> UnifiedOrderBook:
        """The whole book."""
        return self.market(symbol).book()

    def ticker(self, symbol: str) -> UnifiedTicker:
        """The latest prices."""
        return self.market(symbol).ticker()

    def mark(self, symbol: str) -> MarkMoved:
        """Mark price and funding as they stand."""
        return self.market(symbol).mark()

    def trades(self, symbol: str, limit: int) -> tuple[UnifiedTrade, ...]:
        """The latest public trades, oldest first."""
        return tuple(self.market(symbol).trades)[-limit:]

    def candles(self, symbol: str, interval_ms: int, start_ms: int, end_ms: int) -> tuple[UnifiedCandle, ...]:
        """Candles opening in [start, end), oldest first; the last may still be forming."""
        return self.market(symbol).shelf.between(interval_ms, start_ms, end_ms)

    def funding_rates(self, symbol: str, start_ms: int, end_ms: int) -> tuple[UnifiedFundingRate, ...]:
        """Rates exchanged in [start, end), oldest first."""
        rows = self.market(symbol).funded
        return tuple(row for row in rows if start_ms <= row.funding_time_ms < end_ms)

    def watch_candles(self, interval_ms: int) -> None:
        """Ask for `CandleMoved` of this interval from now on."""
        for market in self._markets.values():
            market.shelf.watch(interval_ms)

    # What its owner does with it.

    def open_account(self, key: PracticeKey, initial_equity: float = 100_000.0) -> Account:
        """A fresh account with cash."""
        account = Account(key, self._ledger(self.instruments(), initial_equity), self)
        self._accounts[key.api_key] = account
        for symbol in self.symbols:
            account.live(self.tick_now(symbol))
        return account

    def listen(self, listener: Listener) -> None:
        """Be told of everything from now on."""
        self._listeners.append(listener)

    def market(self, symbol: str) -> SymbolMarket:
        """A symbol's market; `UnknownSymbol` when it is not listed."""
        if symbol not in self._markets:
            raise UnknownSymbol(f"symbol: observed {symbol!r}, allowed one of {', '.join(self._markets)}")
        return self._markets[symbol]

    def advance(self, until_ms: int) -> None:
        """Let everything happen that is due until then; the clock ends at `until_ms`."""
        while self._next is not None and self._next[0] <= until_ms:
            at_ms, steps = self._next
            self._settle_until(at_ms)
            self._now_ms = at_ms
            self._live(steps)
            self._next = next(self._steps, None)
        self._settle_until(until_ms)
        self._now_ms = max(self._now_ms, until_ms)

    @property
    def next_step_ms(self) -> int | None:
        """When the market moves next; None when the feed has ended."""
        return None if self._next is None else self._next[0]

    def delist(self, symbol: str) -> None:
        """Take no more orders in a symbol."""
        self.market(symbol).is_trading = False

    def change_tick(self, symbol: str, tick: Decimal) -> None:
        """Trade a symbol in other price steps from now on."""
        market = self.market(symbol)
        market.change_tick(tick)
        for account in self.accounts:
            account.ledger.change_rules(market.instrument)

    # What accounts need of it.

    def tell(self, event: ExchangeEvent) -> None:
        """Let everybody who listens know."""
        for listener in self._listeners:
            listener(event)

    def next_number(self) -> int:
        """A number nobody has used."""
        return next(self._numbers)

    def check_trading(self, symbol: str) -> None:
        """`UnknownSymbol`, or `VenueRejected` while it is being delisted."""
        if not self.market(symbol).is_trading:
            raise VenueRejected(f"{symbol}: observed an order while it is being delisted, allowed none")

    def tick_now(self, symbol: str) -> MarketTick:
        """The market standing still at its present price and depth."""
        market = self.market(symbol)
        price = market.price
        return MarketTick(
            symbol, self._now_ms, price, price, price, price, market.depth(), market.half_spread
        )

    def _live(self, steps: Iterable[FeedStep]) -> None:
        for step in steps:
            market = self._markets[step.symbol]
            for event in market.take(step):
                self.tell(event)
            # A replayed book tells of no trades: whatever it holds is what there is to be had.
            is_all_known = step.at_ms < market.thin_until_ms or step.bids or step.asks
            volume = market.depth() if is_all_known else step.volume
            tick = MarketTick(
                step.symbol,
                step.at_ms,
                step.open,
                step.high,
                step.low,
                step.close,
                volume,
                market.half_spread,
            )
            for account in self._accounts.values():
                account.live(tick)

    def _settle_until(self, until_ms: int) -> None:
        due_ms = (self._now_ms // self._funding_interval_ms + 1) * self._funding_interval_ms
        while due_ms <= until_ms:
            self._now_ms = due_ms
            for symbol, market in self._markets.items():
                market.settle(due_ms)
                for account in self._accounts.values():
                    account.settle(symbol, float(market.funding_rate), due_ms)
            due_ms += self._funding_interval_ms
