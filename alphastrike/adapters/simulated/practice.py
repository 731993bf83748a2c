"""The simulated venue's rule as the practice exchange uses it: one account, one tick at a time."""

from dataclasses import replace

import numpy as np

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.adapters.simulated.kernel_orders import ACCEPTED, INSUFFICIENT_MARGIN, OFF_TICK
from alphastrike.adapters.simulated.kernel_session import Candle, Rates
from alphastrike.adapters.simulated.mappers import to_balance, to_position
from alphastrike.adapters.simulated.margin import equity, initial_margin
from alphastrike.adapters.simulated.order_rules import check_order, refusal_message
from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.commands import ApprovedOrder, CancelOrder, PlaceOrder
from alphastrike.domain.errors import InsufficientMargin, PrecisionViolated, VenueRejected
from alphastrike.domain.events import Event
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.ledger import Markets, Tape
from alphastrike.domain.orders import OrderType, TimeInForce, UnifiedOrder
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.practice_ledger import MarketTick

_ROWS = 1024
# The practice exchange says itself what is to be had and at what spread.
_TERMS = SimulatedVenueConfig(slippage_bps=0.0, impact_bps=0.0, volume_share=1.0)


class KernelLedger:
    """`PracticeLedger` on the compiled matching and margin rule."""

    def __init__(self, instruments: tuple[UnifiedInstrument, ...], initial_equity: float) -> None:
        """A fresh account with cash and nothing else."""
        venue = Venue.opened(Markets.of(instruments), initial_equity, _TERMS, Tape.blank(_ROWS))
        none = np.zeros(0)
        offsets = np.zeros(len(instruments) + 1, dtype=np.int64)
        rates = Rates(none.astype(np.int64), none, offsets, np.array(offsets[:-1]))
        self._session = SimulatedSession(venue, instruments, rates, "practice")
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._rows = {instrument.symbol: row for row, instrument in enumerate(instruments)}

    @property
    def leverage(self) -> int:
        """The account's leverage setting."""
        return int(self._session.venue.state[0]["leverage"])

    @property
    def margin_mode(self) -> MarginMode:
        """The account's margin mode."""
        return MarginMode.ISOLATED if self._session.venue.state[0]["is_isolated"] else MarginMode.CROSS

    def live(self, tick: MarketTick) -> tuple[Event, ...]:
        """Let orders, margin and liquidation meet a stretch of market; what happened, in order."""
        self._session.venue.state[0]["half_spread"] = tick.half_spread
        candle = Candle(tick.at_ms, tick.at_ms, tick.open, tick.high, tick.low, tick.close, tick.volume)
        return self._drained(self._session.tick(self._rows[tick.symbol], candle))

    def place(self, order: UnifiedOrder, number: int, now_ms: int) -> tuple[Event, ...]:
        """Put an order on the book; what a market order cannot get at once is cancelled."""
        instrument, row = self._instruments[order.symbol], self._rows[order.symbol]
        _check_steps(order, instrument)
        check_order(order, instrument)
        if order.order_type is OrderType.MARKET:
            order = replace(order, time_in_force=TimeInForce.IOC)
        command = PlaceOrder(ApprovedOrder.by_operator(order), number, Reason.OPERATOR)
        events = self._drained(self._session.send(command, now_ms))
        code = self._session.refusal
        if code != ACCEPTED:
            kinds = {INSUFFICIENT_MARGIN: InsufficientMargin, OFF_TICK: PrecisionViolated}
            message = refusal_message(code, order, self._session.venue, row, instrument)
            raise kinds.get(code, VenueRejected)(message)
        return events

    def cancel(self, symbol: str, number: int, now_ms: int) -> tuple[Event, ...]:
        """Take an order off the book; nothing happens when it is not there."""
        return self._drained(self._session.send(CancelOrder(symbol, "", number), now_ms))

    def exchange_funding(self, symbol: str, rate: float, now_ms: int) -> tuple[Event, ...]:
        """Exchange funding on the position in hand at the last mark price."""
        return self._drained(self._session.exchange_funding(self._rows[symbol], rate, now_ms))

    def liquidate(self, symbol: str, price: float, now_ms: int) -> tuple[Event, ...]:
        """Take a position over at a price, whatever its margin; nothing when flat."""
        return self._drained(self._session.liquidate(self._rows[symbol], price, now_ms))

    def balance(self) -> UnifiedBalance:
        """The one asset."""
        return to_balance(self._session.venue, self._session.instruments[0].quote_asset)

    def position(self, symbol: str) -> UnifiedPosition | None:
        """A symbol's position, None when flat."""
        return to_position(self._session.venue, self._rows[symbol], self._instruments[symbol])

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Change the account's setting, for every symbol; each is capped by its own tiers."""
        venue = self._session.venue
        highest = int(venue.instruments[self._rows[symbol]]["max_leverage"])
        if not 1 <= leverage <= highest:
            raise VenueRejected(f"{symbol} leverage: observed {leverage}, allowed 1 to {highest}")
        needed, worth = initial_margin(venue, leverage), equity(venue)
        if self._has_position() and needed > worth:
            raise InsufficientMargin(
                f"{symbol} leverage: observed {leverage}, which asks for {needed:.2f} of initial margin, "
                f"allowed at most the account's equity {worth:.2f}"
            )
        venue.state[0]["leverage"] = leverage

    def set_margin_mode(self, mode: MarginMode) -> None:
        """Change the account's mode; `VenueRejected` while a position is open."""
        if mode is not self.margin_mode and self._has_position():
            raise VenueRejected(f"margin mode: observed {mode.value} with a position open, allowed when flat")
        self._session.venue.state[0]["is_isolated"] = mode is MarginMode.ISOLATED

    def change_rules(self, instrument: UnifiedInstrument) -> None:
        """Give a symbol a new tick; the quantity step stays, as positions are counted in it."""
        self._instruments[instrument.symbol] = instrument
        self._session.venue.instruments[self._rows[instrument.symbol]]["tick"] = float(instrument.tick_size)

    def _has_position(self) -> bool:
        return bool(np.any(self._session.venue.positions["lots"] != 0))

    def _drained(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        self._session.venue.used[:] = 0
        self._session.rewind()
        return events


def _check_steps(order: UnifiedOrder, instrument: UnifiedInstrument) -> None:
    name = f"order {order.client_order_id} ({order.symbol})"
    for what, value, step in (
        ("quantity", order.quantity, instrument.quantity_step),
        ("price", order.price, instrument.tick_size),
        ("trigger_price", order.trigger_price, instrument.tick_size),
    ):
        if value is not None and value.is_finite() and value > 0 and value % step != 0:
            raise PrecisionViolated(f"{name}: {what}: observed {value}, allowed a multiple of {step}")
