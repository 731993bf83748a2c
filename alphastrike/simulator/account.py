"""One practice account: a matching and margin ledger, and the memory a venue keeps of orders and fills."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import DuplicateOrderId, VenueRejected
from alphastrike.domain.events import Event, FillReceived, FundingSettled, OrderChanged
from alphastrike.domain.instruments import to_decimal
from alphastrike.domain.orders import OrderState, OrderType, UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.practice import (
    AccountMoved,
    ExchangeEvent,
    Execution,
    FundingPaid,
    OrderMoved,
    PracticeKey,
    PracticeOrder,
)
from alphastrike.domain.practice_ledger import MarketTick, PracticeLedger

_ENDED = {OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED}
_CHANGES = {
    OrderState.WORKING: Execution.NEW,
    OrderState.CANCELED: Execution.CANCELED,
    OrderState.EXPIRED: Execution.EXPIRED,
}


class Surroundings(Protocol):
    """What an account needs of its exchange."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everything listed."""
        ...

    @property
    def now_ms(self) -> int:
        """The exchange's clock."""
        ...

    def tell(self, event: ExchangeEvent) -> None:
        """Let everybody who listens know."""
        ...

    def next_number(self) -> int:
        """A number nobody has used."""
        ...

    def check_trading(self, symbol: str) -> None:
        """`UnknownSymbol` or `VenueRejected` when orders in it are not taken."""
        ...

    def tick_now(self, symbol: str) -> MarketTick:
        """The market standing still at its present price and depth."""
        ...


class Account:
    """`PracticeAccount` over a ledger. What happens is told at once, in order."""

    def __init__(self, key: PracticeKey, ledger: PracticeLedger, exchange: Surroundings) -> None:
        """A fresh account."""
        self.key = key
        self._ledger = ledger
        self._exchange = exchange
        self._orders: dict[int, PracticeOrder] = {}
        self._by_client_id: dict[tuple[str, str], int] = {}
        self._working: dict[str, dict[int, None]] = {}
        self._fills: list[UnifiedFill] = []
        self._funding: list[FundingPaid] = []
        self._deleveraging = False

    @property
    def leverage(self) -> int:
        """The leverage setting."""
        return self._ledger.leverage

    @property
    def margin_mode(self) -> MarginMode:
        """The margin mode."""
        return self._ledger.margin_mode

    def balance(self) -> UnifiedBalance:
        """The one asset."""
        return self._ledger.balance()

    def positions(self, symbol: str | None = None) -> tuple[UnifiedPosition, ...]:
        """Open positions."""
        symbols = self._exchange.symbols if symbol is None else (symbol,)
        found = (self._ledger.position(each) for each in symbols)
        return tuple(position for position in found if position is not None)

    def orders(self, symbol: str | None = None, *, working: bool = False) -> tuple[PracticeOrder, ...]:
        """Orders by age: all there ever were, or only those that still work."""
        if working:
            symbols = self._exchange.symbols if symbol is None else (symbol,)
            numbers = sorted(number for each in symbols for number in self._working.get(each, ()))
            return tuple(self._orders[number] for number in numbers)
        return tuple(o for o in self._orders.values() if symbol is None or o.order.symbol == symbol)

    def find(
        self, symbol: str, *, client_order_id: str | None = None, order_id: str | None = None
    ) -> PracticeOrder | None:
        """An order by either id, or None."""
        if order_id is not None:
            found = self._orders.get(int(order_id)) if order_id.isdecimal() else None
            return found if found is not None and found.order.symbol == symbol else None
        number = self._by_client_id.get((symbol, client_order_id or ""))
        return None if number is None else self._orders[number]

    def fills(self, symbol: str | None = None) -> tuple[UnifiedFill, ...]:
        """Executions, oldest first."""
        return tuple(fill for fill in self._fills if symbol is None or fill.symbol == symbol)

    def funding(self) -> tuple[FundingPaid, ...]:
        """Funding exchanged, oldest first."""
        return tuple(self._funding)

    def place(self, order: UnifiedOrder) -> PracticeOrder:
        """Judge an order and match it at once."""
        self._exchange.check_trading(order.symbol)
        if (order.symbol, order.client_order_id) in self._by_client_id:
            raise DuplicateOrderId(
                f"client_order_id: observed {order.client_order_id!r} a second time, allowed once per account"
            )
        now_ms, number = self._exchange.now_ms, self._exchange.next_number()
        events = self._ledger.place(order, number, now_ms)
        result = UnifiedOrderResult(order.symbol, order.client_order_id, str(number), OrderState.WORKING)
        self._orders[number] = PracticeOrder(order, result, now_ms, now_ms)
        self._by_client_id[order.symbol, order.client_order_id] = number
        self._working.setdefault(order.symbol, {})[number] = None
        self._book(events)
        self.live(self._exchange.tick_now(order.symbol))
        return self._orders[number]

    def cancel(self, symbol: str, order_id: str) -> PracticeOrder:
        """Cancel a working order; one that has ended stays as it is."""
        known = self.find(symbol, order_id=order_id)
        if known is None:
            raise VenueRejected(f"order_id: observed {order_id!r}, allowed one of an accepted {symbol} order")
        self._book(self._ledger.cancel(symbol, int(order_id), self._exchange.now_ms))
        return self._orders[int(order_id)]

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Change the setting."""
        self._ledger.set_leverage(symbol, leverage)

    def set_margin_mode(self, mode: MarginMode) -> None:
        """Change the mode."""
        self._ledger.set_margin_mode(mode)

    # The market's side, called by the exchange.

    @property
    def ledger(self) -> PracticeLedger:
        """The rule behind the account."""
        return self._ledger

    def live(self, tick: MarketTick) -> None:
        """Meet a stretch of market."""
        self._book(self._ledger.live(tick))

    def settle(self, symbol: str, rate: float, now_ms: int) -> None:
        """Exchange funding."""
        self._book(self._ledger.exchange_funding(symbol, rate, now_ms))

    def take_over(self, symbol: str, price: float, *, deleveraging: bool) -> None:
        """The venue closes a position: a liquidation, or the other side of somebody else's."""
        self._deleveraging = deleveraging
        self._book(self._ledger.liquidate(symbol, price, self._exchange.now_ms))
        self._deleveraging = False

    def _book(self, events: tuple[Event, ...]) -> None:
        """Note what the ledger did and tell it; balances and positions once, after the last fill."""
        moved: dict[str, str] = {}
        for event in events:
            for told in self._told(event):
                self._exchange.tell(told)
            if isinstance(event, FillReceived):
                forced = "deleveraging" if self._deleveraging else "liquidation"
                moved[event.fill.symbol] = forced if event.fill.is_liquidation else "order"
            elif isinstance(event, FundingSettled):
                moved[event.symbol] = "funding"
        for reason in dict.fromkeys(moved.values()):
            symbols = [symbol for symbol, why in moved.items() if why == reason]
            positions = tuple(self._position(symbol) for symbol in symbols)
            moment = self._exchange.now_ms
            self._exchange.tell(AccountMoved(moment, self.key.api_key, reason, self.balance(), positions))

    def _told(self, event: Event) -> Iterator[ExchangeEvent]:
        key, now_ms = self.key.api_key, self._exchange.now_ms
        if isinstance(event, FillReceived):
            yield from self._filled(event)
        elif isinstance(event, OrderChanged):
            number = int(event.client_order_id.rpartition("-")[2])
            known = self._orders.get(number)
            if known is not None:
                order = self._keep(number, replace(known.result, state=event.state))
                yield OrderMoved(now_ms, key, _CHANGES.get(event.state, Execution.CANCELED), order)
        elif isinstance(event, FundingSettled):
            rate, mark = to_decimal(event.rate), to_decimal(event.mark_price)
            paid = FundingPaid(now_ms, key, event.symbol, rate, mark, to_decimal(round(event.payment, 8)))
            self._funding.append(paid)
            yield paid

    def _filled(self, event: FillReceived) -> Iterator[ExchangeEvent]:
        key, now_ms = self.key.api_key, self._exchange.now_ms
        forced = event.reason is Reason.LIQUIDATION
        number = self._exchange.next_number() if forced else int(event.fill.order_id)
        if forced:
            self._open_forced(number, event.fill)
        known = self._orders[number]
        fill = replace(
            event.fill,
            client_order_id=known.order.client_order_id,
            order_id=str(number),
            fill_id=str(self._exchange.next_number()),
            event_time_ms=now_ms,
        )
        self._fills.append(fill)
        if known.order.order_type > OrderType.LIMIT and not known.is_triggered:
            known = replace(known, is_triggered=True, updated_ms=now_ms)
            self._orders[number] = known
            yield OrderMoved(now_ms, key, Execution.TRIGGERED, known)
        change = Execution.TRADE
        if forced:
            change = Execution.DELEVERAGING if self._deleveraging else Execution.LIQUIDATION
        yield OrderMoved(now_ms, key, change, self._keep(number, _after(known, fill)), fill)

    def _open_forced(self, number: int, fill: UnifiedFill) -> None:
        kind = "adl" if self._deleveraging else "liquidation"
        client_id = f"{kind}-{number}"
        order = UnifiedOrder(fill.symbol, fill.side, OrderType.MARKET, fill.quantity, client_id)
        result = UnifiedOrderResult(fill.symbol, client_id, str(number), OrderState.WORKING)
        self._orders[number] = PracticeOrder(order, result, self._exchange.now_ms, self._exchange.now_ms)
        self._by_client_id[fill.symbol, client_id] = number

    def _keep(self, number: int, result: UnifiedOrderResult) -> PracticeOrder:
        order = replace(self._orders[number], result=result, updated_ms=self._exchange.now_ms)
        self._orders[number] = order
        if result.state in _ENDED:
            self._working.get(result.symbol, {}).pop(number, None)
        return order

    def _position(self, symbol: str) -> UnifiedPosition:
        position = self._ledger.position(symbol)
        if position is not None:
            return position
        zero = Decimal(0)
        mark = to_decimal(self._exchange.tick_now(symbol).close)
        return UnifiedPosition(symbol, zero, zero, mark, zero, self.leverage, self.margin_mode)


def _after(known: PracticeOrder, fill: UnifiedFill) -> UnifiedOrderResult:
    filled = known.result.filled_quantity + fill.quantity
    paid = (known.result.average_price or Decimal(0)) * known.result.filled_quantity
    return replace(
        known.result,
        state=OrderState.FILLED if filled >= known.order.quantity else OrderState.PARTIALLY_FILLED,
        filled_quantity=filled,
        average_price=(paid + fill.quantity * fill.price) / filled,
    )
