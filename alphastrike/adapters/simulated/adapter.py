"""The simulated venue as a plugin, and the small market its contract is checked on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.adapters.simulated.exchange import SimulatedExchange
from alphastrike.adapters.simulated.order_rules import CAPABILITIES
from alphastrike.adapters.simulated.rest import SimulatedRest
from alphastrike.adapters.simulated.websocket import SimulatedWebSocket
from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS

_FIRST_OPEN_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
_BARS = 48
_LIVED = 4
_FUNDED_HOURS = (16, 24, 32, 40)
_RATES = (0.0001, -0.0002, 0.0001, -0.0002)


@dataclass(frozen=True, slots=True)
class SimulatedConnection:
    """Both protocols over one exchange, which moves when its owner calls `advance`."""

    exchange: SimulatedExchange
    rest: SimulatedRest
    websocket: SimulatedWebSocket

    @property
    def interval_ms(self) -> int:
        """Length of the market's candles."""
        return self.exchange.history.interval_ms

    async def connect(self) -> None:
        """Connect both."""
        await self.rest.connect()
        await self.websocket.connect()

    async def advance(self) -> None:
        """Let the next candle happen."""
        self.exchange.advance()


@dataclass(frozen=True, slots=True)
class SimulatedAdapter:
    """What discovery finds. `contract_opt_outs` maps a contract check that cannot hold to the reason."""

    name: str = "simulated"
    Config: type[SimulatedVenueConfig] = SimulatedVenueConfig
    capabilities: VenueCapabilities = CAPABILITIES
    contract_opt_outs: Mapping[str, str] = field(default_factory=dict)

    def build(
        self,
        config: SimulatedVenueConfig,
        history: CandleHistory,
        funding: FundingHistory,
        *,
        initial_equity: float,
        run_id: str,
    ) -> SimulatedConnection:
        """A venue with a fresh account before the history's first candle, not connected yet."""
        exchange = SimulatedExchange.opened(
            history, funding, config, initial_equity=initial_equity, run_id=run_id
        )
        return SimulatedConnection(exchange, SimulatedRest(exchange), SimulatedWebSocket(exchange))

    async def contract_venue(self) -> SimulatedConnection:
        """A connected venue after four of 48 hourly candles of two symbols, with 10,000 to trade.

        Funding falls due in 12, 20, 28 and 36 hours from there, with alternating sign.
        """
        built = self.build(
            SimulatedVenueConfig(), _market(), _funding(), initial_equity=10_000.0, run_id="contract"
        )
        await built.connect()
        for _ in range(_LIVED):
            await built.advance()
        return built


plugin = SimulatedAdapter()


def _market() -> CandleHistory:
    """Prices that swing by 2 % around 100 and 50, a period of eight hours, on ticks of 0.01."""
    swing = np.abs(np.arange(_BARS + 1) % 8 - 4) * 0.5
    path: Floats = np.stack([99.0 + swing, 50.5 - 0.5 * swing])
    opened, closed = path[:, :-1], path[:, 1:]
    return CandleHistory(
        symbols=("BTCUSDT", "ETHUSDT"),
        interval_ms=HOUR_MS,
        open_time_ms=_FIRST_OPEN_MS + np.arange(_BARS, dtype=np.int64) * HOUR_MS,
        open=opened,
        high=np.maximum(opened, closed) + 0.01,
        low=np.minimum(opened, closed) - 0.01,
        close=closed,
        volume=np.full(closed.shape, 1_000.0),
        taker_buy_volume=np.full(closed.shape, 500.0),
    )


def _funding() -> FundingHistory:
    due = _FIRST_OPEN_MS + np.array(_FUNDED_HOURS, dtype=np.int64) * HOUR_MS
    symbols = ("BTCUSDT", "ETHUSDT")
    return FundingHistory(
        symbols=symbols,
        ts_ms=np.tile(due, len(symbols)),
        rate=np.tile(np.array(_RATES), len(symbols)),
        offsets=np.arange(len(symbols) + 1, dtype=np.int64) * due.size,
    )
