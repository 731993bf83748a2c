"""The last hours as a linear forecast of the next."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class RidgeAutoregression:
    """T(3 · forecast), a ridge regression on the returns over volatility of six hours, refitted daily."""

    spec = SignalSpec("st_ridge_ar", Category.STATISTICAL, ("ridge_forecast",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the forecast."""
        return squash(features.feature("ridge_forecast"), 3.0)


plugin = RidgeAutoregression()
