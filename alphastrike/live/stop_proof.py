"""The proof asked for when a process leaves: every open position has a stop that works at the venue."""

from decimal import Decimal

from alphastrike.domain.errors import VenueError
from alphastrike.domain.orders import OrderState, OrderType
from alphastrike.transport.account_mirror import AccountMirror
from alphastrike.transport.adapter import VenueConnection

UNPROTECTED = "UNPROTECTED"
_WORKS = {OrderState.WORKING, OrderState.PARTIALLY_FILLED}


async def prove_stops(connection: VenueConnection, mirror: AccountMirror) -> tuple[str, ...]:
    """A line a position, by what the venue says now; one not proven begins with `UNPROTECTED`."""
    try:
        lines = []
        for position in await connection.rest.get_positions():
            covered, working = Decimal(0), []
            for client_id in mirror.working_ids(position.symbol):
                order = mirror.order_sent(client_id)
                if order is None or order.order_type is not OrderType.STOP_MARKET:
                    continue
                found = await connection.rest.get_order(position.symbol, client_id)
                if found is not None and found.state in _WORKS and order.side * position.quantity < 0:
                    covered += order.quantity - found.filled_quantity
                    working.append(f"{client_id} at {order.trigger_price}")
            held = f"{position.symbol} {position.quantity:+}"
            if covered >= abs(position.quantity):
                lines.append(f"{held}: protected by {', '.join(working)}")
            else:
                lines.append(f"{UNPROTECTED} {held}: stops at the venue cover {covered}")
    except VenueError as fault:
        return (f"{UNPROTECTED} perhaps: the venue could not be asked ({fault})",)
    return tuple(lines) or ("flat: nothing to protect",)
