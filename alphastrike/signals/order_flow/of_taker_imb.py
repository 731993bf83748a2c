"""Buyers or sellers in a hurry: an unusual share of aggressive buying over the last hours."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class TakerImbalance:
    """T(z), z the taker imbalance 2 TB / V - 1, smoothed over 4 h, against its last week.

    Direction after Cont, Kukanov and Stoikov 2014; they find it strong at once and weak later.
    """

    spec = SignalSpec("of_taker_imb", Category.ORDER_FLOW, ("taker_imbalance_z",), horizon_hours=12.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the aggressors; abstains without taker volume."""
        return squash(features.feature("taker_imbalance_z"))


plugin = TakerImbalance()
