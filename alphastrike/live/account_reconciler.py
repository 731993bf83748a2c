"""Asking a venue for the account until the engine believes the same; whatever was different is explained."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from alphastrike.domain.account import UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import UnknownSymbol, VenueError
from alphastrike.domain.events import Event, PositionsReconciled
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.domain.orders import UnifiedFill
from alphastrike.live.account_books import AccountBooks
from alphastrike.live.inbox import Inbox
from alphastrike.live.known_fills import KnownFills
from alphastrike.live.news import Noted
from alphastrike.live.reconciling import (
    LEAST_MONEY,
    Settlement,
    Truth,
    adopting_fill,
    settlements,
    wallet_events,
)
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import Clock

_LOOK_EVERY_S = 0.5
_SURE_AFTER = 3  # looks at an account in which nothing moves


@dataclass(frozen=True, slots=True)
class Trader:
    """Who trades what where: traded symbols sorted, and the asset their profit is counted in."""

    connection: VenueConnection
    clock: Clock
    symbols: tuple[str, ...]
    quote_asset: str


@dataclass(frozen=True, slots=True)
class Listening:
    """How the reconciler reaches the rest: what hears a fill, and whether nothing is on its way."""

    filled: Callable[[UnifiedFill], None]
    look_up: Callable[[], Awaitable[bool]]  # what became of orders in flight
    is_still: Callable[[], bool]


class AccountReconciler:
    """Compares, and tells the engine what it takes to believe what the venue says."""

    def __init__(
        self, trader: Trader, books: AccountBooks, known: KnownFills, inbox: Inbox, listening: Listening
    ) -> None:
        """Ask nothing yet."""
        self._trader = trader
        self._books = books
        self._known = known
        self._inbox = inbox
        self._listening = listening
        self._mismatches = 0
        self.exact_ms = trader.clock.now_ms()

    def differs(self, positions: Sequence[UnifiedPosition], balances: Sequence[UnifiedBalance]) -> bool:
        """Whether the account as read is not what the engine believes now."""
        return self._differs(self._truth(positions, balances))

    async def reconcile(self) -> bool:
        """Until both are equal: first the fills missed, then what they leave; false out of reach."""
        quiet_looks = 0
        try:
            while True:
                await self._listening.look_up()
                await self._hear_missed()
                truth = self._truth(*await self._read())
                if not self._differs(truth):
                    self._agree()
                    return True
                quiet_looks = quiet_looks + 1 if self._listening.is_still() else 0
                if quiet_looks >= _SURE_AFTER:
                    await self._settle(truth)
                    quiet_looks = 0
                await asyncio.sleep(_LOOK_EVERY_S)
        except VenueError:
            return False

    async def _hear_missed(self) -> None:
        rest = self._trader.connection.rest
        for symbol in self._trader.symbols:
            with suppress(UnknownSymbol):  # not listed any more: its position is all there is to know
                for fill in await rest.get_fills(symbol, self._known.since_ms(symbol)):
                    self._listening.filled(fill)
        await self._inbox.drained()

    async def _read(self) -> tuple[Sequence[UnifiedPosition], Sequence[UnifiedBalance]]:
        rest = self._trader.connection.rest
        return await rest.get_positions(), await rest.get_balances()

    def _truth(self, positions: Sequence[UnifiedPosition], balances: Sequence[UnifiedBalance]) -> Truth:
        wallets = (float(each.wallet) for each in balances if each.asset == self._trader.quote_asset)
        return Truth({each.symbol: each for each in positions}, sum(wallets))

    def _differs(self, truth: Truth) -> bool:
        return bool(self._residues(truth)) or abs(truth.wallet - self._books.wallet()) >= LEAST_MONEY

    def _residues(self, truth: Truth) -> dict[str, Decimal]:
        """By symbol, what the venue has more than the engine believes."""
        symbols = self._trader.symbols
        found = ((each, truth.quantity(each) - self._books.quantity(each)) for each in symbols)
        return {symbol: residue for symbol, residue in found if residue}

    def _agree(self) -> None:
        self.exact_ms = self._trader.clock.now_ms()
        if self._mismatches:
            self._mismatches = 0
            self._inbox.put(PositionsReconciled(self.exact_ms, 0))

    async def _settle(self, truth: Truth) -> None:
        now_ms = self._trader.clock.now_ms()
        residues = self._residues(truth)
        news: list[Event | Noted] = []
        for symbol, residue in residues.items():
            words = f"{symbol}: the venue's position is {residue:+} more than fills explain: adopted"
            adopted = adopting_fill(symbol, residue, await self._price(symbol, truth), now_ms)
            self._known.is_new(adopted.fill)
            news += [Noted(now_ms, words), adopted]
        if residues:
            self._mismatches = len(residues)
            news.append(PositionsReconciled(now_ms, len(residues)))
        else:
            difference = truth.wallet - self._books.wallet()
            events = wallet_events(difference, await self._settlements(truth, now_ms), now_ms)
            names = ", ".join(type(event).__name__ for event in events) or "nothing"
            news += [Noted(now_ms, f"the venue's wallet differs by {difference:+.8f}: {names}"), *events]
        self._inbox.put(*news)
        await self._inbox.drained()

    async def _settlements(self, truth: Truth, now_ms: int) -> tuple[Settlement, ...]:
        """Funding that met our positions since both accounts were last equal."""
        rest = self._trader.connection.rest
        rates: list[UnifiedFundingRate] = []
        for symbol in self._trader.symbols:
            with suppress(UnknownSymbol):
                rates += await rest.get_funding_rates(symbol, self.exact_ms, now_ms + 1)
        quantities = {symbol: truth.quantity(symbol) for symbol in self._trader.symbols}
        marks = {symbol: float(position.mark_price) for symbol, position in truth.positions.items()}
        return settlements(rates, quantities, tuple(self._known.moves), marks)

    async def _price(self, symbol: str, truth: Truth) -> Decimal:
        """At which a difference is adopted: the venue's entry where we were flat, else the mark.

        Our own entry where the symbol is not listed any more: what it was settled at is in the wallet.
        """
        if symbol in truth.positions and not self._books.quantity(symbol):
            return truth.positions[symbol].entry_price
        try:
            ticker = await self._trader.connection.rest.get_ticker(symbol)
        except UnknownSymbol:
            return self._books.entry_price(symbol)
        return ticker.mark_price or ticker.last_price
