"""More waiting on one side of the book than on the other."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import where_known


class BookImbalance:
    """The depth-weighted imbalance of the ten best levels, -1 to 1 (Gould and Bonart 2016)."""

    spec = SignalSpec("ms_book_imb", Category.MICROSTRUCTURE, ("book_imbalance",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Towards the thinner side."""
        return where_known(features.feature("book_imbalance"))


plugin = BookImbalance()
