"""The venue's dead-man switch, used so that no stop ever dies with this process.

The switch cancels everything that works, stops too. So it counts down only over orders that would open a
position while nobody watches, and never where a stop works or is about to: there it is disarmed first.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alphastrike.domain.errors import VenueError
from alphastrike.domain.orders import OrderType, UnifiedOrder
from alphastrike.transport.account_mirror import AccountMirror
from alphastrike.transport.adapter import VenueConnection

_COUNTDOWN_MS = 30_000
_RENEW_S = 8.0


def is_to_be_armed(orders: Iterable[UnifiedOrder]) -> bool:
    """Whether a switch over these working orders can only do good: some would open, none protects."""
    working = tuple(orders)
    return bool(working) and not any(order.reduce_only for order in working)


@dataclass(slots=True)
class DeadManSwitch:
    """Renews the countdown where it can only do good: of each symbol, or of the whole account."""

    connection: VenueConnection
    mirror: AccountMirror
    symbols: tuple[str, ...]
    _armed: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Renew until cancelled; nothing where the venue has no such switch."""
        if not self.connection.rest.capabilities.supports_dead_man_switch:
            return
        while True:
            await self.renew()
            await asyncio.sleep(_RENEW_S)

    async def renew(self) -> None:
        """Arm, renew or disarm each switch by the orders that work now."""
        for place, orders in self._switches().items():
            if is_to_be_armed(orders):
                await self._set(place, _COUNTDOWN_MS)
            elif place in self._armed:
                await self._set(place, 0)

    async def disarm_for(self, order: UnifiedOrder) -> None:
        """Before a protecting order goes out: no countdown may be left that would take it along."""
        is_account_wide = self.connection.rest.capabilities.dead_man_switch_is_account_wide
        place = self.symbols[0] if is_account_wide else order.symbol
        if order.reduce_only and place in self._armed:
            await self._set(place, 0)

    async def close(self) -> None:
        """Leave none behind."""
        for place in tuple(self._armed):
            await self._set(place, 0)

    def _switches(self) -> Mapping[str, list[UnifiedOrder]]:
        """Working orders by the symbol their switch is addressed with."""
        by_symbol = {symbol: self._working(symbol) for symbol in self.symbols}
        if not self.connection.rest.capabilities.dead_man_switch_is_account_wide:
            return by_symbol
        return {self.symbols[0]: [order for orders in by_symbol.values() for order in orders]}

    def _working(self, symbol: str) -> list[UnifiedOrder]:
        found = (self.mirror.order_sent(client_id) for client_id in self.mirror.working_ids(symbol))
        return [each for each in found if each is not None and each.order_type is not OrderType.MARKET]

    async def _set(self, symbol: str, countdown_ms: int) -> None:
        try:
            await self.connection.rest.set_dead_man_switch(symbol, countdown_ms)
        except VenueError:
            return  # asked again in time: what was armed counts down, and takes only what would open
        if countdown_ms:
            self._armed.add(symbol)
        else:
            self._armed.discard(symbol)
