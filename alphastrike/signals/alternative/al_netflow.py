"""Coins sent to exchanges are about to be sold."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class ExchangeNetflow:
    """-T(z over 30 days) of the net inflow to exchanges."""

    spec = SignalSpec("al_netflow", Category.ALTERNATIVE, ("exchange_netflow_z_30d",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against inflows."""
        return squash(features.feature("exchange_netflow_z_30d"), -1.0)


plugin = ExchangeNetflow()
