"""Before funding falls due, those who would pay leave."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class FundingClock:
    """-sign(predicted funding) · |T(z over 30 days)| in the hour before 00, 08 and 16 UTC."""

    spec = SignalSpec(
        "sea_funding_clock",
        Category.SEASONALITY,
        ("hour_of_week", "predicted_funding", "predicted_funding_z_30d"),
        horizon_hours=1.0,
        abstains="only the hour before funding is foretold",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the side that pays."""
        is_time = np.isin(features.feature("hour_of_week"), 8.0 * np.arange(21) + 7.0)
        rate = features.feature("predicted_funding")
        size = np.abs(squash(features.feature("predicted_funding_z_30d")))
        return where_known(np.where(is_time, -np.sign(rate) * size, np.nan), rate)


plugin = FundingClock()
