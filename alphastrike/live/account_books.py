"""What the engine believes of its account, as whoever compares it with the venue's sees it."""

from decimal import Decimal
from typing import Protocol


class AccountBooks(Protocol):
    """The engine's side of a reconciliation, read and never written."""

    def quantity(self, symbol: str) -> Decimal:
        """The position believed in, signed base units."""
        ...

    def entry_price(self, symbol: str) -> Decimal:
        """Quote per base unit, 0 when flat."""
        ...

    def wallet(self) -> float:
        """Equity without unrealised profit, quote."""
        ...

    def open_orders(self) -> tuple[tuple[str, str], ...]:
        """(symbol, client id) of every order waited for."""
        ...

    def is_covered(self, symbol: str) -> bool:
        """Whether stops that have not ended add up to the position, or there is none to cover."""
        ...

    def is_leaving(self, symbol: str) -> bool:
        """Whether an order that closes the position is on its way."""
        ...
