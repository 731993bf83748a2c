"""Dynamic leverage: gross notional over equity as a control variable.

The formula and its worked rows: base x volatility x drawdown x performance, base 5 at 2 % daily
volatility. Normal 5.0, 5 % volatility 2.0, 12 % drawdown 2.5, strong and calm 9.0, all bad 1.0.
"""

from dataclasses import dataclass

from alphastrike.risk import kernel_leverage as kernel
from alphastrike.risk.config import LeverageConfig
from alphastrike.risk.kernel_breakers import REDUCE_ONLY_BELOW


@dataclass(frozen=True, slots=True)
class Conditions:
    """What leverage answers to. Volatility is a fraction per day, drawdown a fraction of the peak.

    `win_rate` in [0, 1] and `payoff` (mean win over mean loss) describe recent trades. A NaN,
    negative or otherwise impossible value counts as the worst value.
    """

    daily_volatility: float
    drawdown: float
    win_rate: float
    payoff: float = 1.5


@dataclass(frozen=True, slots=True)
class Leverage:
    """The answer with its factors; `is_reduce_only` when raw leverage is below 0.5."""

    value: float
    raw: float
    volatility_factor: float
    drawdown_factor: float
    performance_factor: float
    is_reduce_only: bool


def dynamic_leverage(conditions: Conditions, config: LeverageConfig | None = None) -> Leverage:
    """Leverage for these conditions, without memory; the stage adds when it may rise."""
    rules = config or LeverageConfig()
    volatility = kernel.volatility_factor(conditions.daily_volatility, rules.normal_volatility)
    drawdown = kernel.drawdown_factor(conditions.drawdown)
    performance = kernel.performance_factor(kernel.half_kelly(conditions.win_rate, conditions.payoff))
    raw = rules.base * volatility * drawdown * performance
    return Leverage(
        value=kernel.clamp_leverage(raw, rules.lowest, rules.highest),
        raw=raw,
        volatility_factor=volatility,
        drawdown_factor=drawdown,
        performance_factor=performance,
        is_reduce_only=raw < REDUCE_ONLY_BELOW,
    )
