"""Carrying out described calls: variables in, rows of our fields out, under the venue's own limits."""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from alphastrike.adapters.openapi import mappers
from alphastrike.adapters.openapi.description import SymbolSpelling
from alphastrike.adapters.openapi.loading import LoadedVenue
from alphastrike.adapters.openapi.plan import CompiledCall, FieldRow
from alphastrike.adapters.openapi.rules import DescribedRules
from alphastrike.domain.errors import (
    UnknownSymbol,
    Unsupported,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.transport.client import VenueClient
from alphastrike.transport.paging import gathered, pieces

Row = TypeVar("Row")


class DescribedCalls:
    """The bound methods of one venue, and what it lists."""

    def __init__(
        self,
        venue: LoadedVenue,
        methods: Mapping[str, tuple[CompiledCall, ...]],
        rules: DescribedRules,
        client: VenueClient,
    ) -> None:
        """Ask nothing yet."""
        self._described = venue.description
        self._methods = methods
        self._rules = rules
        self.client = client
        self.is_open = False
        self._listed: dict[str, UnifiedInstrument] = {}
        self._symbols: dict[str, str] = {}
        self._spelling = _pattern(venue.description.symbol)

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return self._described.venue

    def now_ms(self) -> int:
        """The venue's time, as well as known."""
        return self.client.venue_clock.now_ms()

    def native_of(self, symbol: str) -> str:
        """The spelling of a symbol already listed; `UnknownSymbol` otherwise."""
        if symbol not in self._listed:
            raise UnknownSymbol(f"symbol: observed {symbol!r}, allowed one that get_instruments lists")
        return self._listed[symbol].native_symbol

    def check_interval(self, interval_ms: int) -> None:
        """`VenueRejected` for candles of a length that no bound call knows."""
        for call in self._described.methods["get_candles"].calls:
            if str(interval_ms) not in call.intervals:
                known = ", ".join(call.intervals)
                raise VenueRejected(f"interval_ms: observed {interval_ms}, allowed one of {known}")

    def binds(self, method: str) -> bool:
        """Whether the description has this method."""
        return method in self._methods

    async def gathered(
        self,
        method: str,
        read: Callable[[FieldRow], Row],
        place_of: Callable[[Row], tuple[int, Hashable]],
        span_ms: tuple[int, int],
        **variables: str,
    ) -> list[Row]:
        """Rows of a method in [start, end), each once, oldest first, within what it says it answers for.

        `place_of` a row is its time and what tells it from others.
        """
        self._bound(method)
        limits, (start_ms, end_ms) = self._described.methods[method], span_ms
        oldest_ms = 0 if limits.kept_ms is None else self.now_ms() - limits.kept_ms

        async def page(first_ms: int, until_ms: int) -> list[Row]:
            bounds = {"start_ms": first_ms, "end_ms": until_ms, "last_ms": until_ms - 1}
            asked = variables | {name: str(value) for name, value in bounds.items()}
            return [read(row) for row in await self.rows(method, **asked)]

        within = max(0, oldest_ms, start_ms), end_ms
        spacing_ms = int(variables.get("interval", 0))
        return [
            row
            for piece in pieces(within, limits.longest_ms)
            for row in await gathered(page, place_of, piece, spacing_ms=spacing_ms)
        ]

    async def rows(self, method: str, **variables: str | None) -> list[FieldRow]:
        """Rows of every call of a reading method, in the order of the calls; merged where it says so."""
        found = [
            call.read(await self.client.read(self._rules.call(call.request(variables))))
            for call in self._bound(method)
        ]
        if self._described.methods[method].join == "append":
            return [row for rows in found for row in rows]
        merged: FieldRow = {}
        for rows in found:
            merged |= rows[0] if rows else {}
        return [merged]

    async def one(self, method: str, **variables: str | None) -> FieldRow:
        """The one row of a method that has one."""
        rows = await self.rows(method, **variables)
        return rows[0] if rows else {}

    async def write(self, method: str, order_name: str, /, **variables: str | None) -> list[FieldRow]:
        """Send a writing method once; `VenueOutcomeUnknown` names the order."""
        rows: list[FieldRow] = []
        for call in self._bound(method):
            try:
                answer = await self.client.write(self._rules.call(call.request(variables)), order_name)
            except VenueOutcomeUnknown as unknown:
                raise VenueOutcomeUnknown(order_name, self.venue) from unknown
            rows += call.read(answer)
        return rows

    async def listed(self) -> list[UnifiedInstrument]:
        """What the venue lists and the description can spell; remembered."""
        self._listed, self._symbols = {}, {}
        for row in await self.rows("get_instruments"):
            spelled = self._spelling.fullmatch(str(row["native"]))
            if spelled is None or row.get("is_tradable") is False:
                continue
            symbol = spelled["base"].upper() + self._described.symbol.quote
            self._listed[symbol] = mappers.to_instrument(row, symbol, self.venue)
            self._symbols[str(row["native"])] = symbol
        return sorted(self._listed.values(), key=lambda instrument: instrument.symbol)

    async def instrument(self, symbol: str) -> UnifiedInstrument:
        """One of them; `UnknownSymbol` when it is not listed."""
        if symbol not in self._listed:
            await self.listed()
        self.native_of(symbol)
        return self._listed[symbol]

    async def native(self, symbol: str) -> str:
        """The venue's spelling of a listed symbol."""
        return (await self.instrument(symbol)).native_symbol

    async def native_or_none(self, symbol: str | None) -> str | None:
        """Likewise; None stays None."""
        return None if symbol is None else await self.native(symbol)

    def symbol_of(self, row: FieldRow, otherwise: str = "") -> str:
        """Our spelling of a row's symbol; the venue's own where it was never listed."""
        native = str(row.get("native") or "")
        return self._symbols.get(native, native) or otherwise

    def _bound(self, method: str) -> tuple[CompiledCall, ...]:
        if not self.is_open:
            raise VenueUnreachable(f"{self.venue}: not connected; call connect() first")
        if method not in self._methods:
            raise Unsupported(
                f"{method}: observed at {self.venue}, allowed {', '.join(self._methods)}; "
                "bind it in venue.yaml"
            )
        return self._methods[method]


def _pattern(spelling: SymbolSpelling) -> re.Pattern[str]:
    """The template read backwards; the quote asset is fixed, so that a symbol splits in one way only."""
    parts = {
        "base": "(?P<base>.+)",
        "base_lower": "(?P<base>[^A-Z]+)",
        "quote": re.escape(spelling.quote),
        "quote_lower": re.escape(spelling.quote.lower()),
    }
    pieces = re.split(r"(\{[^{}]*\})", spelling.native)
    return re.compile("".join(parts[one[1:-1]] if one.startswith("{") else re.escape(one) for one in pieces))
