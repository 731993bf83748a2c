"""The venue as a stream: commands in, events out, with exact decimals."""

from decimal import Decimal

import numpy as np

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import ApprovedOrder, CancelOrder, PlaceOrder
from alphastrike.domain.events import FillReceived, FundingAnnounced, FundingSettled, OrderChanged
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.ledger import Markets, Tape
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.domain.outcomes import Reason
from tests.builders import BINANCE_TIERS, START_MS, a_free_venue, an_instrument, funding_rows

INSTRUMENT = an_instrument(quantity_step="0.1", taker_fee_rate="0.0005", tiers=BINANCE_TIERS)


def a_market(*candles: tuple[float, float, float, float]) -> CandleHistory:
    """One symbol's candles with plenty of volume."""
    columns = np.array(candles, dtype=float).T[:, None, :]
    volume = np.full(columns[0].shape, 1e9)
    times = START_MS + HOUR_MS * np.arange(len(candles), dtype=np.int64)
    return CandleHistory(("BTCUSDT",), HOUR_MS, times, *columns, volume, volume * np.nan)


def a_session(*rates: tuple[int, float], **settings) -> SimulatedSession:
    """A session with 100,000 in cash."""
    venue = Venue.opened(Markets.of((INSTRUMENT,)), 100_000.0, a_free_venue(**settings), Tape.blank(64))
    return SimulatedSession(venue, (INSTRUMENT,), funding_rows(rates), "run7")


def place(side: Side, quantity: str, number: int, kind: OrderType = OrderType.MARKET, **terms) -> PlaceOrder:
    """A command as the engine would send it."""
    order = UnifiedOrder("BTCUSDT", side, kind, Decimal(quantity), f"run7-BTCUSDT-{number}", **terms)
    return PlaceOrder(ApprovedOrder.by_operator(order), number, Reason.ENTRY)


def flat(price: float) -> tuple[float, float, float, float]:
    return (price, price, price, price)


def test_an_order_is_acknowledged_and_then_filled_with_exact_decimals():
    session, market = a_session(), a_market(flat(100.0), flat(100.1))
    session.feed(market, 0)

    (answer,) = session.send(place(Side.BUY, "0.3", 1), START_MS + HOUR_MS - 1)
    (event,) = session.feed(market, 1)

    assert answer == OrderChanged(START_MS + HOUR_MS - 1, "BTCUSDT", "run7-BTCUSDT-1", OrderState.WORKING)
    assert isinstance(event, FillReceived)
    assert (event.reason, event.event_time_ms) == (Reason.ENTRY, START_MS + HOUR_MS)
    assert (event.fill.quantity, event.fill.price) == (Decimal("0.3"), Decimal("100.1"))
    assert float(event.fill.fee) == 0.3 * 100.1 * 0.0005
    assert (event.fill.side, event.fill.is_maker, event.fill.is_liquidation) == (Side.BUY, False, False)
    assert event.fill.client_order_id == "run7-BTCUSDT-1"


def test_a_refusal_is_an_answer():
    session = a_session()
    session.feed(a_market(flat(100.0)), 0)

    (answer,) = session.send(place(Side.BUY, "1.0", 1, OrderType.LIMIT, price=Decimal("99.999")), START_MS)

    assert isinstance(answer, OrderChanged)
    assert answer.state is OrderState.REJECTED
    assert session.refusal != 0


def test_a_cancellation_is_answered_once():
    session = a_session()
    session.feed(a_market(flat(100.0)), 0)
    session.send(place(Side.BUY, "1.0", 1, OrderType.LIMIT, price=Decimal("90.00")), START_MS)

    command = CancelOrder("BTCUSDT", "run7-BTCUSDT-1", 1)
    first, second = session.send(command, START_MS), session.send(command, START_MS)

    assert first == (OrderChanged(START_MS, "BTCUSDT", "run7-BTCUSDT-1", OrderState.CANCELED),)
    assert second == ()


def test_stops_arrive_with_their_trigger():
    session, market = a_session(), a_market(flat(100.0), flat(100.0), (100.0, 100.0, 94.0, 96.0))
    session.feed(market, 0)
    session.send(place(Side.BUY, "1.0", 1), START_MS)
    stop = place(Side.SELL, "1.0", 2, OrderType.STOP_MARKET, trigger_price=Decimal("95.00"), reduce_only=True)
    session.send(stop, START_MS)
    session.feed(market, 1)

    (event,) = session.feed(market, 2)

    assert isinstance(event, FillReceived)
    assert event.fill.price == Decimal(95)


def test_funding_is_reported_with_position_and_payment():
    session, market = a_session((START_MS + 2 * HOUR_MS, 0.0001)), a_market(*[flat(100.0)] * 3)
    session.feed(market, 0)
    session.send(place(Side.SELL, "2.5", 1), START_MS)
    session.feed(market, 1)

    event, announced = session.feed(market, 2)

    due = START_MS + 2 * HOUR_MS
    assert announced == FundingAnnounced(3 * HOUR_MS + START_MS - 1, "BTCUSDT", 0.0001, due + 8 * HOUR_MS)
    assert event == FundingSettled(due, "BTCUSDT", 0.0001, 100.0, -2.5, 2.5 * 100.0 * 0.0001)


def test_a_liquidation_belongs_to_no_order():
    session = a_session(margin_mode="isolated", leverage=10)
    market = a_market(flat(60_000.0), flat(60_000.0), (60_000.0, 60_000.0, 50_000.0, 50_000.0))
    session.feed(market, 0)
    session.send(place(Side.BUY, "2.0", 1), START_MS)
    session.feed(market, 1)

    (event,) = session.feed(market, 2)

    assert isinstance(event, FillReceived)
    assert (event.reason, event.fill.is_liquidation) == (Reason.LIQUIDATION, True)
    assert event.fill.client_order_id == ""


def test_reading_starts_over_when_the_tape_was_emptied():
    session, market = a_session(), a_market(*[flat(100.0)] * 3)
    session.feed(market, 0)
    session.send(place(Side.BUY, "1.0", 1), START_MS)
    session.feed(market, 1)

    session.venue.used[:] = 0
    session.rewind()
    session.send(place(Side.SELL, "1.0", 2), START_MS)

    assert [event.event_time_ms for event in session.feed(market, 2)] == [START_MS + 2 * HOUR_MS]
