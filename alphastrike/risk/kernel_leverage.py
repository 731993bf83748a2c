"""The leverage formula: base x volatility factor x drawdown factor x performance factor."""

import math

from alphastrike.numerics.compiled import compiled

_VOLATILITY_FLOOR, _VOLATILITY_CEILING = 0.3, 1.5
_SHRINKAGE_TRADES = 50.0
_MIN_WINS_AND_LOSSES = 10
_PAYOFF_FLOOR, _PAYOFF_CEILING = 0.5, 3.0


@compiled
def volatility_factor(current: float, normal: float) -> float:
    """Normal over current volatility in [0.3, 1.5]; 0.3 when current is NaN, infinite or not positive."""
    if not (current > 0.0 and normal > 0.0) or math.isinf(current):
        return _VOLATILITY_FLOOR
    return min(_VOLATILITY_CEILING, max(_VOLATILITY_FLOOR, normal / current))


@compiled
def drawdown_factor(drawdown: float) -> float:
    """1.0 below 5 %, 0.7 below 10 %, 0.5 below 15 %, else 0.3; 0.3 when NaN or negative."""
    if not drawdown >= 0.0 or drawdown >= 0.15:
        return 0.3
    if drawdown >= 0.10:
        return 0.5
    if drawdown >= 0.05:
        return 0.7
    return 1.0


@compiled
def performance_factor(half_kelly: float) -> float:
    """Linear through (0, 0.6), (0.05, 1), (0.15, 1), (0.20, 1.2), flat outside; 0.6 when NaN."""
    if not half_kelly > 0.0:
        return 0.6
    if half_kelly < 0.05:
        return 0.6 + half_kelly / 0.05 * 0.4
    if half_kelly <= 0.15:
        return 1.0
    if half_kelly < 0.20:
        return 1.0 + (half_kelly - 0.15) / 0.05 * 0.2
    return 1.2


@compiled
def half_kelly(win_rate: float, payoff: float) -> float:
    """Half the Kelly fraction p - (1 - p) / b; NaN when an input is unusable."""
    if not (0.0 <= win_rate <= 1.0 and payoff > 0.0):
        return math.nan
    return 0.5 * (win_rate - (1.0 - win_rate) / payoff)


@compiled
def observed_half_kelly(wins: int, losses: int, mean_win: float, mean_loss: float) -> float:
    """Half Kelly of a trading record, shrunk toward break-even with 50 pseudo-trades.

    The payoff is 1 until there are ten wins and ten losses, then clamped to [0.5, 3].
    """
    trades = wins + losses
    if trades == 0:
        return 0.0
    payoff = 1.0
    if wins >= _MIN_WINS_AND_LOSSES and losses >= _MIN_WINS_AND_LOSSES and mean_loss > 0.0:
        payoff = min(_PAYOFF_CEILING, max(_PAYOFF_FLOOR, mean_win / mean_loss))
    return half_kelly(wins / trades, payoff) * trades / (trades + _SHRINKAGE_TRADES)


@compiled
def clamp_leverage(raw: float, lowest: float, highest: float) -> float:
    """Raw leverage floored to tenths and kept within bounds; the lowest when NaN."""
    if not raw > lowest:
        return lowest
    # The nudge keeps 9.0 from becoming 8.9 through the last bit of a product.
    return max(lowest, math.floor(min(raw, highest) * 10.0 + 1e-9) / 10.0)
