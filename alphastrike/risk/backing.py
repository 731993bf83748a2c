"""The signals' record of a block as stage 7 reads it: who voted, with what weight, who is retired."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import DecisionBlock, Floats

_RETIRED = ("retired", "dead")


class Backing(NamedTuple):
    """`votes` (signals, symbols, bars), `weights` and `retired` (signals, bars); no signals for one rule."""

    votes: Floats
    weights: Floats
    retired: NDArray[np.int8]

    @classmethod
    def of(cls, decisions: DecisionBlock) -> "Backing":
        """What the block's trace says."""
        trace = decisions.forecast.trace
        symbols, bars = decisions.forecast.forecast.shape
        if trace is None:
            return cls(np.zeros((0, symbols, bars)), np.zeros((0, bars)), np.zeros((0, bars), dtype=np.int8))
        gone = [state for state, name in enumerate(trace.states) if name in _RETIRED]
        retired = np.isin(trace.state, gone).astype(np.int8)
        return cls(np.ascontiguousarray(trace.values), np.ascontiguousarray(trace.weight), retired)
