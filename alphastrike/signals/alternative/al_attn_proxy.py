"""A large move everybody traded has drawn its crowd."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class AttentionProxy:
    """-sign(r24) · T(max(0, z of the day's volume · |r24| / (sigma sqrt(24)) - 2))."""

    spec = SignalSpec(
        "al_attn_proxy", Category.ALTERNATIVE, ("return_24h_over_vol", "turnover_z_720h"), horizon_hours=24.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the day's move when volume and move are both extreme."""
        move = features.feature("return_24h_over_vol")
        surprise = features.feature("turnover_z_720h")
        crowd = np.maximum(0.0, surprise * np.abs(move) - 2.0)
        return where_known(-np.sign(move) * squash(crowd), move, surprise)


plugin = AttentionProxy()
