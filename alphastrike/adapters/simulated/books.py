"""The arrays the simulated venue works on."""

from typing import Any, NamedTuple

import numpy as np

from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.domain.ledger import Ledger, Markets, Tape
from alphastrike.domain.records import TRADE
from alphastrike.numerics.layout import layout_of

_BPS = 1e-4

VENUE_STATE = np.dtype(
    [
        ("half_spread", "f8"),  # fractions of price
        ("slippage", "f8"),
        ("impact", "f8"),
        ("volume_share", "f8"),
        ("leverage", "f8"),
        ("is_isolated", "i1"),
        ("opened_intrabar", "i1"),  # the position in hand was opened inside the current candle
        ("capacity", "i8"),  # lots of the current candle still to be had
        ("bar_capacity", "i8"),
        ("unrealized", "f8"),  # sums over symbols, at mark prices
        ("maintenance", "f8"),
    ]
)


class Venue(NamedTuple):
    """The simulated venue: ledger, rules and tape side by side, and margin per symbol.

    Flat on purpose: compiled code pays for every array of a bundle it reaches through another.
    """

    account: Any
    positions: Any
    orders: Any
    order_count: Any
    instruments: Any
    tiers: Any
    fills: Any
    funding: Any
    notices: Any
    used: Any
    state: Any
    unrealized: Any
    maintenance: Any
    trade: Any

    @classmethod
    def opened(
        cls, markets: Markets, initial_equity: float, config: SimulatedVenueConfig, tape: Tape
    ) -> "Venue":
        """A venue with one fresh account."""
        symbols = len(markets.instruments)
        state = np.zeros(1, dtype=VENUE_STATE)
        state[0]["half_spread"] = config.half_spread_bps * _BPS
        state[0]["slippage"] = config.slippage_bps * _BPS
        state[0]["impact"] = config.impact_bps * _BPS
        state[0]["volume_share"] = config.volume_share
        state[0]["leverage"] = config.leverage
        state[0]["is_isolated"] = config.margin_mode == "isolated"
        return cls(
            *Ledger.opened(symbols, initial_equity),
            *markets,
            *tape,
            state=state,
            unrealized=np.zeros(symbols),
            maintenance=np.zeros(symbols),
            trade=np.zeros(1, dtype=TRADE),
        )

    def snapshot(self) -> bytes:
        """Account, orders and margin as bytes; the tape belongs to whoever reads it."""
        return b"".join(array.tobytes() for array in self._kept())

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of a venue of the same shape."""
        position = 0
        for array in self._kept():
            flat = array.reshape(-1)
            flat[:] = np.frombuffer(state, dtype=array.dtype, count=flat.size, offset=position)
            position += array.nbytes

    @property
    def layout(self) -> str:
        """What the bytes of a snapshot mean; one of another layout cannot be restored."""
        return layout_of(self._kept())

    def _kept(self) -> tuple[Any, ...]:
        ledger = (self.account, self.positions, self.orders, self.order_count)
        return (*ledger, self.state, self.unrealized, self.maintenance)
