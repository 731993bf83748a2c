"""One signal on one market, scored by the tracker."""

import numpy as np

from alphastrike.signals.config import DecayConfig
from alphastrike.signals.tracker import DecayTracker


def score(market, votes, horizon, config=None):
    """The standing of one signal after a market in one block."""
    tracker = DecayTracker((horizon,), market.close.shape[0], config or DecayConfig())
    return tracker.advance(market, np.array([votes], dtype=float))


def hits(standing):
    """Share of hits at the end, NaN when nothing was scored."""
    return standing.accuracy[0, -1]


def coin_market(a_market, rises):
    """One-bar moves up or down as told; bar 0 is the vote's, its outcome is bar 1."""
    opens = np.full(len(rises), 100.0)
    closes = np.where(rises, 101.0, 99.0)
    return a_market([closes], opens=[opens])
