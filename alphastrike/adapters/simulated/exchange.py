"""The simulated venue as one place: a session, its market and how much of it has happened."""

from dataclasses import replace
from typing import Protocol, Self

import numpy as np

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.adapters.simulated.instruments import instruments_of
from alphastrike.adapters.simulated.kernel_orders import ACCEPTED
from alphastrike.adapters.simulated.kernel_session import Rates
from alphastrike.adapters.simulated.mappers import to_candle
from alphastrike.adapters.simulated.margin import equity, initial_margin
from alphastrike.adapters.simulated.order_log import OrderLog
from alphastrike.adapters.simulated.order_rules import check_order, refusal_message
from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.domain.account import MarginMode
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import ApprovedOrder, CancelOrder, Command, PlaceOrder
from alphastrike.domain.errors import DataError, VenueRejected, VenueUnreachable
from alphastrike.domain.events import Event, FillReceived
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.ledger import Markets, Tape
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.outcomes import Reason

Report = UnifiedCandle | UnifiedFill | UnifiedOrderResult

_TAPE_ROWS_PER_SYMBOL = 256


class Listener(Protocol):
    """Someone to whom the venue reports; nothing happens at the venue while one has no room."""

    @property
    def has_room(self) -> bool:
        """Whether the reports of one more step can be taken."""
        ...

    def hear(self, report: Report) -> None:
        """Take one report."""
        ...


class SimulatedExchange:
    """One account and a market that moves only when its owner says so.

    Between two calls of `advance` time stands still at the last millisecond of the last candle
    (before the first: at its open). Nothing of the history beyond that instant can be read here.
    """

    def __init__(self, session: SimulatedSession, history: CandleHistory, run_id: str) -> None:
        """Open before the first candle. `run_id` is the session's; rows of both are the same symbols."""
        self.session = session
        self.history = history
        self.bars_lived = 0
        self.fills: list[UnifiedFill] = []
        self._log = OrderLog(run_id)
        self._rows = {symbol: row for row, symbol in enumerate(history.symbols)}
        self._last_bar = [-1] * len(history.symbols)  # with a candle of the symbol
        self._listeners: list[Listener] = []

    @classmethod
    def opened(
        cls,
        history: CandleHistory,
        funding: FundingHistory,
        config: SimulatedVenueConfig,
        *,
        initial_equity: float,
        run_id: str,
    ) -> Self:
        """A venue with a fresh account, trading the history's symbols under the configuration."""
        instruments = instruments_of(history, config)
        tape = Tape.blank(_TAPE_ROWS_PER_SYMBOL * len(instruments))
        venue = Venue.opened(Markets.of(instruments), initial_equity, config, tape)
        cursor = np.array(funding.offsets[:-1], dtype=np.int64)
        rates = Rates(funding.ts_ms, funding.rate, funding.offsets, cursor)
        return cls(SimulatedSession(venue, instruments, rates, run_id), history, run_id)

    @property
    def now_ms(self) -> int:
        """The venue's clock."""
        if self.bars_lived == 0:
            return int(self.history.open_time_ms[0])
        return int(self.history.open_time_ms[self.bars_lived - 1]) + self.history.interval_ms - 1

    def row(self, symbol: str) -> int:
        """The row of a symbol; `VenueRejected` when it is not traded here."""
        if symbol not in self._rows:
            allowed = ", ".join(self.history.symbols)
            raise VenueRejected(f"symbol: observed {symbol!r}, allowed one of {allowed}")
        return self._rows[symbol]

    def last_candle(self, row: int) -> UnifiedCandle:
        """A symbol's latest closed candle; `VenueUnreachable` while there is none."""
        candle = to_candle(self.history, row, self._last_bar[row]) if self._last_bar[row] >= 0 else None
        if candle is None:
            raise VenueUnreachable(f"{self.history.symbols[row]}: no candle has closed yet; ask again later")
        return candle

    def check_interval(self, interval_ms: int) -> None:
        """`VenueRejected` for candles of another length than the market's."""
        if interval_ms != self.history.interval_ms:
            raise VenueRejected(f"interval_ms: observed {interval_ms}, allowed {self.history.interval_ms}")

    def advance(self) -> tuple[Event, ...]:
        """Live through the next bar and report it; returns what happened to the account, in order."""
        if self.bars_lived == self.history.open_time_ms.size:
            raise DataError(
                f"simulated venue: the market ends after {self.bars_lived} bars, allowed: no more"
            )
        self._need_room()
        bar = self.bars_lived
        events = self._drained(self.session.feed(self.history, bar))
        self.bars_lived = bar + 1
        candles = [to_candle(self.history, row, bar) for row in range(len(self._last_bar))]
        for row, candle in enumerate(candles):
            self._last_bar[row] = self._last_bar[row] if candle is None else bar
        named = self._report(events)
        self._tell(*(candle for candle in candles if candle is not None))
        return named

    def place(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Put an order on the book, to meet the market at the next open; `VenueRejected` changes nothing."""
        row = self.row(order.symbol)
        instrument = self.session.instruments[row]
        check_order(order, instrument)
        if self._log.get(order.client_order_id) is not None:
            raise VenueRejected(
                f"client_order_id: observed {order.client_order_id!r} a second time, allowed once per account"
            )
        self._need_room()
        number = self._log.number_for(order)
        events = self._send(PlaceOrder(ApprovedOrder.by_operator(order), number, Reason.OPERATOR))
        if self.session.refusal != ACCEPTED:
            message = refusal_message(self.session.refusal, order, self.session.venue, row, instrument)
            raise VenueRejected(message)
        self._log.open(order, number)
        self._report(events)
        return self.order(order.symbol, order.client_order_id)

    def cancel(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Take an order off the book; a finished one stays as it is."""
        known = self.order(symbol, client_order_id)
        command = CancelOrder(symbol, client_order_id, int(known.order_id))
        self._report(self._send(command))
        return self.order(symbol, client_order_id)

    def find(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """An order's latest state, or None when it was never accepted."""
        self.row(symbol)
        known = self._log.get(client_order_id)
        return known if known is not None and known.symbol == symbol else None

    def order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """An order's latest state; `VenueRejected` when it was never accepted."""
        known = self.find(symbol, client_order_id)
        if known is None:
            raise VenueRejected(
                f"client_order_id: observed {client_order_id!r}, allowed one of an accepted {symbol} order"
            )
        return known

    def working(self, row: int) -> tuple[UnifiedOrderResult, ...]:
        """A symbol's orders on the book, oldest first."""
        venue, symbol = self.session.venue, self.history.symbols[row]
        numbers = venue.orders[row, : int(venue.order_count[row])]["order_id"]
        return tuple(self._log.numbered(symbol, int(number)) for number in numbers)

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Change the account's one leverage setting, for every symbol; each is capped by its own highest.

        Refused above the symbol's highest, where the positions would need more initial margin than
        there is, and lowered while isolated positions hold margin computed with the old setting.
        """
        venue, row = self.session.venue, self.row(symbol)
        highest = int(venue.instruments[row]["max_leverage"])
        if not 1 <= leverage <= highest:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to {highest}")
        state = venue.state[0]
        if state["is_isolated"] and leverage < state["leverage"] and self._has_position():
            raise VenueRejected(
                f"leverage: observed {leverage} with isolated positions open, "
                f"allowed at least the present {state['leverage']:.0f}"
            )
        needed, worth = initial_margin(venue, leverage), equity(venue)
        if self._has_position() and needed > worth:
            raise VenueRejected(
                f"leverage: observed {leverage}, which asks for {needed:.8f} of initial margin, "
                f"allowed at most the account's equity {worth:.8f}"
            )
        state["leverage"] = leverage

    def set_margin_mode(self, symbol: str, mode: MarginMode) -> None:
        """Change the account's one margin mode, for every symbol; refused while any position is open."""
        self.row(symbol)
        state, isolated = self.session.venue.state[0], mode is MarginMode.ISOLATED
        if bool(state["is_isolated"]) is not isolated and self._has_position():
            raise VenueRejected(f"margin mode: observed {mode.value} with a position open, allowed when flat")
        state["is_isolated"] = isolated

    def join(self, listener: Listener) -> None:
        """Report to this listener from now on."""
        self._listeners.append(listener)

    def leave(self, listener: Listener) -> None:
        """Stop reporting to a listener; one that never joined is not an error."""
        self._listeners = [known for known in self._listeners if known is not listener]

    def _has_position(self) -> bool:
        return bool(np.any(self.session.venue.positions["lots"] != 0))

    def _need_room(self) -> None:
        if not all(listener.has_room for listener in self._listeners):
            raise VenueUnreachable(
                "simulated venue: a stream of fills or orders is not being read, so nothing was done; "
                "read it (or close it) and try again"
            )

    def _send(self, command: Command) -> tuple[Event, ...]:
        return self._drained(self.session.send(command, self.now_ms))

    def _drained(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Reuse the tape: its rows have become events."""
        self.session.venue.used[:] = 0
        self.session.rewind()
        return events

    def _report(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        named = tuple(self._log.named(event) for event in events)
        for event in named:
            if isinstance(event, FillReceived):
                fill = replace(event.fill, fill_id=str(len(self.fills) + 1))
                self.fills.append(fill)
                self._tell(fill)
            result = self._log.learn(event)
            if result is not None:
                self._tell(result)
        return named

    def _tell(self, *reports: Report) -> None:
        for listener in self._listeners:
            for report in reports:
                listener.hear(report)
