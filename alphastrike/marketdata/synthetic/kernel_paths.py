"""Compiled loops of the synthetic market: filters, shocks that feed on themselves, candles."""

from typing import Any

import numpy as np

from alphastrike.numerics.compiled import compiled


@compiled
def first_order(innovations: Any, phi: float) -> Any:
    """x_t = phi x_{t-1} + sqrt(1 - phi^2) e_t, unit variance from the first value on."""
    out = np.empty_like(innovations)
    scale = np.sqrt(1.0 - phi * phi)
    x = 0.0
    for t in range(innovations.size):
        x = phi * x + scale * innovations[t] if t else innovations[t]
        out[t] = x
    return out


@compiled
def with_feedback(drive: Any, lookback: Any, coefficient: Any, coefficient_after: Any, switch: Any) -> Any:
    """u_t = drive_t + sum_k c_k (u_{t-1} + ... + u_{t-n_k}), c_k switching at step `switch[k]`."""
    out = np.empty_like(drive)
    alphas = lookback.size
    sums = np.zeros(alphas)
    for t in range(drive.size):
        u = drive[t]
        for k in range(alphas):
            u += sums[k] * (coefficient_after[k] if t >= switch[k] else coefficient[k])
        out[t] = u
        for k in range(alphas):
            sums[k] += u
            if t >= lookback[k]:
                sums[k] -= out[t - lookback[k]]
    return out


@compiled
def excursions(diffusion: Any, jump: Any, jump_at: Any, sigma: Any, normals: Any, exponentials: Any) -> Any:
    """Highest and lowest log price of each step against its open, shape (2, steps).

    Within a step the path is a Brownian bridge to `diffusion` in sub-steps, moved by `jump`
    after sub-step `jump_at`. Between two points of a bridge with variance v the maximum is
    exactly (a + b + sqrt((b - a)^2 + 2 v E)) / 2 with E exponential, so the range is not too
    small however few the sub-steps.
    """
    steps, parts = normals.shape
    out = np.empty((2, steps))
    for i in range(steps):
        spread = sigma[i] / np.sqrt(parts)
        total = 0.0
        for k in range(parts):
            total += normals[i, k]
        correction = (diffusion[i] - spread * total) / parts
        twice = 2.0 * spread * spread
        at = 0.0
        high = 0.0
        low = 0.0
        for k in range(parts):
            move = spread * normals[i, k] + correction
            square = move * move
            high = max(high, at + 0.5 * (move + np.sqrt(square + twice * exponentials[i, k, 0])))
            low = min(low, at + 0.5 * (move - np.sqrt(square + twice * exponentials[i, k, 1])))
            at += move
            if k == jump_at[i]:
                at += jump[i]
                high = max(high, at)
                low = min(low, at)
        out[0, i] = high
        out[1, i] = low
    return out
