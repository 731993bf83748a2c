"""Return to the day's volume-weighted average price."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class VwapReversion:
    """-T((C - VWAP) / (C sigma sqrt(24))) over 24 h."""

    spec = SignalSpec("vo_vwap", Category.VOLUME, ("vwap_gap_24h",), horizon_hours=6.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Towards the average."""
        return squash(features.feature("vwap_gap_24h"), -1.0)


plugin = VwapReversion()
