"""What a person watching wants to know, as plain values: taken after a close, drawn elsewhere."""

from dataclasses import asdict, dataclass
from typing import Any

from alphastrike.live.risk_picture import BreakerLine, LimitLine


@dataclass(frozen=True, slots=True)
class PositionLine:
    """One open position. `notional` and `unrealized` in quote, `notional` signed."""

    symbol: str
    notional: float
    entry_price: float
    mark_price: float
    unrealized: float


@dataclass(frozen=True, slots=True)
class LeverageLine:
    """The control variable and its three factors."""

    leverage: float
    volatility_factor: float
    drawdown_factor: float
    performance_factor: float


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category of signals: its share of the ensemble's weight, and how many of its signals vote."""

    name: str
    weight_share: float
    active: int
    signals: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A run at one close. `drawdown` is a fraction of the peak; `verdicts` is code label by symbol.

    `orders` are the latest first, each a line for a person.
    """

    title: str
    time_ms: int
    initial_equity: float
    equity: float
    drawdown: float
    gross_notional: float
    trades: int
    fees: float
    funding: float
    leverage: LeverageLine
    breaker: BreakerLine
    limits: tuple[LimitLine, ...]
    positions: tuple[PositionLine, ...]
    categories: tuple[CategoryLine, ...]
    verdicts: dict[str, str]
    validator: str
    orders: tuple[str, ...]


def as_status(picture: Picture) -> dict[str, Any]:
    """The picture as `status` reads it."""
    return asdict(picture)
