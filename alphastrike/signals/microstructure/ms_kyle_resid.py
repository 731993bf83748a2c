"""A move that no volume explains is taken back."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class ImpactReversal:
    """-T(z over 72 h) of the return less its linear impact (Kyle 1985)."""

    spec = SignalSpec("ms_kyle_resid", Category.MICROSTRUCTURE, ("impact_residual_z_72h",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the unexplained part of the last move."""
        return squash(features.feature("impact_residual_z_72h"), -1.0)


plugin = ImpactReversal()
