"""Two-sided CUSUM of an autocorrelated, standardised series."""

import math

from alphastrike.numerics.compiled import compiled

_OVERSHOOT = 1.166  # Siegmund's 2 x 0.583
_SMALLEST_ALLOWANCE = 0.1
_BISECTIONS = 45
_LARGEST_EXPONENT = 700.0


@compiled
def ar_residual(score: float, previous: float, phi: float) -> float:
    """Innovation (z_t - phi z_{t-1}) / sqrt(1 - phi^2) of a standardised AR(1) series."""
    return (score - phi * previous) / math.sqrt(1.0 - phi * phi)


@compiled
def scale_root(residual: float) -> float:
    """The root of |e|, nearly normal where |e| is not: Hawkins (1981), J. Quality Technology 13, 228."""
    return math.sqrt(abs(residual))


@compiled
def allowance(tau: float, tolerated: float) -> float:
    """The slack k = max(0.1, tolerated / (2 sqrt(tau))) that a residual is allowed for free.

    Half of what a shift of `tolerated` standard deviations of the series leaves in its residuals.
    """
    return max(_SMALLEST_ALLOWANCE, tolerated / (2.0 * math.sqrt(tau)))


@compiled
def siegmund_run_length(k: float, h: float) -> float:
    """Mean samples to a false alarm of a two-sided CUSUM on independent standard normals.

    (exp(2kb) - 2kb - 1) / (2k^2) / 2 with b = h + 1.166: D. Siegmund, "Sequential Analysis"
    (1985), corrected diffusion; halved because either side may alarm.
    """
    exponent = min(2.0 * k * (h + _OVERSHOOT), _LARGEST_EXPONENT)
    return (math.exp(exponent) - exponent - 1.0) / (4.0 * k * k)


@compiled
def decision_interval(k: float, run_length: float) -> float:
    """The h at which `siegmund_run_length` reaches `run_length`; by bisection."""
    low = 0.0
    high = 0.5 * _LARGEST_EXPONENT / k
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if siegmund_run_length(k, middle) < run_length:
            low = middle
        else:
            high = middle
    return high


@compiled
def cusum_step(sums: tuple[float, float], residual: float, k: float, cap: float) -> tuple[float, float]:
    """Next (up, down): max(0, C +- e - k), never above `cap` so that a past shift is forgotten."""
    up, down = sums
    return min(cap, max(0.0, up + residual - k)), min(cap, max(0.0, down - residual - k))
