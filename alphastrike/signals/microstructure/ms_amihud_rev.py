"""Moves in thin markets are taken back."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class IlliquidReversal:
    """-T(r / sigma) · rank of illiquidity over 720 h (Amihud 2002; Avramov, Chordia and Goyal 2006)."""

    spec = SignalSpec(
        "ms_amihud_rev",
        Category.MICROSTRUCTURE,
        ("amihud_rank_720h", "return_1h_over_vol"),
        horizon_hours=1.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the last hour, the more the thinner the market."""
        return where_known(
            squash(features.feature("return_1h_over_vol"), -1.0) * features.feature("amihud_rank_720h")
        )


plugin = IlliquidReversal()
