"""The decay tracker: every signal's predictions scored, its weight earned, kept or lost."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, MarketBlock
from alphastrike.signals.arrival import NEVER, arrival
from alphastrike.signals.config import DecayConfig
from alphastrike.signals.kernel_decay import RECORD, RULE, SHADOW, fill_pool, fold_decay


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of each signal at each close, (signals, bars); evidence up to that close only.

    `accuracy` is the rolling share of hits, NaN before the first outcome, and `samples` its
    effective outcomes. `weight` and `log_odds` come from the accuracy after shrinking it, and are
    0 unless the signal may vote. `state` indexes `signals.decay.STATES`.
    """

    weight: Floats
    log_odds: Floats
    accuracy: Floats
    samples: Floats
    state: NDArray[np.int8]

    def provisional(self) -> NDArray[np.bool_]:
        """Where a signal votes without having proven itself (`cold_start = equal_weights`)."""
        untested: NDArray[np.bool_] = (self.state == SHADOW) & (self.weight > 0.0)
        return untested


class DecayTracker:
    """Scores the votes of a fixed set of signals over a fixed set of symbols.

    A vote at the close of bar t is entered at the open of t + 1 and scored at the close of
    t + horizon. Evidence is pooled over symbols. Outcomes overlap: each counts 1 / horizon in
    the accuracy, and the sequential tests look only at bars whose number the horizon divides.
    """

    def __init__(self, horizons: tuple[int, ...], symbols: int, config: DecayConfig) -> None:
        """`horizons` in bars, one a signal; every signal starts in the shadow."""
        self._horizons = np.unique(np.array(horizons, dtype=np.int64))
        self._groups = np.searchsorted(self._horizons, np.array(horizons, dtype=np.int64))
        spans = np.array(horizons, dtype=np.int64) * symbols
        self._starts = np.concatenate(([0], np.cumsum(spans)[:-1])).astype(np.int64)
        self._next_bar = np.full(1, NEVER, dtype=np.int64)
        self._entries = np.full((int(self._horizons[-1]), symbols), np.nan)
        self._runs = np.zeros(symbols, dtype=np.int64)
        self._pending = np.zeros(int(spans.sum()), dtype=np.int8)
        self._outcomes = np.zeros((len(self._horizons), symbols), dtype=np.int8)
        self._pool = np.zeros((len(self._horizons), symbols + 1, 3))
        fill_pool(self._pool, self._horizons, config.pool_correlation, config.half_life)
        self._records = np.zeros(len(horizons), dtype=RECORD)
        for name in ("wealth_0", "wealth_1", "wealth_2", "wealth_3"):
            self._records[name] = 1.0
        self._records["weight"] = -1.0
        self._rings = np.zeros((len(horizons), config.window, 2))
        self._rules = _rules(config, len(horizons))

    def advance(self, market: MarketBlock, votes: Floats) -> Standing:
        """Score and record `votes` (signals, symbols, bars) of the block's bars; NaN abstains.

        A bar seen before is not scored again and carries no weight.
        """
        place = arrival(market, int(self._next_bar[0]))
        if not place.follows:
            self._runs[:] = 0
        self._next_bar[0] = place.next_bar
        standing = self._empty_standing(market.close.shape[1])
        new = slice(place.seen, None)
        fold_decay(
            place.first_bar,
            np.ascontiguousarray(market.open[:, new]),
            np.ascontiguousarray(market.close[:, new]),
            np.ascontiguousarray(votes[:, :, new]),
            self._horizons,
            self._groups,
            self._starts,
            self._entries,
            self._runs,
            self._pending,
            self._outcomes,
            self._pool,
            self._records,
            self._rings,
            self._rules,
            standing.weight[:, new],
            standing.log_odds[:, new],
            standing.accuracy[:, new],
            standing.samples[:, new],
            standing.state[:, new],
        )
        return standing

    def state(self) -> tuple[NDArray[np.generic], ...]:
        """The arrays that are the whole state, to be read or written in place."""
        return (
            self._next_bar,
            self._entries,
            self._runs,
            self._pending,
            self._records,
            self._rings,
            self._rules,
        )

    def _empty_standing(self, bars: int) -> Standing:
        """Weightless: what a bar that was seen before is worth."""
        shape = (len(self._records), bars)
        return Standing(
            weight=np.zeros(shape),
            log_odds=np.zeros(shape),
            accuracy=np.full(shape, np.nan),
            samples=np.zeros(shape),
            state=np.repeat(self._records["state"].astype(np.int8)[:, None], bars, axis=1),
        )


def _rules(config: DecayConfig, signals: int) -> NDArray[np.void]:
    rules = np.zeros(1, dtype=RULE)
    for name in (
        "prior_outcomes",
        "min_vote",
        "min_effective",
        "promote_accuracy",
        "false_share",
        "window",
        "retire_below",
        "retire_z",
        "patience",
        "cusum_limit",
        "max_retirements",
    ):
        rules[name] = getattr(config, name)
    rules["cusum_step"] = math.log(config.cusum_good / (1.0 - config.cusum_good))
    rules["assumed_accuracy"] = config.assumed_accuracy if config.cold_start == "equal_weights" else 0.0
    rules["candidates"] = max(config.candidates, float(signals))
    return rules
