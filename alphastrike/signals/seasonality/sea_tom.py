"""The turn of the month."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class TurnOfMonth:
    """T(t / 2) of the last twelve turns, from the last day of a month to its third (Ariel 1987)."""

    spec = SignalSpec(
        "sea_tom",
        Category.SEASONALITY,
        ("day_of_turn", "turn_of_month_t_12m"),
        horizon_hours=24.0,
        abstains="outside the turn of the month",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With what the turns of the month have brought."""
        day = features.feature("day_of_turn")
        return np.where(
            (day >= -1.0) & (day < 3.0), squash(features.feature("turn_of_month_t_12m"), 0.5), np.nan
        )


plugin = TurnOfMonth()
