"""Buying pressure told from candles alone."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class BulkVolumePressure:
    """T(z over 168 h) of bulk-classified net volume (Easley, Lopez de Prado and O'Hara 2012)."""

    spec = SignalSpec("of_bvc", Category.ORDER_FLOW, ("bulk_volume_z_168h",), horizon_hours=4.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the side that bought."""
        return squash(features.feature("bulk_volume_z_168h"), 1.0)


plugin = BulkVolumePressure()
