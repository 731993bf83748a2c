"""Stage 7 for a stream: the compiled desk behind plain calls, one symbol at a time."""

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import DecisionBlock, Floats
from alphastrike.domain.events import FillReceived, FundingSettled
from alphastrike.domain.instruments import UnifiedInstrument, to_lots
from alphastrike.domain.kernel_accounting import apply_fill, apply_funding
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import EQUITY, FILL, TRADE
from alphastrike.risk.books import Desk
from alphastrike.risk.kernel_desk import decide, observe, record_trade


class RiskStage:
    """The account and its rules. `equity_row` and `trades` are what the last call produced."""

    def __init__(self, desk: Desk, instruments: tuple[UnifiedInstrument, ...]) -> None:
        """Take charge of a desk."""
        self.desk = desk
        self.equity_row = np.zeros(1, dtype=EQUITY)
        self.trades: list[np.void] = []
        self._instruments = instruments
        self._rows = {instrument.symbol: row for row, instrument in enumerate(instruments)}

    def mark(self, close_ms: int, close: Floats, daily_volatility: float) -> None:
        """Mark every position at its close where there is one, then set leverage."""
        marked = close > 0.0
        self.desk.positions["mark_price"][marked] = close[marked]
        observe(self.desk, close_ms, daily_volatility, self.equity_row[0])

    def judge(self, symbol: int, close_ms: int, decisions: DecisionBlock) -> None:
        """Write the symbol's decision and intent from the last bar of the block."""
        forecast = decisions.forecast
        decide(
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
