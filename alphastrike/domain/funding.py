"""Settled funding rates of the symbols of a run."""

from dataclasses import dataclass

from alphastrike.domain.blocks import Floats, Integers


@dataclass(frozen=True, slots=True)
class FundingHistory:
    """Funding rates of several symbols, one symbol's rows after another's.

    Symbol number i owns the rows [offsets[i], offsets[i + 1]); within them `ts_ms` (due time as
    the venue published it) rises strictly. `rate` is a fraction of notional for whatever time
    separates two rows: positive means longs pay shorts. `offsets` has one entry more than
    `symbols`.
    """

    symbols: tuple[str, ...]
    ts_ms: Integers
    rate: Floats
    offsets: Integers

    def of(self, symbol: int) -> tuple[Integers, Floats]:
        """Due times and rates of symbol number `symbol`, as views; empty when it has none."""
        rows = slice(int(self.offsets[symbol]), int(self.offsets[symbol + 1]))
        return self.ts_ms[rows], self.rate[rows]

    @property
    def symbols_without_rates(self) -> tuple[str, ...]:
        """Symbols that pay and receive no funding because no rate is known; say so in a report."""
        empty = self.offsets[1:] == self.offsets[:-1]
        return tuple(symbol for symbol, none in zip(self.symbols, empty, strict=True) if none)
