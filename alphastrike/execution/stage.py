"""Stage 8 for a stream: orders as values with deterministic client ids."""

from decimal import Decimal
from typing import Any

from alphastrike.domain.commands import ApprovedOrder, CancelOrder, Command, PlaceOrder
from alphastrike.domain.events import FillReceived, OrderChanged
from alphastrike.domain.instruments import UnifiedInstrument, to_decimal, to_lots, to_order_quantity
from alphastrike.domain.ledger import Outbox
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.domain.outcomes import Code, Halted, Outcome, Passed, Reason
from alphastrike.domain.records import ACTS_NOT
from alphastrike.execution.kernel_orders import learn_fill, learn_state, plan


def client_order_id(run_id: str, symbol: str, order_id: int) -> str:
    """The id every order carries: the same run repeats the same ids."""
    return f"{run_id}-{symbol}-{order_id}"


def order_number(client_id: str) -> int:
    """The engine's own number in one of its client order ids; 0 when there is none."""
    number = client_id.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


class ExecutionStage:
    """The engine's order book. `desk` is the account bundle that stage 7 writes its intents to."""

    def __init__(self, desk: Any, instruments: tuple[UnifiedInstrument, ...], run_id: str) -> None:
        """Share the desk's arrays."""
        self._desk = desk
        self._instruments = instruments
        self._rows = {instrument.symbol: row for row, instrument in enumerate(instruments)}
        self._outbox = Outbox.blank(len(instruments))
        self._run_id = run_id
        self._acts = desk.intents["acts"]

    def plan(self, symbol: int, now_ms: int) -> tuple[Command, ...]:
        """Orders for the symbol's intent, in the order they are to be sent."""
        if self._leaves_all_as_it_is(symbol):
            return ()
        self._outbox.used[0] = 0
        desk = self._desk
        plan(desk, self._outbox, symbol, desk.intents[symbol], desk.decisions[symbol], now_ms)
        return tuple(self._command(symbol, self._outbox.orders[row]) for row in range(self._outbox.used[0]))

    def _leaves_all_as_it_is(self, symbol: int) -> bool:
        """Whether `kernel_orders.plan` has nothing to do: handing it the desk costs more than looking."""
        desk = self._desk
        is_bare = desk.order_count[symbol] == 0
        return bool(self._acts[symbol] == ACTS_NOT and (is_bare or desk.positions[symbol]["lots"] != 0))

    def outcome(self, symbol: int) -> Outcome:
        """Passed, or the halt that had the last word."""
        decision = self._desk.decisions[symbol]
        code = Code(int(decision["code"]))
        name, ts_ms = self._instruments[symbol].symbol, int(decision["ts_ms"])
        if code.stage is None:
            return Passed(name, ts_ms, code)
        return Halted(code.stage, code, name, ts_ms, float(decision["observed"]), float(decision["limit"]))

    def learn_fill(self, event: FillReceived) -> None:
        """Count a fill against its order."""
        row = self._rows[event.fill.symbol]
        lots = to_lots(event.fill.quantity, self._instruments[row])
        learn_fill(self._desk, row, self._number(event.fill.client_order_id, event.fill.symbol), lots)

    def learn_order(self, event: OrderChanged) -> None:
        """Take the venue's word on an order; an impossible move is ignored by the table."""
        row = self._rows[event.symbol]
        learn_state(self._desk, row, self._number(event.client_order_id, event.symbol), int(event.state))

    def _number(self, client_id: str, symbol: str) -> int:
        """The order's number, 0 when another run or a person sent it."""
        number = order_number(client_id)
        return number if client_id == client_order_id(self._run_id, symbol, number) else 0

    def _command(self, symbol: int, order: Any) -> Command:
        instrument = self._instruments[symbol]
        number = int(order["order_id"])
        client_id = client_order_id(self._run_id, instrument.symbol, number)
        if order["state"] == OrderState.CANCELED:
            return CancelOrder(instrument.symbol, client_id, number)
        kind = OrderType(int(order["order_type"]))
        unified = UnifiedOrder(
            symbol=instrument.symbol,
            side=Side(int(order["side"])),
            order_type=kind,
            quantity=to_order_quantity(int(order["lots"]), instrument),
            client_order_id=client_id,
            price=to_decimal(order["price"]) if kind is OrderType.LIMIT else None,
            trigger_price=to_decimal(order["trigger_price"])
            if kind in (OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET)
            else None,
            time_in_force=TimeInForce(int(order["time_in_force"])),
            reduce_only=bool(order["reduce_only"]),
        )
        approved = ApprovedOrder(unified, self._approved(symbol, instrument))
        return PlaceOrder(approved, number, Reason(int(order["reason"])))

    def _approved(self, symbol: int, instrument: UnifiedInstrument) -> Decimal:
        """How much an opening order of the symbol may be: to flat, and to the position risk approved."""
        lots = int(self._desk.intents[symbol]["approved_lots"]) - int(self._desk.positions[symbol]["lots"])
        return to_order_quantity(abs(lots), instrument)
