"""The engine's desk as a reconciliation reads it."""

from decimal import Decimal

import numpy as np

from alphastrike.domain.instruments import UnifiedInstrument, to_decimal, to_order_quantity
from alphastrike.domain.orders import OrderType
from alphastrike.execution.stage import client_order_id
from alphastrike.risk.books import Desk


class DeskBooks:
    """`live.account_books.AccountBooks` of a desk."""

    def __init__(self, desk: Desk, instruments: tuple[UnifiedInstrument, ...], run_id: str) -> None:
        """Read this desk; instruments in its order, client ids those of this run."""
        self._desk = desk
        self._run_id = run_id
        self._instruments = instruments
        self._rows = {instrument.symbol: row for row, instrument in enumerate(instruments)}

    def quantity(self, symbol: str) -> Decimal:
        """Signed base units."""
        row = self._rows[symbol]
        return to_order_quantity(int(self._desk.positions[row]["lots"]), self._instruments[row])

    def entry_price(self, symbol: str) -> Decimal:
        """Quote per base unit, 0 when flat."""
        return to_decimal(self._desk.positions[self._rows[symbol]]["entry_price"])

    def wallet(self) -> float:
        """Quote."""
        return float(self._desk.account[0]["wallet"])

    def open_orders(self) -> tuple[tuple[str, str], ...]:
        """(symbol, client id) of every order in the engine's order book."""
        return tuple(
            (symbol, client_order_id(self._run_id, symbol, int(order["order_id"])))
            for symbol, row in self._rows.items()
            for order in self._desk.orders[row, : self._desk.order_count[row]]
        )

    def is_covered(self, symbol: str) -> bool:
        """Whether stops add up to the position."""
        return self._against(symbol, OrderType.STOP_MARKET) >= abs(self._lots(symbol))

    def is_leaving(self, symbol: str) -> bool:
        """Whether a market order against the position is on its way."""
        return self._lots(symbol) != 0 and self._against(symbol, OrderType.MARKET) > 0

    def _lots(self, symbol: str) -> int:
        return int(self._desk.positions[self._rows[symbol]]["lots"])

    def _against(self, symbol: str, kind: OrderType) -> int:
        """Lots that orders of this kind would still take off the position."""
        row = self._rows[symbol]
        side = np.sign(self._lots(symbol))
        orders = self._desk.orders[row, : self._desk.order_count[row]]
        wanted = (orders["order_type"] == int(kind)) & (orders["side"] * side < 0)
        return int((orders["lots"] - orders["filled_lots"])[wanted].sum())
