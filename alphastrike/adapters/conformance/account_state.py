"""Cases 301 and on: positions, balances, margin and funding."""

from decimal import Decimal

import pytest

from alphastrike.adapters.conformance.venue import VenueUnderTest, case
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected, VenueUnreachable
from alphastrike.domain.orders import Side

CLOSE_ENOUGH = 1e-6  # relative


@case(301)
async def check_positions_and_balances_agree_with_the_fills(venue: VenueUnderTest) -> None:
    """Positions and balances agree with the fills."""
    streams = venue.can.supports_user_streams
    stream, since_ms = venue.websocket.fills() if streams else None, await _now(venue)
    start = await _worth(venue)
    for side, times in ((Side.BUY, 20), (Side.BUY, 10), (Side.SELL, 60), (Side.BUY, 7)):
        await venue.filled(await venue.market(side, times))
    await venue.websocket.close()
    asked = await venue.rest.get_fills(venue.symbol, since_ms)
    fills = asked if stream is None else await venue.rest_of(stream)

    held = sum((fill.side * fill.quantity for fill in fills), Decimal(0))
    paid = sum((fill.side * fill.quantity * fill.price + fill.fee for fill in fills), Decimal(0))
    position = (await venue.rest.get_positions(venue.symbol))[0]
    worth = await _worth(venue)

    assert position.quantity == held
    assert float(worth) == pytest.approx(float(start - paid + held * position.mark_price), rel=CLOSE_ENOUGH)
    profit = position.quantity * (position.mark_price - position.entry_price)
    assert float(position.unrealized_pnl) == pytest.approx(float(profit), rel=CLOSE_ENOUGH, abs=1e-6)


@case(302)
async def check_an_open_position_claims_its_initial_margin(venue: VenueUnderTest) -> None:
    """An open position claims its initial margin."""
    await venue.rest.set_leverage(venue.symbol, 1)
    before = (await venue.rest.get_balances())[0]

    await venue.filled(await venue.market(times=100))
    after = (await venue.rest.get_balances())[0]

    position = (await venue.rest.get_positions(venue.symbol))[0]
    claimed = float(after.wallet + after.unrealized_pnl - after.available)
    assert before.available == before.wallet
    assert claimed == pytest.approx(float(position.quantity * position.mark_price), rel=0.05)


@case(303)
async def check_longs_pay_a_positive_funding_rate(venue: VenueUnderTest) -> None:
    """Longs pay a positive funding rate."""
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


@case(304)
async def check_the_liquidation_price_is_on_the_losing_side(venue: VenueUnderTest) -> None:
    """The liquidation price is on the losing side."""
    for side in (Side.BUY, Side.SELL):
        await venue.filled(await venue.market(side, times=100 if side > 0 else 200))
        position = (await venue.rest.get_positions(venue.symbol))[0]
        level = position.liquidation_price

        assert position.quantity * side > 0
        assert level is None or (position.mark_price - level) * side > 0


@case(305)
async def check_leverage_is_set_within_what_the_tiers_allow(venue: VenueUnderTest) -> None:
    """Leverage is set within what the tiers allow."""
    highest = max(tier.max_leverage for tier in venue.instrument.margin_tiers)

    accepted = await venue.rest.set_leverage(venue.symbol, 3)
    await venue.filled(await venue.market())

    assert accepted is True
    assert (await venue.rest.get_positions(venue.symbol))[0].leverage == 3
    for wrong in (0, -1, highest + 1):
        with pytest.raises(VenueRejected, match=str(wrong)):
            await venue.rest.set_leverage(venue.symbol, wrong)


@case(306)
async def check_margin_mode_changes_only_when_flat(venue: VenueUnderTest) -> None:
    """Margin mode changes only when flat."""
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


@case(307)
async def check_closing_twice_is_safe_and_ends_the_answers(venue: VenueUnderTest) -> None:
    """Closing twice is safe and ends the answers."""
    await venue.rest.close()
    await venue.rest.close()

    with pytest.raises(VenueUnreachable):
        await venue.rest.get_ticker(venue.symbol)


async def _now(venue: VenueUnderTest) -> int:
    return await venue.rest.get_server_time_ms()


async def _wallet(venue: VenueUnderTest) -> Decimal:
    return (await venue.rest.get_balances())[0].wallet


async def _worth(venue: VenueUnderTest) -> Decimal:
    balance = (await venue.rest.get_balances())[0]
    return balance.wallet + balance.unrealized_pnl
