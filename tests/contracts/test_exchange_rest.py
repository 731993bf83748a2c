"""Every adapter's `ExchangeRESTProtocol`, check by check."""

from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected, VenueUnreachable
from alphastrike.domain.exchange import ExchangeRESTProtocol
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce

ENDED = {OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED}
ALL_TIME = (0, 2**62)
CLOSE_ENOUGH = 1e-6  # relative


async def check_speaks_the_rest_protocol(venue):
    assert isinstance(venue.rest, ExchangeRESTProtocol)
    assert venue.rest.venue == venue.plugin.name
    assert venue.rest.capabilities == venue.plugin.capabilities


# Market data


async def check_instruments_are_sorted_and_their_symbols_round_trip(venue):
    instruments = await venue.rest.get_instruments()

    symbols = [instrument.symbol for instrument in instruments]
    answered = [(await venue.rest.get_ticker(symbol)).symbol for symbol in symbols]

    assert len(symbols) >= 2
    assert symbols == sorted(set(symbols)) == answered
    assert all(instrument.native_symbol for instrument in instruments)
    assert {instrument.venue for instrument in instruments} == {venue.rest.venue}


async def check_unknown_symbols_are_rejected(venue):
    order = replace(await venue.limit(), symbol="NOSUCHUSDT")
    requests = [
        lambda: venue.rest.get_ticker("NOSUCHUSDT"),
        lambda: venue.rest.get_order_book("NOSUCHUSDT"),
        lambda: venue.rest.get_candles("NOSUCHUSDT", venue.interval_ms, *ALL_TIME),
        lambda: venue.rest.get_funding_rates("NOSUCHUSDT", *ALL_TIME),
        lambda: venue.rest.get_positions("NOSUCHUSDT"),
        lambda: venue.rest.get_open_orders("NOSUCHUSDT"),
        lambda: venue.rest.place_order(order),
        lambda: venue.rest.set_leverage("NOSUCHUSDT", 1),
        lambda: venue.rest.set_margin_mode("NOSUCHUSDT", MarginMode.CROSS),
    ]

    for request in requests:
        with pytest.raises(VenueRejected, match="NOSUCHUSDT"):
            await request()


async def check_ticker_quotes_around_its_price_and_not_from_the_future(venue):
    ticker = await venue.rest.get_ticker(venue.symbol)

    assert 0 < ticker.best_bid <= ticker.best_ask
    assert ticker.best_bid % venue.instrument.tick_size == ticker.best_ask % venue.instrument.tick_size == 0
    assert ticker.event_time_ms <= await venue.rest.get_server_time_ms()


async def check_order_book_is_best_first_and_as_deep_as_asked(venue):
    full = await venue.rest.get_order_book(venue.symbol)
    thin = await venue.rest.get_order_book(venue.symbol, depth=1)

    assert list(full.bids) == sorted(full.bids, reverse=True)
    assert list(full.asks) == sorted(full.asks)
    assert full.bids[0][0] <= full.asks[0][0]
    assert all(price > 0 and quantity > 0 for price, quantity in (*full.bids, *full.asks))
    assert (thin.bids, thin.asks) == (full.bids[:1], full.asks[:1])


async def check_candles_are_closed_ordered_and_within_the_range(venue):
    everything = await _candles(venue)
    second, last = everything[1], everything[-1]
    some = await _candles(venue, second.open_time_ms, last.open_time_ms)

    now_ms = await venue.rest.get_server_time_ms()

    assert all(candle.is_closed and candle.close_time_ms <= now_ms for candle in everything)
    assert [c.open_time_ms for c in everything] == sorted({c.open_time_ms for c in everything})
    assert all(candle.low <= min(candle.open, candle.close) for candle in everything)
    assert all(candle.high >= max(candle.open, candle.close) for candle in everything)
    assert some == everything[1:-1]


async def check_a_candle_is_seen_only_after_it_closed(venue):
    before = await _candles(venue)

    await venue.advance()
    after = await _candles(venue)

    assert after[:-1] == before
    assert after[-1].open_time_ms > before[-1].open_time_ms


async def check_candle_intervals_the_venue_lacks_are_rejected(venue):
    with pytest.raises(VenueRejected, match="7"):
        await venue.rest.get_candles(venue.symbol, 7, *ALL_TIME)


async def check_funding_rates_are_settled_ordered_and_within_the_range(venue):
    none_yet = await venue.rest.get_funding_rates(venue.symbol, await _now(venue), ALL_TIME[1])
    await venue.advance(30)
    everything = list(await venue.rest.get_funding_rates(venue.symbol, *ALL_TIME))
    due = [rate.funding_time_ms for rate in everything]
    all_but_last = await venue.rest.get_funding_rates(venue.symbol, due[0], due[-1])

    assert list(none_yet) == []
    assert due == sorted(set(due))
    assert due[-1] <= await _now(venue)
    assert all(rate.interval_ms > 0 for rate in everything)
    assert list(all_but_last) == everything[:-1]


# Orders


async def check_a_resting_order_lives_and_is_cancelled(venue):
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


async def check_cancelling_what_is_gone_is_no_error(venue):
    resting, taking = await venue.limit(), await venue.market()
    await venue.filled(taking)
    await venue.rest.place_order(resting)

    first = await venue.rest.cancel_order(resting.symbol, resting.client_order_id)
    again = await venue.rest.cancel_order(resting.symbol, resting.client_order_id)
    too_late = await venue.rest.cancel_order(taking.symbol, taking.client_order_id)

    assert first.state is again.state is OrderState.CANCELED
    assert too_late.state is OrderState.FILLED
    assert await venue.rest.get_order(resting.symbol, resting.client_order_id) == again


async def check_an_order_never_sent_is_unknown(venue):
    assert await venue.rest.get_order(venue.symbol, "never-sent") is None
    with pytest.raises(VenueRejected, match="never-sent"):
        await venue.rest.cancel_order(venue.symbol, "never-sent")


async def check_an_order_is_found_under_its_own_symbol_only(venue):
    order = await venue.limit()
    await venue.rest.place_order(order)

    other = (await venue.rest.get_instruments())[1].symbol

    assert await venue.rest.get_order(other, order.client_order_id) is None
    assert list(await venue.rest.get_open_orders(other)) == []


async def check_a_market_order_fills_and_makes_the_position(venue):
    bought = await venue.market(Side.BUY)

    result = await venue.filled(bought)

    assert (result.state, result.filled_quantity) == (OrderState.FILLED, bought.quantity)
    assert result.average_price > 0
    assert await venue.position() == bought.quantity
    assert list(await venue.rest.get_open_orders()) == []


async def check_a_refused_order_changes_nothing(venue):
    before = await venue.account()

    for name, order in (await _bad_orders(venue)).items():
        with pytest.raises(VenueRejected):
            await venue.rest.place_order(order)
        trace = await venue.rest.get_order(order.symbol, order.client_order_id)

        assert trace is None or trace.state is OrderState.REJECTED, name
        assert await venue.account() == before, name


async def check_a_refusal_says_what_was_observed_and_allowed(venue):
    off_step = replace(await venue.limit(), quantity=venue.instrument.quantity_step * Decimal("1000.5"))

    with pytest.raises(VenueRejected) as refusal:
        await venue.rest.place_order(off_step)

    assert str(off_step.quantity) in str(refusal.value)
    assert str(venue.instrument.quantity_step) in str(refusal.value)


async def check_a_client_order_id_is_used_once(venue):
    working, done = await venue.limit(), await venue.market()
    await venue.filled(done)
    await venue.rest.place_order(working)
    before = await venue.account()

    for order in (working, done, replace(await venue.limit(), client_order_id=working.client_order_id)):
        with pytest.raises(VenueRejected, match=order.client_order_id):
            await venue.rest.place_order(order)

    assert await venue.account() == before


async def check_client_order_ids_fit_the_length_the_venue_names(venue):
    longest = "x" * venue.can.max_client_order_id_length

    placed = await venue.rest.place_order(await venue.limit(client_order_id=longest))

    assert placed.client_order_id == longest
    for wrong in ("", longest + "x"):
        with pytest.raises(VenueRejected):
            await venue.rest.place_order(await venue.limit(client_order_id=wrong))


async def check_reduce_only_never_opens_nor_turns_a_position(venue):
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


async def check_post_only_never_takes(venue):
    crossing, resting = await venue.post_only("1.2"), await venue.post_only("0.6")
    if not venue.can.supports_post_only:
        await _is_rejected(venue, crossing)
        return

    result = await _tried(venue, crossing)
    rested = await venue.filled(resting)

    assert result is None or (result.state in ENDED and result.filled_quantity == 0)
    assert await venue.position() == 0
    assert rested.state is OrderState.WORKING


async def check_immediate_or_cancel_does_not_rest(venue):
    result = await venue.filled(await venue.limit("0.6", time_in_force=TimeInForce.IOC))

    assert result.state in ENDED
    assert result.filled_quantity == 0
    assert list(await venue.rest.get_open_orders()) == []


async def check_fill_or_kill_fills_all_or_nothing(venue):
    taking = await venue.limit("1.2", time_in_force=TimeInForce.FOK)
    missing = await venue.limit("0.6", time_in_force=TimeInForce.FOK)
    if not venue.can.supports_fill_or_kill:
        await _is_rejected(venue, taking)
        return

    taken, missed = await venue.filled(taking), await venue.filled(missing)

    assert (taken.state, taken.filled_quantity) == (OrderState.FILLED, taking.quantity)
    assert missed.state in ENDED
    assert missed.filled_quantity == 0


async def check_conditional_orders_wait_for_their_trigger(venue):
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


async def check_a_stop_closes_the_position_when_it_is_met(venue):
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


# The account


async def check_positions_and_balances_agree_with_the_fills(venue):
    stream = venue.websocket.fills()
    start = await _worth(venue)
    for side, times in ((Side.BUY, 20), (Side.BUY, 10), (Side.SELL, 60), (Side.BUY, 7)):
        await venue.filled(await venue.market(side, times))
    await venue.websocket.close()
    fills = await venue.rest_of(stream)

    held = sum((fill.side * fill.quantity for fill in fills), Decimal(0))
    paid = sum((fill.side * fill.quantity * fill.price + fill.fee for fill in fills), Decimal(0))
    position = (await venue.rest.get_positions(venue.symbol))[0]
    worth = await _worth(venue)

    assert position.quantity == held
    assert float(worth) == pytest.approx(float(start - paid + held * position.mark_price), rel=CLOSE_ENOUGH)
    profit = position.quantity * (position.mark_price - position.entry_price)
    assert float(position.unrealized_pnl) == pytest.approx(float(profit), rel=CLOSE_ENOUGH, abs=1e-6)


async def check_an_open_position_claims_its_initial_margin(venue):
    await venue.rest.set_leverage(venue.symbol, 1)
    before = (await venue.rest.get_balances())[0]

    await venue.filled(await venue.market(times=100))
    after = (await venue.rest.get_balances())[0]

    position = (await venue.rest.get_positions(venue.symbol))[0]
    claimed = float(after.wallet + after.unrealized_pnl - after.available)
    assert before.available == before.wallet
    assert claimed == pytest.approx(float(position.quantity * position.mark_price), rel=0.05)


async def check_longs_pay_a_positive_funding_rate(venue):
    position = await venue.market(Side.BUY, times=100)
    await venue.filled(position)
    signs = set()
    for _ in range(29):
        wallet, now_ms = await _wallet(venue), await _now(venue)
        await venue.advance()
        rates = await venue.rest.get_funding_rates(venue.symbol, now_ms + 1, await _now(venue) + 1)
        received = float(await _wallet(venue) - wallet)
        expected = -sum(rate.rate * float(position.quantity * rate.mark_price) for rate in rates)

        assert received == pytest.approx(expected, rel=0.05, abs=1e-9)
        signs |= {received > 0 for _ in rates}

    assert signs, "the contract venue settled no funding"


async def check_the_liquidation_price_is_on_the_losing_side(venue):
    for side in (Side.BUY, Side.SELL):
        await venue.filled(await venue.market(side, times=100 if side > 0 else 200))
        position = (await venue.rest.get_positions(venue.symbol))[0]
        level = position.liquidation_price

        assert position.quantity * side > 0
        assert level is None or (position.mark_price - level) * side > 0


async def check_leverage_is_set_within_what_the_tiers_allow(venue):
    highest = max(tier.max_leverage for tier in venue.instrument.margin_tiers)

    accepted = await venue.rest.set_leverage(venue.symbol, 3)
    await venue.filled(await venue.market())

    assert accepted is True
    assert (await venue.rest.get_positions(venue.symbol))[0].leverage == 3
    for wrong in (0, -1, highest + 1):
        with pytest.raises(VenueRejected, match=str(wrong)):
            await venue.rest.set_leverage(venue.symbol, wrong)


async def check_margin_mode_changes_only_when_flat(venue):
    if not venue.can.supports_isolated_margin:
        with pytest.raises(VenueRejected):
            await venue.rest.set_margin_mode(venue.symbol, MarginMode.ISOLATED)
        return

    assert await venue.rest.set_margin_mode(venue.symbol, MarginMode.ISOLATED) is True
    await venue.filled(await venue.market())
    position = (await venue.rest.get_positions(venue.symbol))[0]

    assert position.margin_mode is MarginMode.ISOLATED
    assert position.isolated_margin > 0
    with pytest.raises(VenueRejected):
        await venue.rest.set_margin_mode(venue.symbol, MarginMode.CROSS)


async def check_closing_twice_is_safe_and_ends_the_answers(venue):
    await venue.rest.close()
    await venue.rest.close()

    with pytest.raises(VenueUnreachable):
        await venue.rest.get_ticker(venue.symbol)


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
async def test_adapter(venue, check):
    venue.skip_if_opted_out(check)

    await check(venue)


async def _bad_orders(venue):
    limit, market = await venue.limit(), await venue.market()
    least = venue.instrument.quantity_step
    wrong = {
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


async def _is_rejected(venue, order):
    with pytest.raises(VenueRejected):
        await venue.rest.place_order(order)


async def _tried(venue, order):
    """What became of an order that the venue may as well refuse outright (None)."""
    try:
        return await venue.filled(order)
    except VenueRejected:
        await venue.advance()


async def _candles(venue, start_ms=ALL_TIME[0], end_ms=ALL_TIME[1]):
    return list(await venue.rest.get_candles(venue.symbol, venue.interval_ms, start_ms, end_ms))


async def _now(venue):
    return await venue.rest.get_server_time_ms()


async def _wallet(venue):
    return (await venue.rest.get_balances())[0].wallet


async def _worth(venue):
    balance = (await venue.rest.get_balances())[0]
    return balance.wallet + balance.unrealized_pnl
