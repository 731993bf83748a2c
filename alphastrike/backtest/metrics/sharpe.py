"""Risk-adjusted return, and how far its estimate can be trusted.

Sources: Sharpe (1994); Mertens (2002), "Comments on variance of the IID estimator in Lo (2002)";
Bailey and Lopez de Prado (2012), "The Sharpe ratio efficient frontier"; Sortino and van der Meer
(1991). Skewness and kurtosis are population moments, kurtosis is raw (3 for a normal law).
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from alphastrike.backtest.metrics.returns import DAYS_PER_YEAR
from alphastrike.domain.blocks import Floats

_NORMAL = NormalDist()
_Z_95_TWO_SIDED = _NORMAL.inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class SharpeEstimate:
    """`ratio`, `standard_error`, `low` and `high` (95 %) are annualised.

    `probability` is PSR(0): how likely the true ratio is above zero. `days_needed` is the record
    length at which that reaches 95 % for this ratio, None when the ratio is not positive.
    """

    ratio: float
    standard_error: float
    low: float
    high: float
    probability: float
    days_needed: float | None


def sharpe_estimate(returns: Floats, periods_per_year: int = DAYS_PER_YEAR) -> SharpeEstimate | None:
    """Sharpe ratio mean/sd (ddof 1) with its standard error; None without variance or data.

    The error is Mertens': sqrt((1 - g3 SR + (g4 - 1)/4 SR^2)/(n - 1)), which allows for skewness
    and fat tails but takes returns as serially independent.
    """
    per_period = _ratio_per_period(returns)
    if per_period is None:
        return None
    skewness, kurtosis = _shape(returns)
    variance = _unit_variance(per_period, skewness, kurtosis)
    if variance <= 0:
        return None
    error = sqrt(variance / (returns.size - 1))
    scale = sqrt(periods_per_year)
    needed = None
    if per_period > 0:
        needed = 1.0 + variance * (_NORMAL.inv_cdf(0.95) / per_period) ** 2
    return SharpeEstimate(
        ratio=per_period * scale,
        standard_error=error * scale,
        low=(per_period - _Z_95_TWO_SIDED * error) * scale,
        high=(per_period + _Z_95_TWO_SIDED * error) * scale,
        probability=_NORMAL.cdf(per_period / error),
        days_needed=needed,
    )


def probabilistic_sharpe(
    ratio: float, observations: int, skewness: float, kurtosis: float, benchmark: float = 0.0
) -> float | None:
    """PSR: the probability that the true ratio exceeds `benchmark` (ratios per period, not annualised).

    Phi((SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1)/4 SR^2)); None below two observations.
    """
    variance = _unit_variance(ratio, skewness, kurtosis)
    if observations < 2 or variance <= 0:
        return None
    return _NORMAL.cdf((ratio - benchmark) * sqrt(observations - 1) / sqrt(variance))


def sortino_ratio(returns: Floats, periods_per_year: int = DAYS_PER_YEAR) -> float | None:
    """Mean over sqrt(mean(min(r, 0)^2)) over all returns, annualised; None without a losing one."""
    if returns.size < 2 or not np.isfinite(returns).all():
        return None
    downside = float(np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2)))
    if downside == 0:
        return None
    return float(np.mean(returns)) / downside * sqrt(periods_per_year)


def _ratio_per_period(returns: Floats) -> float | None:
    if returns.size < 2 or not np.isfinite(returns).all():
        return None
    deviation = float(np.std(returns, ddof=1))
    # Rounding leaves about 1e-17 of "variance" in a constant series.
    if deviation <= 1e-12 * float(np.max(np.abs(returns))):
        return None
    return float(np.mean(returns)) / deviation


def _shape(returns: Floats) -> tuple[float, float]:
    centred = returns - np.mean(returns)
    variance = float(np.mean(centred**2))
    return float(np.mean(centred**3)) / variance**1.5, float(np.mean(centred**4)) / variance**2


def _unit_variance(ratio: float, skewness: float, kurtosis: float) -> float:
    return 1.0 - skewness * ratio + (kurtosis - 1.0) / 4.0 * ratio**2
