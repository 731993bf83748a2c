"""Changes of the best quotes: the order flow imbalance."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class OrderFlowImbalance:
    """T(z over 168 h) of the imbalance of quote changes over mean depth (Cont, Kukanov and Stoikov 2014)."""

    spec = SignalSpec("of_ofi", Category.ORDER_FLOW, ("order_flow_imbalance_z_168h",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the side whose quotes grow."""
        return squash(features.feature("order_flow_imbalance_z_168h"), 1.0)


plugin = OrderFlowImbalance()
