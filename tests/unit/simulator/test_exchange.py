"""The practice exchange trades by the simulated venue's rule and tells everything in order."""

from decimal import Decimal
from itertools import pairwise

import pytest

from alphastrike.adapters.simulated.practice import KernelLedger
from alphastrike.domain.errors import (
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    VenueRejected,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.domain.practice import AccountMoved, BookMoved, Execution, OrderMoved, PracticeKey
from alphastrike.simulator.exchange import PracticeVenue
from alphastrike.simulator.feed import MadeFeed

START_MS = 1_700_000_000_000
KEY = PracticeKey("key", "secret", "phrase", "0x" + "1" * 64)


@pytest.fixture
def venue():
    return PracticeVenue(MadeFeed(7, START_MS, step_ms=1_000), KernelLedger, 7)


def an_order(client_id="a", side=Side.BUY, kind=OrderType.MARKET, quantity="0.01", **changes):
    return UnifiedOrder("BTCUSDT", side, kind, Decimal(quantity), client_id, **changes)


def test_a_market_order_is_filled_at_the_quote_before_place_returns(venue):
    account = venue.open_account(KEY)
    ask = venue.ticker("BTCUSDT").best_ask

    placed = account.place(an_order())

    assert placed.result.state is OrderState.FILLED
    assert placed.result.average_price == ask
    assert account.positions()[0].quantity == Decimal("0.01")
    assert account.fills()[0].fee == ask * Decimal("0.01") * Decimal("0.0005")


def test_events_tell_new_then_trade_then_the_account(venue):
    account, told = venue.open_account(KEY), []
    venue.listen(told.append)

    account.place(an_order())

    assert [type(event) for event in told] == [OrderMoved, OrderMoved, AccountMoved]
    assert [event.change for event in told[:2]] == [Execution.NEW, Execution.TRADE]
    assert told[2].positions[0].quantity == Decimal("0.01")


def test_a_stop_rests_and_becomes_a_market_order_when_its_price_is_met(venue):
    account, told = venue.open_account(KEY), []
    account.place(an_order())
    below = venue.ticker("BTCUSDT").best_bid - 5
    account.place(an_order("s", Side.SELL, OrderType.STOP_MARKET, trigger_price=below, reduce_only=True))
    venue.listen(told.append)

    venue.advance(START_MS + 900_000)

    changes = [event.change for event in told if isinstance(event, OrderMoved)]
    assert changes == [Execution.TRIGGERED, Execution.TRADE]
    assert account.positions() == ()


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        (an_order(quantity="0.0105"), PrecisionViolated),
        (an_order(kind=OrderType.LIMIT, price=Decimal("50000.05")), PrecisionViolated),
        (an_order(quantity="1000"), InsufficientMargin),
        (an_order(kind=OrderType.LIMIT, quantity="0.001", price=Decimal(1000)), VenueRejected),
    ],
)
def test_a_refusal_is_typed_and_changes_nothing(venue, order, fault):
    account = venue.open_account(KEY)
    before = account.balance()

    with pytest.raises(fault):
        account.place(order)

    assert account.orders() == ()
    assert account.balance() == before


def test_a_client_id_is_used_once(venue):
    account = venue.open_account(KEY)
    account.place(an_order())

    with pytest.raises(DuplicateOrderId):
        account.place(an_order())


def test_unlisted_and_delisted_symbols_take_no_orders(venue):
    account = venue.open_account(KEY)
    venue.delist("BTCUSDT")

    with pytest.raises(VenueRejected, match="delisted"):
        account.place(an_order())
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        venue.book("NOSUCH")


def test_a_liquidation_is_an_order_and_a_fill_like_any_other(venue):
    account = venue.open_account(KEY)
    account.place(an_order())

    account.take_over("BTCUSDT", 59_000.0, deleveraging=False)

    assert account.positions() == ()
    assert account.fills()[-1].is_liquidation
    assert account.orders()[-1].result.state is OrderState.FILLED


def test_book_changes_are_numbered_without_a_gap_and_rebuild_the_book(venue):
    told = []
    bids = dict(venue.book("ETHUSDT").bids)
    venue.listen(told.append)

    venue.advance(START_MS + 60_000)

    moves = [event for event in told if isinstance(event, BookMoved) and event.symbol == "ETHUSDT"]
    assert all(b.previous_final_id == a.final_id for a, b in pairwise(moves))
    for move in moves:
        bids.update(move.bids)
    assert {p: q for p, q in bids.items() if q} == dict(venue.book("ETHUSDT").bids)


def test_longer_candles_are_made_of_minutes(venue):
    venue.advance(START_MS + 600_000)

    minutes = venue.candles("BTCUSDT", 60_000, 0, START_MS + 600_000)
    fives = [c for c in venue.candles("BTCUSDT", 300_000, 0, START_MS + 600_000) if c.is_closed]

    whole = [m for m in minutes if fives[-1].open_time_ms <= m.open_time_ms <= fives[-1].close_time_ms]
    assert len(whole) == 5
    assert fives[-1].high == max(m.high for m in whole)
    assert fives[-1].close == whole[-1].close


def test_funding_is_exchanged_when_due(venue):
    account = venue.open_account(KEY)
    account.place(an_order())
    due_ms = venue.mark("BTCUSDT").next_funding_ms

    venue._steps, venue._next = iter(()), None  # the market stands still
    venue.advance(due_ms)

    paid = account.funding()[0]
    assert paid.event_time_ms == due_ms
    assert float(paid.payment) == pytest.approx(-0.01 * float(paid.mark_price) * 0.0001, rel=1e-6)
    assert venue.funding_rates("BTCUSDT", 0, 2**60)[0].funding_time_ms == due_ms


def test_the_same_seed_gives_the_same_market():
    one, other = (PracticeVenue(MadeFeed(3, START_MS), KernelLedger, 3) for _ in range(2))
    one.advance(START_MS + 5_000)
    other.advance(START_MS + 5_000)

    assert one.book("BTCUSDT") == other.book("BTCUSDT")
