"""Cases 201 and on: orders placed, refused, cancelled and filled."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from alphastrike.adapters.conformance.venue import VenueUnderTest, case
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.orders import (
    OrderState,
    OrderType,
    Side,
    TimeInForce,
    UnifiedOrder,
    UnifiedOrderResult,
)

ENDED = {OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED}


@case(201)
async def check_a_resting_order_lives_and_is_cancelled(venue: VenueUnderTest) -> None:
    """A resting order lives and is cancelled."""
    order = await venue.limit()

    placed = await venue.rest.place_order(order)
    await venue.advance()
    seen = await venue.rest.get_order(order.symbol, order.client_order_id)
    working = await venue.rest.get_open_orders(venue.symbol)
    cancelled = await venue.rest.cancel_order(order.symbol, order.client_order_id)

    assert placed.client_order_id == order.client_order_id
    assert placed.state in {OrderState.PENDING, OrderState.WORKING}
    assert (seen.state, seen.filled_quantity, seen.average_price) == (OrderState.WORKING, 0, None)
    assert [result.client_order_id for result in working] == [order.client_order_id]
    assert {placed.order_id, seen.order_id, cancelled.order_id} == {working[0].order_id}
    assert cancelled.state is OrderState.CANCELED
    assert list(await venue.rest.get_open_orders()) == []


@case(202)
async def check_cancelling_what_is_gone_is_no_error(venue: VenueUnderTest) -> None:
    """Cancelling what is gone is no error."""
    resting, taking = await venue.limit(), await venue.market()
    await venue.filled(taking)
    await venue.rest.place_order(resting)

    first = await venue.rest.cancel_order(resting.symbol, resting.client_order_id)
    again = await venue.rest.cancel_order(resting.symbol, resting.client_order_id)
    too_late = await venue.rest.cancel_order(taking.symbol, taking.client_order_id)

    assert first.state is again.state is OrderState.CANCELED
    assert too_late.state is OrderState.FILLED
    assert await venue.rest.get_order(resting.symbol, resting.client_order_id) == again


@case(203)
async def check_an_order_never_sent_is_unknown(venue: VenueUnderTest) -> None:
    """An order never sent is unknown."""
    assert await venue.rest.get_order(venue.symbol, "never-sent") is None
    with pytest.raises(VenueRejected, match="never-sent"):
        await venue.rest.cancel_order(venue.symbol, "never-sent")


@case(204)
async def check_an_order_is_found_under_its_own_symbol_only(venue: VenueUnderTest) -> None:
    """An order is found under its own symbol only."""
    order = await venue.limit()
    await venue.rest.place_order(order)

    other = (await venue.rest.get_instruments())[1].symbol

    assert await venue.rest.get_order(other, order.client_order_id) is None
    assert list(await venue.rest.get_open_orders(other)) == []


@case(205)
async def check_a_market_order_fills_and_makes_the_position(venue: VenueUnderTest) -> None:
    """A market order fills and makes the position."""
    bought = await venue.market(Side.BUY)

    result = await venue.filled(bought)

    assert (result.state, result.filled_quantity) == (OrderState.FILLED, bought.quantity)
    assert result.average_price > 0
    assert await venue.position() == bought.quantity
    assert list(await venue.rest.get_open_orders()) == []


@case(206)
async def check_a_refused_order_changes_nothing(venue: VenueUnderTest) -> None:
    """A refused order changes nothing."""
    before = await venue.account()

    for name, order in (await _bad_orders(venue)).items():
        with pytest.raises(VenueRejected):
            await venue.rest.place_order(order)
        trace = await venue.rest.get_order(order.symbol, order.client_order_id)

        assert trace is None or trace.state is OrderState.REJECTED, name
        assert await venue.account() == before, name


@case(207)
async def check_a_refusal_says_what_was_observed_and_allowed(venue: VenueUnderTest) -> None:
    """A refusal says what was observed and allowed."""
    off_step = replace(await venue.limit(), quantity=venue.instrument.quantity_step * Decimal("1000.5"))

    with pytest.raises(VenueRejected) as refusal:
        await venue.rest.place_order(off_step)

    assert str(off_step.quantity) in str(refusal.value)
    assert str(venue.instrument.quantity_step) in str(refusal.value)


@case(208)
async def check_a_client_order_id_is_used_once(venue: VenueUnderTest) -> None:
    """A client order id is used once."""
    working, done = await venue.limit(), await venue.market()
    await venue.filled(done)
    await venue.rest.place_order(working)
    before = await venue.account()

    for order in (working, done, replace(await venue.limit(), client_order_id=working.client_order_id)):
        with pytest.raises(VenueRejected, match=order.client_order_id):
            await venue.rest.place_order(order)

    assert await venue.account() == before


@case(209)
async def check_client_order_ids_fit_the_length_the_venue_names(venue: VenueUnderTest) -> None:
    """Client order ids fit the length the venue names."""
    longest = "x" * venue.can.max_client_order_id_length

    placed = await venue.rest.place_order(await venue.limit(client_order_id=longest))

    assert placed.client_order_id == longest
    for wrong in ("", longest + "x"):
        with pytest.raises(VenueRejected):
            await venue.rest.place_order(await venue.limit(client_order_id=wrong))


@case(210)
async def check_reduce_only_never_opens_nor_turns_a_position(venue: VenueUnderTest) -> None:
    """Reduce only never opens nor turns a position."""
    if not venue.can.supports_reduce_only:
        await _is_rejected(venue, await venue.market(reduce_only=True))
        return
    await _tried(venue, await venue.market(Side.SELL, reduce_only=True))
    assert await venue.position() == 0

    bought = await venue.market(Side.BUY, times=20)
    await venue.filled(bought)
    await _tried(venue, await venue.market(Side.BUY, reduce_only=True))
    assert await venue.position() == bought.quantity

    await _tried(venue, await venue.market(Side.SELL, times=60, reduce_only=True))
    assert await venue.position() == 0


@case(211)
async def check_post_only_never_takes(venue: VenueUnderTest) -> None:
    """Post only never takes."""
    crossing, resting = await venue.post_only("1.2"), await venue.post_only("0.6")
    if not venue.can.supports_post_only:
        await _is_rejected(venue, crossing)
        return

    result = await _tried(venue, crossing)
    rested = await venue.filled(resting)

    assert result is None or (result.state in ENDED and result.filled_quantity == 0)
    assert await venue.position() == 0
    assert rested.state is OrderState.WORKING


@case(212)
async def check_immediate_or_cancel_does_not_rest(venue: VenueUnderTest) -> None:
    """Immediate or cancel does not rest."""
    result = await venue.filled(await venue.limit("0.6", time_in_force=TimeInForce.IOC))

    assert result.state in ENDED
    assert result.filled_quantity == 0
    assert list(await venue.rest.get_open_orders()) == []


@case(213)
async def check_fill_or_kill_fills_all_or_nothing(venue: VenueUnderTest) -> None:
    """Fill or kill fills all or nothing."""
    taking = await venue.limit("1.2", time_in_force=TimeInForce.FOK)
    missing = await venue.limit("0.6", time_in_force=TimeInForce.FOK)
    if not venue.can.supports_fill_or_kill:
        await _is_rejected(venue, taking)
        return

    taken, missed = await venue.filled(taking), await venue.filled(missing)

    assert (taken.state, taken.filled_quantity) == (OrderState.FILLED, taking.quantity)
    assert missed.state in ENDED
    assert missed.filled_quantity == 0


@case(214)
async def check_conditional_orders_wait_for_their_trigger(venue: VenueUnderTest) -> None:
    """Conditional orders wait for their trigger."""
    if not venue.can.supports_conditional:
        await _is_rejected(venue, await venue.stop())
        return
    await venue.filled(await venue.market(Side.BUY))
    waiting = await venue.stop("0.6", reduce_only=venue.can.supports_reduce_only)

    seen = await venue.filled(waiting)
    working = await venue.rest.get_open_orders(venue.symbol)
    cancelled = await venue.rest.cancel_order(waiting.symbol, waiting.client_order_id)

    assert (seen.state, seen.filled_quantity) == (OrderState.WORKING, 0)
    assert [result.client_order_id for result in working] == [waiting.client_order_id]
    assert cancelled.state is OrderState.CANCELED


@case(215)
async def check_a_stop_closes_the_position_when_it_is_met(venue: VenueUnderTest) -> None:
    """A stop closes the position when it is met."""
    if not venue.can.supports_conditional:
        await _is_rejected(venue, await venue.stop())
        return
    await venue.filled(await venue.market(Side.BUY))
    met = await venue.stop("0.999", quantity=await venue.position())
    await venue.rest.place_order(met)

    await venue.advance(8)
    result = await venue.rest.get_order(met.symbol, met.client_order_id)

    assert result.state is OrderState.FILLED
    assert await venue.position() == 0


async def _bad_orders(venue: VenueUnderTest) -> dict[str, UnifiedOrder]:
    limit, market = await venue.limit(), await venue.market()
    least = venue.instrument.quantity_step
    wrong: dict[str, dict[str, Any]] = {
        "no quantity": {"quantity": Decimal(0)},
        "negative quantity": {"quantity": -limit.quantity},
        "quantity that is no number": {"quantity": Decimal("NaN")},
        "quantity off the step": {"quantity": limit.quantity + least / 2},
        "absurd quantity": {"quantity": Decimal("1e30")},
        "quantity beyond the account": {"quantity": limit.quantity * 10_000},
        "price off the tick": {"price": limit.price + venue.instrument.tick_size / 2},
        "negative price": {"price": -limit.price},
        "infinite price": {"price": Decimal("Infinity")},
        "limit order without a price": {"price": None},
        "stop without a trigger": {"order_type": OrderType.STOP_MARKET, "price": None},
    }
    orders = {name: replace(limit, **changes) for name, changes in wrong.items()}
    too_small = (venue.instrument.min_notional / 2 / limit.price // least) * least
    orders["notional too small"] = replace(limit, quantity=too_small)
    orders["market order with a price"] = replace(market, price=limit.price)
    orders["market order that is post-only"] = replace(market, time_in_force=TimeInForce.GTX)
    return {
        name: replace(order, client_order_id=f"bad-{number}")
        for number, (name, order) in enumerate(orders.items())
    }


async def _is_rejected(venue: VenueUnderTest, order: UnifiedOrder) -> None:
    with pytest.raises(VenueRejected):
        await venue.rest.place_order(order)


async def _tried(venue: VenueUnderTest, order: UnifiedOrder) -> UnifiedOrderResult | None:
    """What became of an order that the venue may as well refuse outright (None)."""
    try:
        return await venue.filled(order)
    except VenueRejected:
        await venue.advance()
        return None
