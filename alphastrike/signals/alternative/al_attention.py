"""Crowds of onlookers arrive late."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class AttentionReversal:
    """-T(z over 90 days of views or searches) · sign(return of the week) (Kristoufek 2013)."""

    spec = SignalSpec(
        "al_attention", Category.ALTERNATIVE, ("attention_z_90d", "return_168h_over_vol"), horizon_hours=24.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the week's move when attention is high."""
        move = features.feature("return_168h_over_vol")
        return where_known(squash(features.feature("attention_z_90d"), -1.0) * np.sign(move), move)


plugin = AttentionReversal()
