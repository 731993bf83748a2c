"""Where the next price is likely to be between bid and ask."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class Microprice:
    """T(micro price less mid, in half spreads) (Stoikov 2018)."""

    spec = SignalSpec("ms_microprice", Category.MICROSTRUCTURE, ("microprice_gap",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Towards the micro price."""
        return squash(features.feature("microprice_gap"), 1.0)


plugin = Microprice()
