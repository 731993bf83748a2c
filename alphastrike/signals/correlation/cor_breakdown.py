"""A symbol that comes loose from bitcoin is drawn back."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class CorrelationBreakdown:
    """-sign(own return of 24 h) · T(|d|) while d = atanh(rho 24 h) - atanh(rho 720 h) is below -0.5."""

    spec = SignalSpec(
        "cor_breakdown",
        Category.CORRELATION,
        ("own_return_24h_over_vol", "reference_break"),
        horizon_hours=24.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the symbol's own move; no opinion while it moves as usual."""
        change = features.feature("reference_break")
        move = features.feature("own_return_24h_over_vol")
        against = -np.sign(move) * squash(np.abs(change))
        return where_known(np.where(change >= -0.5, 0.0, against), change, move)


plugin = CorrelationBreakdown()
