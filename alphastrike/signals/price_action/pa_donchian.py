"""Breakout: a close at the edge of its two-day range goes on."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash

# Within 5 % of the range from its edge, on the scale where the edges are -1 and 1.
_EDGE = 0.9


class Donchian:
    """T(2 x) of x, the close's place in its 48 h range, at the edges only."""

    spec = SignalSpec("pa_donchian", Category.PRICE_ACTION, ("range_position_48h",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the breakout; no opinion inside the range."""
        place = features.feature("range_position_48h")
        return np.where(np.abs(place) < _EDGE, 0.0, squash(place, 2.0))


plugin = Donchian()
