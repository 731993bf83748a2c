"""A risk desk for tests: an account, prices, and one judgement at a time."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.ledger import Markets, Outbox
from alphastrike.domain.orders import OrderState
from alphastrike.domain.records import EQUITY
from alphastrike.execution.kernel_orders import plan
from alphastrike.numerics.grid import on_grid
from alphastrike.risk.books import Desk, DeskTerms
from alphastrike.risk.config import RiskConfig
from alphastrike.risk.kernel_desk import decide, look, observe
from tests.builders import START_MS, an_instrument

# The rules that ask for more than a mark and an account; tests of theirs switch them on.
QUIET: dict[str, Any] = {
    "cluster_exposure": 1.0,
    "stressed_loss": 10.0,
    "liquidation_sigmas": 0.0,
    "liquidation_stops": 0.0,
    "liquidation_floor": 0.0,
    "order_rate": 256,
    "price_band": 1.0,
}


@dataclass
class Trader:
    """A desk with prices: judge a forecast, see the decision and the orders it led to."""

    desk: Desk
    outbox: Outbox
    now_ms: int = START_MS

    def marked(self, *prices: float, volatility: float = 0.02, at_ms: int | None = None) -> Any:
        """Mark every symbol and the account; returns the equity row."""
        self.now_ms = self.now_ms if at_ms is None else at_ms
        self.desk.positions["mark_price"] = prices
        self.desk.watch["marked_ms"] = self.now_ms
        self.desk.watch["volatility"] = volatility
        row = np.zeros(1, dtype=EQUITY)[0]
        observe(self.desk, self.now_ms, float(volatility), row)
        return row

    def looked(self, *prices: float, volatility: float = 0.02) -> None:
        """Take a close of every symbol as stage 7 does, NaN for none."""
        column = np.array(prices)[:, None]
        known = np.full(column.shape, volatility)
        look(self.desk, np.zeros(column.shape, dtype=np.int16), column, known, 0, self.now_ms)

    def decision(
        self,
        forecast: float,
        symbol: int = 0,
        *,
        conviction: float = 100.0,
        atr: float = 0.01,
        halt: tuple[int, float, float] = (0, 0.0, 0.0),
    ) -> Any:
        """Judge one symbol; returns its decision record."""
        code, observed, limit = halt
        self.outbox.used[0] = 0
        decide(
            self.desk,
            symbol,
            self.now_ms,
            np.int16(code),
            float(observed),
            float(limit),
            float(forecast),
            float(conviction),
            np.int8(0),
            float(atr),
        )
        return self.desk.decisions[symbol]

    def intent(self, symbol: int = 0) -> Any:
        """The latest intent of a symbol."""
        return self.desk.intents[symbol]

    def planned(self, symbol: int = 0) -> list[Any]:
        """Carry the latest intent out; returns the orders sent."""
        self.outbox.used[0] = 0
        desk = self.desk
        plan(desk, self.outbox, symbol, desk.intents[symbol], desk.decisions[symbol], self.now_ms)
        return [self.outbox.orders[row].copy() for row in range(self.outbox.used[0])]

    def hold(self, lots: int, price: float, symbol: int = 0, *, opened_ms: int | None = None) -> None:
        """Put a position on the books without trading."""
        position = self.desk.positions[symbol]
        position["lots"] = lots
        position["quantity"] = on_grid(lots, float(self.desk.instruments[symbol]["step"]))
        position["quantity"] = on_grid(lots, self.desk.instruments[symbol]["step"])
        position["entry_price"] = price
        position["mark_price"] = price
        position["opened_ms"] = self.now_ms if opened_ms is None else opened_ms

    def work(self, order: Any, symbol: int = 0, state: OrderState = OrderState.WORKING) -> None:
        """Put an order on the desk's book without sending it."""
        slot = self.desk.order_count[symbol]
        self.desk.orders[symbol, slot] = order
        self.desk.orders[symbol, slot]["state"] = state
        self.desk.order_count[symbol] = slot + 1


def a_trader(
    *instruments: UnifiedInstrument,
    equity: float = 10_000.0,
    leverage: float = 5.0,
    max_holding_hours: float = 0.0,
    half_spread_bps: float = 0.0,
    venue_leverage: float = 20.0,
    conviction_threshold: float = 55.0,
    signals: int = 0,
    **rules: Any,
) -> Trader:
    """A desk at a leverage that already holds; `rules` are those of the risk configuration."""
    traded = instruments or (an_instrument(),)
    terms = DeskTerms(
        max_holding_hours, half_spread_bps, venue_leverage, conviction_threshold, signals=signals
    )
    desk = Desk.opened(Markets.of(traded), equity, RiskConfig(**(QUIET | rules)), terms=terms)
    desk.state[0]["leverage"] = leverage
    return Trader(desk, Outbox.blank(len(traded)))
