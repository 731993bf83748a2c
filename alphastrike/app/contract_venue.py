"""A venue of any adapter for its conformance checks: its own, or the practice exchange behind its dialect."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.app.practice import PracticePlan, open_simulator, practice_connection
from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.exchange import ExchangeRESTProtocol, ExchangeWebSocketProtocol
from alphastrike.domain.intervals import MINUTE_MS
from alphastrike.simulator.feed import CandleFeed, practice_instrument
from alphastrike.simulator.host import SimulatorHost
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import LoopClock

_BARS = 64
_LIVED = 4
_FUNDING_MS = 12 * MINUTE_MS
_FIRST_OPEN_MS = 1_704_067_200_000  # four candles are lived, so the first funding is due after eight more
_AFTER_CLOSE_S = 0.05


@dataclass(slots=True)
class PracticeContractVenue:
    """An adapter on a practice exchange that lives in simulated time."""

    connection: VenueConnection
    host: SimulatorHost
    interval_ms: int
    _clock: LoopClock
    _running: "asyncio.Task[None]"

    @property
    def rest(self) -> ExchangeRESTProtocol:
        """The adapter's requests."""
        return self.connection.rest

    @property
    def websocket(self) -> ExchangeWebSocketProtocol:
        """The adapter's streams."""
        return self.connection.websocket

    async def advance(self) -> None:
        """Let the next candle close and its news arrive."""
        now_ms = self._clock.now_ms()
        left_ms = self.interval_ms - now_ms % self.interval_ms
        await asyncio.sleep(left_ms / 1000 + _AFTER_CLOSE_S)
        self.host.advance(self._clock.now_ms())  # what was due at the close has happened

    async def stop(self) -> None:
        """End the exchange."""
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running


async def contract_venue(plugin: Any) -> Any:
    """A connected venue after four of many candles, with 10,000 to trade; inside simulated time."""
    if hasattr(plugin, "contract_venue"):
        return await plugin.contract_venue()
    clock = LoopClock(_FIRST_OPEN_MS)
    instruments = (
        practice_instrument("BTCUSDT", "0.1", "0.001"),
        practice_instrument("ETHUSDT", "0.01", "0.01"),
    )
    plan = PracticePlan(plugin.dialect, initial_equity=10_000.0, funding_interval_ms=_FUNDING_MS)
    host = open_simulator(plan, CandleFeed(_market(), instruments))
    running = asyncio.create_task(host.run(clock))
    venue = PracticeContractVenue(practice_connection(plugin, host, clock), host, MINUTE_MS, clock, running)
    await asyncio.sleep(_LIVED * MINUTE_MS / 1000 + _AFTER_CLOSE_S)
    host.advance(clock.now_ms())
    await venue.connection.connect()
    return venue


def _market() -> CandleHistory:
    """Prices that swing by 2 % around 10,000 and 500, a period of eight minutes."""
    swing = np.abs(np.arange(_BARS + 1) % 8 - 4) * 50.0
    path: Floats = np.stack([9_900.0 + swing, 505.0 - 0.05 * swing])
    opened, closed = path[:, :-1], path[:, 1:]
    return CandleHistory(
        symbols=("BTCUSDT", "ETHUSDT"),
        interval_ms=MINUTE_MS,
        open_time_ms=_FIRST_OPEN_MS + np.arange(_BARS, dtype=np.int64) * MINUTE_MS,
        open=opened,
        high=np.maximum(opened, closed) + 1.0,
        low=np.minimum(opened, closed) - 1.0,
        close=closed,
        volume=np.full(closed.shape, 1_000.0),
        taker_buy_volume=np.full(closed.shape, 500.0),
    )
