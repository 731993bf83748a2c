"""The first hour foretells the last ones."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class IntradayMomentum:
    """T(return of 00-01 UTC over volatility), at 22 UTC for the last two hours (Gao et al. 2018)."""

    spec = SignalSpec(
        "sea_intraday_mom",
        Category.SEASONALITY,
        ("hour_of_week", "opening_hour_over_vol"),
        horizon_hours=2.0,
        abstains="only the last two hours of the UTC day are foretold",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the first hour."""
        is_time = np.isin(features.feature("hour_of_week"), 24.0 * np.arange(7) + 22.0)
        return np.where(is_time, squash(features.feature("opening_hour_over_vol")), np.nan)


plugin = IntradayMomentum()
