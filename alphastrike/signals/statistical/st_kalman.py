"""A trend by its filtered slope."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class KalmanTrend:
    """T(t / 2), t the slope of a local linear trend over its standard error (Harvey 1989)."""

    spec = SignalSpec("st_kalman", Category.STATISTICAL, ("kalman_slope_t",), horizon_hours=12.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the slope."""
        return squash(features.feature("kalman_slope_t"), 0.5)


plugin = KalmanTrend()
