"""Short-term reversal: a large hour is partly taken back."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class ShortTermReversal:
    """-T(r / sigma) of the last hour's return beyond one sigma (Jegadeesh 1990)."""

    spec = SignalSpec("pa_strev", Category.PRICE_ACTION, ("return_1h_over_vol",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the last hour; no opinion after an ordinary one."""
        step = features.feature("return_1h_over_vol")
        return np.where(np.abs(step) <= 1.0, 0.0, squash(step, -1.0))


plugin = ShortTermReversal()
