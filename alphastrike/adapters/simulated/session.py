"""The simulated venue as plain calls: feed it candles, send it orders, read what it reports."""

import numpy as np

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.kernel_account import WHOLE, collateral, mark_account, settle_funding
from alphastrike.adapters.simulated.kernel_fills import liquidate
from alphastrike.adapters.simulated.kernel_orders import ACCEPTED
from alphastrike.adapters.simulated.kernel_session import (
    Candle,
    Rates,
    expected_funding,
    feed_symbol,
    submit,
)
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import Command, PlaceOrder
from alphastrike.domain.events import Event, FillReceived, FundingAnnounced, FundingSettled, OrderChanged
from alphastrike.domain.instruments import UnifiedInstrument, to_decimal, to_lots, to_order_quantity
from alphastrike.domain.orders import OrderState, Side, UnifiedFill
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import NOTICE_FILL, NOTICE_FUNDING, ORDER, PHASE_ARRIVING


class SimulatedSession:
    """One account at the simulated venue. `run_id` prefixes the client ids of its orders.

    `refusal` says why the last order was refused, in the codes of `kernel_orders`.
    """

    def __init__(
        self, venue: Venue, instruments: tuple[UnifiedInstrument, ...], rates: Rates, run_id: str
    ) -> None:
        """Take charge of a venue's arrays."""
        self.venue = venue
        self.instruments = instruments
        self.rates = rates
        self.refusal = ACCEPTED
        self._rows = {instrument.symbol: row for row, instrument in enumerate(instruments)}
        self._run_id = run_id
        self._read = 0

    def feed(self, history: CandleHistory, bar: int) -> tuple[Event, ...]:
        """Live through one bar of every symbol; returns what happened, in order."""
        mark_account(self.venue)
        announced: list[Event] = []
        open_ms = int(history.open_time_ms[bar])
        for row in range(len(self.instruments)):
            candle = Candle(
                open_ms,
                open_ms + history.interval_ms - 1,
                history.open[row, bar],
                history.high[row, bar],
                history.low[row, bar],
                history.close[row, bar],
                history.volume[row, bar],
            )
            settled = int(self.rates.cursor[row])
            feed_symbol(self.venue, row, candle, self.rates)
            if int(self.rates.cursor[row]) != settled:
                rate, due_ms = expected_funding(self.rates, row)
                name = self.instruments[row].symbol
                announced.append(FundingAnnounced(candle.close_ms, name, float(rate), int(due_ms)))
        return (*self._news(), *announced)

    def tick(self, row: int, candle: Candle) -> tuple[Event, ...]:
        """Live through one candle of one symbol; returns what happened, in order."""
        mark_account(self.venue)
        feed_symbol(self.venue, row, candle, self.rates)
        return self._news()

    def exchange_funding(self, row: int, rate: float, ts_ms: int) -> tuple[Event, ...]:
        """Exchange funding on the position in hand at the last mark price."""
        settle_funding(self.venue, row, rate, ts_ms)
        return self._news()

    def liquidate(self, row: int, price: float, ts_ms: int) -> tuple[Event, ...]:
        """Take a position over at a price, whatever its margin."""
        if self.venue.positions[row]["lots"] != 0:
            mark_account(self.venue)
            liquidate(self.venue, row, price, collateral(self.venue, row, WHOLE), ts_ms)
        return self._news()

    def send(self, command: Command, now_ms: int) -> tuple[Event, ...]:
        """Carry out one command; returns the venue's answer."""
        symbol = command.order.symbol if isinstance(command, PlaceOrder) else command.symbol
        self.refusal = submit(self.venue, self._rows[symbol], self._order(command, now_ms), now_ms)
        return self._news()

    def rewind(self) -> None:
        """Start reading at the head of the tape again, after its owner has emptied it."""
        self._read = 0

    def _order(self, command: Command, now_ms: int) -> np.void:
        record: np.void = np.zeros(1, dtype=ORDER)[0]
        record["order_id"] = command.order_id
        if not isinstance(command, PlaceOrder):
            record["state"] = int(OrderState.CANCELED)
            return record
        order = command.order
        record["side"] = int(order.side)
        record["order_type"] = int(order.order_type)
        record["time_in_force"] = int(order.time_in_force)
        record["reduce_only"] = order.reduce_only
        record["reason"] = int(command.reason)
        record["phase"] = PHASE_ARRIVING
        record["lots"] = to_lots(order.quantity, self.instruments[self._rows[order.symbol]])
        record["price"] = 0.0 if order.price is None else float(order.price)
        record["trigger_price"] = 0.0 if order.trigger_price is None else float(order.trigger_price)
        record["created_ms"] = now_ms
        return record

    def _news(self) -> tuple[Event, ...]:
        rows = range(self._read, int(self.venue.used[2]))
        self._read = int(self.venue.used[2])
        return tuple(self._event(self.venue.notices[row]) for row in rows)

    def _event(self, notice: np.void) -> Event:
        instrument = self.instruments[int(notice["symbol"])]
        ts_ms = int(notice["ts_ms"])
        number = int(notice["order_id"])
        client_id = f"{self._run_id}-{instrument.symbol}-{number}" if number else ""
        if notice["kind"] == NOTICE_FILL:
            fill = self.venue.fills[int(notice["index"])]
            return FillReceived(ts_ms, _unified(fill, instrument, client_id), Reason(int(fill["reason"])))
        if notice["kind"] == NOTICE_FUNDING:
            row = self.venue.funding[int(notice["index"])]
            position = float(to_order_quantity(int(row["lots"]), instrument))
            rate, mark = float(row["rate"]), float(row["mark_price"])
            return FundingSettled(ts_ms, instrument.symbol, rate, mark, position, float(row["payment"]))
        return OrderChanged(ts_ms, instrument.symbol, client_id, OrderState(int(notice["state"])))


def _unified(fill: np.void, instrument: UnifiedInstrument, client_id: str) -> UnifiedFill:
    return UnifiedFill(
        symbol=instrument.symbol,
        side=Side(int(fill["side"])),
        quantity=to_order_quantity(int(fill["lots"]), instrument),
        price=to_decimal(fill["price"]),
        fee=to_decimal(fill["fee"]),
        is_maker=bool(fill["is_maker"]),
        order_id=str(int(fill["order_id"])),
        client_order_id=client_id,
        event_time_ms=int(fill["ts_ms"]),
        is_liquidation=bool(fill["is_liquidation"]),
    )
