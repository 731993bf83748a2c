"""From the accuracy a user plants to the coefficients that produce it.

For jointly Gaussian signal and return, P(signs agree) = 1/2 + asin(correlation)/pi. The shocks u
of a symbol follow u_t = sum_k c_k z_k,t-1 + residual * e_t, where z_k is a first-order
autoregression (seen in a column) or the scaled sum of the last n shocks (seen in the candles).
Every correlation of this linear process is a sum over its impulse responses, so the coefficients
are found by correcting them until each alpha has its correlation at its own horizon.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.errors import ConfigError
from alphastrike.marketdata.synthetic.config import AlphaSettings
from alphastrike.marketdata.synthetic.kernel_paths import first_order, with_feedback

_ROUNDS = 200
_RESOLUTION = 64  # steps within the shortest time that matters beyond which finer ones change nothing
_CLOSE_ENOUGH = 1e-7


@dataclass(frozen=True, slots=True)
class Loadings:
    """`coefficients` (alphas,) on each unit-variance signal; `residual` on the unexplained shock."""

    coefficients: Floats
    residual: float


def correlation_of(accuracy: float) -> float:
    """Correlation at which the signs of two Gaussian variables agree with this probability."""
    return float(np.sin(np.pi * (accuracy - 0.5)))


def feedback_coefficients(
    alphas: tuple[AlphaSettings, ...], loadings: Loadings, step_hours: float
) -> tuple[NDArray[np.int64], Floats]:
    """Look-back in steps and coefficient per past shock of each alpha; 0 for those not in the candles."""
    lookback = np.array([a.horizon_steps(step_hours) for a in alphas], dtype=np.int64)
    sign = np.array([a.candle_sign for a in alphas])
    return lookback, sign * loadings.coefficients / np.sqrt(lookback)


def solve_loadings(
    alphas: tuple[AlphaSettings, ...], accuracies: tuple[float, ...], native_step_hours: float
) -> Loadings:
    """Coefficients at which every alpha reaches its accuracy while all act together.

    `ConfigError` when the accuracies asked for cannot hold at once.
    """
    step_hours = max(native_step_hours, _shortest_hours(alphas) / _RESOLUTION)
    targets = np.array([correlation_of(accuracy) for accuracy in accuracies])
    slopes = np.array([_first_order_slope(alpha, step_hours) for alpha in alphas])
    coefficients = targets / slopes
    for _ in range(_ROUNDS):
        with np.errstate(over="ignore", invalid="ignore"):  # too strong a feedback grows without bound
            residual, achieved = _achieved(alphas, coefficients, step_hours)
        error = targets - achieved
        if not np.isfinite(residual) or not np.isfinite(error).all():
            break
        if np.abs(error).max(initial=0.0) < _CLOSE_ENOUGH:
            steps = np.array([[a.horizon_steps(h) for a in alphas] for h in (step_hours, native_step_hours)])
            return Loadings(coefficients * np.sqrt(steps[0] / steps[1]), residual)
        coefficients = coefficients + error / slopes
    wanted = "; ".join(
        f"{alpha.channel.value} accuracy {accuracy:g} at {alpha.horizon_hours:g} h"
        for alpha, accuracy in zip(alphas, accuracies, strict=True)
    )
    raise ConfigError(
        f"synthetic alphas: observed {wanted}; allowed accuracies nearer 0.5, a shorter horizon or a longer "
        "half_life_hours: no market has these alphas together"
    )


def _shortest_hours(alphas: tuple[AlphaSettings, ...]) -> float:
    """Shortest horizon or half-life: 0 when an alpha is drawn afresh at every step."""
    horizons = [alpha.horizon_hours for alpha in alphas]
    return min(horizons + [alpha.half_life_hours for alpha in alphas if alpha.candle_sign == 0], default=0.0)


def _first_order_slope(alpha: AlphaSettings, step_hours: float) -> float:
    horizon = alpha.horizon_steps(step_hours)
    if alpha.candle_sign != 0:
        return (horizon + 1) / 2 / float(np.sqrt(horizon))
    phi = alpha.persistence(step_hours)
    return float(np.sum(phi ** np.arange(horizon))) / float(np.sqrt(horizon))


def _achieved(
    alphas: tuple[AlphaSettings, ...], coefficients: Floats, step_hours: float
) -> tuple[float, Floats]:
    """Residual that gives the shocks unit variance, and each alpha's correlation with its future."""
    responses = _responses(alphas, coefficients, step_hours)
    unexplained = 1.0 - float(np.sum(responses[1:] ** 2))
    if not unexplained > 0.0:
        return float("nan"), np.full(len(alphas), np.nan)
    residual = float(np.sqrt(unexplained / np.sum(responses[0] ** 2)))
    responses[0] *= residual
    correlations = np.empty(len(alphas))
    for k, alpha in enumerate(alphas):
        horizon = alpha.horizon_steps(step_hours)
        correlations[k] = _correlation_with_future(alpha, k, responses, horizon, step_hours)
    return residual, correlations


def _responses(alphas: tuple[AlphaSettings, ...], coefficients: Floats, step_hours: float) -> Floats:
    """Response of the shocks to the residual (row 0) and to each alpha's own innovations."""
    lookback, feedback = feedback_coefficients(alphas, Loadings(coefficients, 1.0), step_hours)
    longest = max((a.half_life_hours for a in alphas if a.candle_sign == 0), default=0.0)
    length = int(16 * lookback.max(initial=1) + 10 * longest / step_hours) + 64
    impulse = np.zeros(length)
    impulse[0] = 1.0
    unfed = with_feedback(impulse, lookback, feedback, feedback, np.zeros(len(alphas), dtype=np.int64))
    responses = np.zeros((1 + len(alphas), length))
    responses[0] = unfed
    delayed = np.concatenate((np.zeros(1), unfed[:-1]))
    for k, alpha in enumerate(alphas):
        if alpha.candle_sign == 0:
            responses[1 + k] = coefficients[k] * first_order(delayed, alpha.persistence(step_hours))
    return responses


def _correlation_with_future(
    alpha: AlphaSettings, k: int, responses: Floats, horizon: int, step_hours: float
) -> float:
    length = responses.shape[1]
    total = np.cumsum(responses, axis=1)
    known = total[:, horizon:] - total[:, :-horizon]
    variance = float(np.sum(total[:, :horizon] ** 2) + np.sum(known**2))
    if alpha.candle_sign != 0:
        past = total[:, : length - horizon].copy()
        past[:, horizon:] -= total[:, : length - 2 * horizon]
        return alpha.candle_sign * float(np.sum(past * known)) / variance
    phi = alpha.persistence(step_hours)
    weights = np.sqrt(1.0 - phi * phi) * phi ** np.arange(length - horizon)
    return float(np.sum(weights * known[1 + k])) / float(np.sqrt(variance))
