"""A move on unusual volume goes on; one on thin volume turns."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class VolumeConfirmation:
    """T(r12 / (sigma sqrt(12))) T(z of log volume)."""

    spec = SignalSpec(
        "vo_confirm", Category.VOLUME, ("return_12h_over_vol", "volume_z_168h"), horizon_hours=12.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the 12 h move when volume is above normal, against it when below."""
        return squash(features.feature("return_12h_over_vol")) * squash(features.feature("volume_z_168h"))


plugin = VolumeConfirmation()
