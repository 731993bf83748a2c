"""Aggressive volume that the price has not followed yet."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class VolumeDeltaDivergence:
    """T(z of net taker volume of 24 h - z of the return of 24 h)."""

    spec = SignalSpec("of_cvd_div", Category.ORDER_FLOW, ("cvd_divergence",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the takers where the price lags behind them."""
        return squash(features.feature("cvd_divergence"), 1.0)


plugin = VolumeDeltaDivergence()
