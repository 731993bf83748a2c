"""How much of the last minutes a venue has not answered for, told to the engine as it changes.

It is time that counts and not answers: who gets none asks more often.
"""

import asyncio
from collections import deque

from alphastrike.domain.events import VenueHealthObserved
from alphastrike.live.inbox import Inbox
from alphastrike.transport.account_mirror import AccountMirror
from alphastrike.transport.clock import Clock

_LOOK_EVERY_S = 10.0
_LOOKS = 30  # five minutes
_WORTH_TELLING = 0.1


class VenueHealth:
    """Looks at whether the account was answered for, every ten seconds."""

    def __init__(self, mirror: AccountMirror, clock: Clock, inbox: Inbox) -> None:
        """Look at nothing yet; a venue is healthy until it is not."""
        self._mirror = mirror
        self._clock = clock
        self._inbox = inbox
        self._silent: deque[bool] = deque([False] * _LOOKS, maxlen=_LOOKS)
        self._told = 0.0

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self._silent.append(not self._mirror.is_answered)
            rate = sum(self._silent) / _LOOKS
            is_new = abs(rate - self._told) >= _WORTH_TELLING or (rate != self._told and rate in {0.0, 1.0})
            if is_new:
                self._told = rate
                self._inbox.put(VenueHealthObserved(self._clock.now_ms(), rate))
