"""A market together with how its venue lists it."""

from dataclasses import dataclass

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.instruments import UnifiedInstrument


@dataclass(frozen=True, slots=True)
class Listed:
    """A market with how it trades; instruments in the order of the history's symbols."""

    history: CandleHistory
    funding: FundingHistory
    instruments: tuple[UnifiedInstrument, ...]
