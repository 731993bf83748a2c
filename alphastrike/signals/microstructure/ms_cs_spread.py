"""Large moves at wide spreads bounce between bid and ask."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import where_known


class SpreadReversal:
    """-sign(r) · rank of the high-low spread over 720 h, beyond one sigma (Corwin and Schultz 2012)."""

    spec = SignalSpec(
        "ms_cs_spread", Category.MICROSTRUCTURE, ("return_1h_over_vol", "spread_rank_720h"), horizon_hours=1.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against a large last hour; no opinion after an ordinary one."""
        step = features.feature("return_1h_over_vol")
        rank = features.feature("spread_rank_720h")
        return where_known(np.where(np.abs(step) <= 1.0, 0.0, -np.sign(step) * rank), step, rank)


plugin = SpreadReversal()
