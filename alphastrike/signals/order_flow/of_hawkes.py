"""Trades that trigger trades."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import where_known


class SelfExcitation:
    """n · sign(taker pressure) while the branching ratio n ranks above 0.8 (Hardiman and Bouchaud 2014)."""

    spec = SignalSpec(
        "of_hawkes",
        Category.ORDER_FLOW,
        ("taker_pressure_4h", "trade_clustering", "trade_clustering_rank_720h"),
        horizon_hours=1.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the takers while trading feeds on itself; no opinion in ordinary times."""
        ratio = features.feature("trade_clustering")
        pressure = features.feature("taker_pressure_4h")
        rank = features.feature("trade_clustering_rank_720h")
        return where_known(np.where(rank <= 0.8, 0.0, ratio * np.sign(pressure)), rank, ratio, pressure)


plugin = SelfExcitation()
