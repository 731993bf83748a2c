"""Stage 7 for a stream: the compiled desk behind plain calls, one symbol at a time."""

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.events import (
    CashMoved,
    FillReceived,
    FundingAnnounced,
    FundingSettled,
    OperatorCommanded,
    RiskNews,
    VenueHealthObserved,
)
from alphastrike.domain.instruments import UnifiedInstrument, to_lots
from alphastrike.domain.kernel_accounting import apply_fill, apply_funding
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import EQUITY, FILL, TRADE
from alphastrike.risk.backing import Backing
from alphastrike.risk.books import Desk
from alphastrike.risk.kernel_desk import look, observe, record_trade, withdraw
from alphastrike.risk.kernel_judge import judge
from alphastrike.risk.kernel_leaving import leave
from alphastrike.risk.kernel_news import (
    hear_cash,
    hear_funding,
    hear_operator,
    hear_reconciliation,
    hear_venue_health,
)


class RiskStage:
    """The account and its rules. `equity_row` and `trades` are what the last call produced."""

    def __init__(self, desk: Desk, instruments: tuple[UnifiedInstrument, ...]) -> None:
        """Take charge of a desk."""
        self.desk = desk
        self.equity_row = np.zeros(1, dtype=EQUITY)
        self.trades: list[np.void] = []
        self._instruments = instruments
        self._rows = {instrument.symbol: row for row, instrument in enumerate(instruments)}

    def mark(self, close_ms: int, decisions: DecisionBlock) -> None:
        """Mark every position at its close where there is one, then set leverage and breaker."""
        self._backing = Backing.of(decisions)
        closes = decisions.market.close
        volatilities = decisions.features.feature("daily_volatility")
        last = closes.shape[1] - 1
        look(self.desk, decisions.forecast.halts.code, closes, volatilities, last, close_ms)
        observe(self.desk, close_ms, decisions.daily_volatility[last], self.equity_row[0])

    def hear(self, event: RiskNews) -> None:
        """Take news that is neither price nor fill: operator, cash, venue health, reconciliation."""
        if isinstance(event, OperatorCommanded):
            hear_operator(self.desk, event.event_time_ms, int(event.action))
        elif isinstance(event, CashMoved):
            hear_cash(self.desk, event.amount)
        elif isinstance(event, VenueHealthObserved):
            hear_venue_health(self.desk, event.error_rate)
        elif isinstance(event, FundingAnnounced):
            hear_funding(self.desk, self._rows[event.symbol], event.rate, event.due_ms)
        else:
            hear_reconciliation(self.desk, event.event_time_ms, event.mismatches)

    def withdraw(self, symbol: int) -> None:
        """Write the intent that carries out the breaker's word on a symbol between closes."""
        withdraw(self.desk, symbol)

    def leave(self, symbol: int) -> None:
        """Write the intent to close a position that no stop protects; nothing where one is on its way out."""
        leave(self.desk, symbol)

    def changes(self) -> NDArray[np.void]:
        """Moves of the breaker since the last call, oldest first."""
        count = int(self.desk.change_count[0])
        self.desk.change_count[0] = 0
        changes: NDArray[np.void] = self.desk.changes[:count].copy()
        return changes

    def judge(self, symbol: int, close_ms: int, decisions: DecisionBlock) -> None:
        """Write the symbol's decision and intent from the last bar of the block."""
        forecast = decisions.forecast
        judge(
            self.desk,
            symbol,
            close_ms,
            forecast.halts.code[symbol, -1],
            forecast.halts.observed[symbol, -1],
            forecast.halts.limit[symbol, -1],
            forecast.forecast[symbol, -1],
            forecast.conviction[symbol, -1],
            forecast.regime[symbol, -1],
            decisions.atr_fraction[symbol, -1],
            self._backing,
            forecast.forecast.shape[1] - 1,
        )

    def book_fill(self, event: FillReceived) -> None:
        """Book a fill; a finished round trip joins the record performance is judged by."""
        row = self._rows[event.fill.symbol]
        fill = np.zeros(1, dtype=FILL)[0]
        fill["ts_ms"] = event.event_time_ms
        fill["symbol"] = row
        fill["side"] = int(event.fill.side)
        fill["lots"] = to_lots(event.fill.quantity, self._instruments[row])
        fill["price"] = float(event.fill.price)
        fill["fee"] = float(event.fill.fee)
        fill["reason"] = int(event.reason)
        trade = np.zeros(1, dtype=TRADE)
        step = float(self._instruments[row].quantity_step)
        if apply_fill(self.desk.account[0], self.desk.positions[row], fill, step, trade[0]):
            record_trade(self.desk, float(trade[0]["pnl"] - trade[0]["fees"] + trade[0]["funding"]))
            self.trades.append(trade[0])
        if event.reason is Reason.LIQUIDATION:
            self.desk.account[0]["liquidations"] += 1

    def book_funding(self, event: FundingSettled) -> None:
        """Book a funding payment."""
        row = self._rows[event.symbol]
        apply_funding(self.desk.account[0], self.desk.positions[row], event.payment)

    def restrain(self, restraints: NDArray[np.void], leverage_cap: float = np.inf) -> None:
        """Replace every restraint (symbols,) `RESTRAINT` and the account-wide cap on leverage.

        They hold from the next close on. `books.unrestrained` lifts them; leverage then rises by
        its own slow rule.
        """
        self.desk.restraints[:] = restraints
        self.desk.state[0]["leverage_cap"] = leverage_cap

    def snapshot(self) -> bytes:
        """Account and risk state."""
        return self.desk.snapshot()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        self.desk.restore(state)
