"""One-sided trading goes on while it is extreme."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import where_known


class ToxicFlowTrend:
    """sign(net imbalance) · (rank - 0.9) / 0.1 of VPIN above its 90th percentile of 720 h.

    Easley, Lopez de Prado and O'Hara 2012; contested by Andersen and Bondarenko 2014.
    """

    spec = SignalSpec(
        "ms_vpin", Category.MICROSTRUCTURE, ("bulk_imbalance_50h", "vpin_rank_720h"), horizon_hours=4.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the net flow while toxicity is extreme; no opinion otherwise."""
        rank = features.feature("vpin_rank_720h")
        net = features.feature("bulk_imbalance_50h")
        side = np.sign(net)
        return where_known(np.where(rank <= 0.9, 0.0, side * (rank - 0.9) / 0.1), rank, net)


plugin = ToxicFlowTrend()
