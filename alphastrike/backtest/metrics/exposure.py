"""How much of the time, and with how much, the account was in the market."""

import numpy as np

from alphastrike.domain.blocks import Floats


def time_in_market(gross_notional: Floats) -> float | None:
    """Share of rows with an open position, in [0, 1]; None without rows."""
    return float(np.mean(gross_notional > 0)) if gross_notional.size else None


def mean_gross_exposure(gross_notional: Floats, equity: Floats) -> float | None:
    """Mean of gross notional over equity, flat rows included; None when equity is never positive."""
    usable = (equity > 0) & np.isfinite(gross_notional)
    return float(np.mean(gross_notional[usable] / equity[usable])) if usable.any() else None


def annual_turnover(traded_notional: float, equity: Floats, days: float) -> float | None:
    """Traded notional over mean equity per 365 days; None without rows, time or positive equity."""
    mean_equity = float(np.mean(equity)) if equity.size else 0.0
    if days <= 0 or not mean_equity > 0:
        return None
    return traded_notional / mean_equity * 365.0 / days
