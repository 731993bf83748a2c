"""Orders at the account that nobody here sent, while a session runs: each is named once and left alone.

It is somebody's, who may have a reason. What it executes is booked and noted like everything at the account.
"""

import asyncio
from collections.abc import Callable

from alphastrike.domain.errors import VenueError
from alphastrike.live.account_reconciler import Trader
from alphastrike.transport.account_mirror import AccountMirror

_LOOK_EVERY_S = 60.0


class Strangers:
    """Lists what works at the venue once a minute."""

    def __init__(self, trader: Trader, mirror: AccountMirror, note: Callable[[str], None]) -> None:
        """Ask nothing yet. `note` hears of each order once."""
        self._trader = trader
        self._mirror = mirror
        self._note = note
        self._named: set[str] = set()

    async def run(self) -> None:
        """Look now and then, for ever; a venue out of reach is asked the next time."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            for symbol in self._trader.symbols:
                await self._look(symbol)

    async def _look(self, symbol: str) -> None:
        try:
            working = await self._trader.connection.rest.get_open_orders(symbol)
        except VenueError:
            return
        for order in working:
            name = order.client_order_id or order.order_id
            if order.client_order_id not in self._mirror.orders and name not in self._named:
                self._named.add(name)
                self._note(f"{symbol}: order {name} at the venue is not ours: left alone")
