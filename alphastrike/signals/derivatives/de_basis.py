"""A premium over the index comes back."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class BasisReversal:
    """-T(z over 168 h) of mark / index - 1."""

    spec = SignalSpec("de_basis", Category.DERIVATIVES, ("basis_z_168h",), horizon_hours=8.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the premium."""
        return squash(features.feature("basis_z_168h"), -1.0)


plugin = BasisReversal()
