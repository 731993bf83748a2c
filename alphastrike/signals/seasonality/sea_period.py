"""An hour of the day resembles itself."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class DailyPeriodicity:
    """T(mean of the same hour of ten days, in standard errors, / 1.5) (Heston, Korajczyk and Sadka 2010)."""

    spec = SignalSpec("sea_period", Category.SEASONALITY, ("same_hour_10d",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With what this hour did lately."""
        return squash(features.feature("same_hour_10d"), 1.0 / 1.5)


plugin = DailyPeriodicity()
