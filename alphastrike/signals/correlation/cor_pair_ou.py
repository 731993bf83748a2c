"""The spread to bitcoin reverts."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class PairReversion:
    """-T(z / 1.5) of ln P - beta ln P of bitcoin, half-life 4 h to 96 h (Avellaneda and Lee 2010)."""

    spec = SignalSpec(
        "cor_pair_ou",
        Category.CORRELATION,
        ("reference_pair_half_life", "reference_pair_z_720h"),
        horizon_hours=24.0,
        abstains="half-life of the pair outside 4 h to 96 h",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the spread's deviation."""
        half_life = features.feature("reference_pair_half_life")
        reverts = (half_life >= 4.0) & (half_life <= 96.0)
        return np.where(reverts, squash(features.feature("reference_pair_z_720h"), -1.0 / 1.5), np.nan)


plugin = PairReversion()
