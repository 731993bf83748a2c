"""Hours of the week with a habit."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class HourOfWeekEffect:
    """T(t / 2) beyond 1, t the shrunk statistic of the next hour in the last 26 weeks."""

    spec = SignalSpec(
        "sea_how",
        Category.SEASONALITY,
        ("hour_of_week_t_26w",),
        horizon_hours=1.0,
        abstains="the next hour has no habit, |t| up to 1",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the habit of the next hour."""
        habit = features.feature("hour_of_week_t_26w")
        return np.where(np.abs(habit) > 1.0, squash(habit, 0.5), np.nan)


plugin = HourOfWeekEffect()
