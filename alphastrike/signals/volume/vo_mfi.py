"""Exhausted buying or selling by money flow."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class MoneyFlowReversal:
    """T((50 - index) / 20) below 20 and above 80 of the money flow index of 14 h."""

    spec = SignalSpec("vo_mfi", Category.VOLUME, ("money_flow_14h",), horizon_hours=6.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the exhausted side."""
        away = 50.0 - features.feature("money_flow_14h")
        return np.where(np.abs(away) <= 30.0, 0.0, squash(away, 1.0 / 20.0))


plugin = MoneyFlowReversal()
