"""Bitcoin's week sets the mood."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class BitcoinTrend:
    """T(bitcoin's r168 / (sigma sqrt(168)))."""

    spec = SignalSpec("ma_btc_trend", Category.MACRO, ("reference_return_168h_over_vol",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With bitcoin."""
        return squash(features.feature("reference_return_168h_over_vol"), 1.0)


plugin = BitcoinTrend()
