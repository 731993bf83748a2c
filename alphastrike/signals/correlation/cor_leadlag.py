"""Symbols follow bitcoin with a delay."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class LeadLag:
    """T(z over 168 h) of beta · bitcoin's return less the symbol's (Lo and MacKinlay 1990)."""

    spec = SignalSpec("cor_leadlag", Category.CORRELATION, ("reference_lead_z_168h",), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Towards what bitcoin has already done; bitcoin itself abstains."""
        return squash(features.feature("reference_lead_z_168h"), 1.0)


plugin = LeadLag()
