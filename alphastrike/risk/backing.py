"""What stands behind a block's forecasts as stage 7 reads it: who voted, who is retired, what is left."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import DecisionBlock, Floats

_RETIRED = ("retired", "dead")


class Backing(NamedTuple):
    """`votes` (signals, symbols, bars), `weights` and `retired` (signals, bars); no signals for one rule.

    `surplus` and `horizon_hours` (symbols, bars) are the forecast's; the surplus of a strategy that does
    not name one is infinite, and its horizon 0. `size_cut` (symbols, bars) is the validator's.
    """

    votes: Floats
    weights: Floats
    retired: NDArray[np.int8]
    surplus: Floats
    horizon_hours: Floats
    size_cut: Floats

    @classmethod
    def of(cls, decisions: DecisionBlock) -> "Backing":
        """What the block's trace says."""
        forecast = decisions.forecast
        trace, (symbols, bars) = forecast.trace, forecast.forecast.shape
        surplus, hours = forecast.surplus, forecast.horizon_hours
        if surplus is None or hours is None:
            surplus, hours = np.full((symbols, bars), np.inf), np.zeros((symbols, bars))
        cut = decisions.features.size_cut
        size_cut = np.zeros((symbols, bars)) if cut is None else cut
        if trace is None:
            nobody = np.zeros((0, symbols, bars)), np.zeros((0, bars)), np.zeros((0, bars), dtype=np.int8)
            return cls(*nobody, surplus, hours, size_cut)
        gone = [state for state, name in enumerate(trace.states) if name in _RETIRED]
        retired = np.isin(trace.state, gone).astype(np.int8)
        values, weight = np.ascontiguousarray(trace.values), np.ascontiguousarray(trace.weight)
        return cls(values, weight, retired, surplus, hours, size_cut)
