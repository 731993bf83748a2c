"""The price returns to its average where it has done so."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class MeanReversion:
    """-T(z / 1.5) of ln C less its 96 h average; half-life 3 h to 72 h and t(phi - 1) below -2."""

    spec = SignalSpec(
        "st_ou",
        Category.STATISTICAL,
        ("reversion_half_life", "reversion_t", "reversion_z_336h"),
        horizon_hours=24.0,
        abstains="half-life outside 3 h to 72 h, or reversion not significant",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the deviation."""
        half_life = features.feature("reversion_half_life")
        statistic = features.feature("reversion_t")
        reverts = (half_life >= 3.0) & (half_life <= 72.0) & (statistic < -2.0)
        vote = squash(features.feature("reversion_z_336h"), -1.0 / 1.5)
        return where_known(np.where(reverts, vote, np.nan), statistic)


plugin = MeanReversion()
