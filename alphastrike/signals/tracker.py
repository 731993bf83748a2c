"""The decay tracker: every signal's predictions scored, its weight earned, kept or lost."""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, MarketBlock
from alphastrike.signals.arrival import NEVER, arrival
from alphastrike.signals.config import DecayConfig
from alphastrike.signals.kernel_decay import Desk, fill_pool, fold_decay
from alphastrike.signals.kernel_evidence import RECORD, REGIMES, RULE, SHADOW, fresh
from alphastrike.signals.kernel_votes import words_for

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of each signal at each close, (signals, bars); evidence up to that close only.

    `accuracy` is the share of hits, NaN before the first outcome, and `samples` its effective
    outcomes. `weight` comes from the accuracy after shrinking it and is 0 unless the signal may
    vote; `regime_weight` and `regime_odds` (signals, bars, regimes) are weight and log-odds by
    regime, [0] those without regard to it. `state` indexes `signals.decay.STATES`; `alert` is 1
    where the votes are persistently wrong. `outcomes` (horizons, symbols, bars) is the sign of
    the move that ended here, 0 for none. `first_bar` and `seen` place the block.
    """

    weight: Floats
    accuracy: Floats
    samples: Floats
    state: NDArray[np.int8]
    alert: NDArray[np.int8]
    regime_weight: Floats
    regime_odds: Floats
    outcomes: NDArray[np.int8]
    first_bar: int
    seen: int

    def provisional(self) -> NDArray[np.bool_]:
        """Where a signal votes without having proven itself (`cold_start = equal_weights`)."""
        untested: NDArray[np.bool_] = (self.state == SHADOW) & (self.weight > 0.0)
        return untested


def by_bar(table: NDArray[T]) -> NDArray[T]:
    """The same numbers, first two axes exchanged: what is known of one bar lies together in memory."""
    return table.swapaxes(0, 1)


class DecayTracker:
    """Scores the votes of a fixed set of signals over a fixed set of symbols.

    A vote at the close of bar t is entered at the open of t + 1 and scored at the close of
    t + horizon. Evidence is pooled over symbols. Outcomes overlap: each counts 1 / horizon in
    the accuracy, and the sequential tests look only at bars whose number the horizon divides.
    """

    def __init__(self, horizons: tuple[int, ...], symbols: int, config: DecayConfig) -> None:
        """`horizons` in bars, one a signal; every signal starts in the shadow."""
        signals = len(horizons)
        self.horizons = np.unique(np.array(horizons, dtype=np.int64))
        self.groups = np.searchsorted(self.horizons, np.array(horizons, dtype=np.int64))
        words = words_for(symbols)
        self._places = _places(self.groups, self.horizons)
        self._next_bar = np.full(1, NEVER, dtype=np.int64)
        longest = int(self.horizons[-1])
        self._entries = np.full((longest, symbols), np.nan)
        self._told = np.zeros((longest + 1, REGIMES, words), dtype=np.uint64)
        self._runs = np.zeros(symbols, dtype=np.int64)
        self._pending = np.zeros((sum(horizons), 2, words), dtype=np.uint64)
        self._pool = np.zeros((signals, symbols + 1, 3))
        self._records = np.zeros(signals, dtype=RECORD)
        for row, horizon in enumerate(horizons):
            fill_pool(self._pool[row], horizon, config.pool_correlation, config.half_life)
            fresh(self._records[row])
        self._regional = np.zeros((signals, REGIMES, 2))
        self._rings = np.zeros((signals, max(config.window, config.article_window), 2))
        self._rules = _rules(config, signals)

    def advance(
        self, market: MarketBlock, votes: Floats, regimes: NDArray[np.int8] | None = None
    ) -> Standing:
        """Score and record `votes` (signals, symbols, bars) of the block's bars; NaN abstains.

        `regimes` (symbols, bars) are the symbols' at each close; None: unknown. A bar seen before
        is not scored again and carries no weight.
        """
        place = arrival(market, int(self._next_bar[0]))
        if not place.follows:
            self._runs[:] = 0
        self._next_bar[0] = place.next_bar
        standing = self._empty_standing(market.close.shape, place.first_bar, place.seen)
        if regimes is None:
            regimes = np.zeros(market.close.shape, dtype=np.int8)
        new = slice(place.seen, None)
        new_votes = np.ascontiguousarray(votes[:, :, new])
        fold_decay(
            place.first_bar,
            market.interval_ms,
            np.ascontiguousarray(market.open[:, new]),
            np.ascontiguousarray(market.close[:, new]),
            new_votes,
            np.ascontiguousarray(regimes[:, new]),
            self.horizons,
            self.groups,
            self._places,
            self._entries,
            self._told,
            self._runs,
            self._pending,
            self._pool,
            self._records,
            self._regional,
            self._rings,
            self._rules,
            Desk.blank(new_votes.shape, len(self.horizons)),
            standing.outcomes[:, :, new],
            by_bar(standing.accuracy)[new],
            by_bar(standing.samples)[new],
            by_bar(standing.weight)[new],
            by_bar(standing.state)[new],
            by_bar(standing.alert)[new],
            by_bar(standing.regime_weight)[new],
            by_bar(standing.regime_odds)[new],
        )
        return standing

    def state(self) -> tuple[NDArray[np.generic], ...]:
        """The arrays that are the whole state, to be read or written in place."""
        return (
            self._next_bar,
            self._entries,
            self._told,
            self._runs,
            self._pending,
            self._pool,
            self._records,
            self._regional,
            self._rings,
            self._rules,
        )

    def _empty_standing(self, shape: tuple[int, ...], first_bar: int, seen: int) -> Standing:
        """Weightless: what a bar that was seen before is worth."""
        symbols, bars = shape
        signals = len(self._records)
        return Standing(
            weight=by_bar(np.zeros((bars, signals))),
            accuracy=by_bar(np.full((bars, signals), np.nan)),
            samples=by_bar(np.zeros((bars, signals))),
            state=by_bar(np.repeat(self._records["state"].astype(np.int8)[None], bars, axis=0)),
            alert=by_bar(np.repeat(self._records["alert"].astype(np.int8)[None], bars, axis=0)),
            regime_weight=by_bar(np.zeros((bars, signals, REGIMES))),
            regime_odds=by_bar(np.zeros((bars, signals, REGIMES))),
            outcomes=np.zeros((len(self.horizons), symbols, bars), dtype=np.int8),
            first_bar=first_bar,
            seen=seen,
        )


_SAME_NAME = (
    "prior_outcomes",
    "pool_correlation",
    "half_life",
    "min_vote",
    "min_effective",
    "promote_accuracy",
    "promote_keep",
    "false_share",
    "window",
    "retire_below",
    "retire_z",
    "patience",
    "cusum_limit",
    "max_retirements",
    "seed_until_ms",
    "seed_weight",
)


def _places(groups: NDArray[np.int64], horizons: NDArray[np.int64]) -> NDArray[np.int64]:
    """First slot of each signal among the pending votes and slots from bar to bar, (signals, 2).

    Signals of one horizon stand abreast: those read together lie together.
    """
    members = np.bincount(groups, minlength=horizons.size)
    first = np.concatenate(([0], np.cumsum(members * horizons)[:-1]))
    rank = np.array([int((groups[:k] == group).sum()) for k, group in enumerate(groups)], dtype=np.int64)
    return np.stack((first[groups] + rank, members[groups]), axis=1).astype(np.int64)


def _rules(config: DecayConfig, signals: int) -> NDArray[np.void]:
    rules = np.zeros(1, dtype=RULE)
    for name in _SAME_NAME:
        rules[name] = getattr(config, name)
    rules["article"] = config.rule == "article"
    rules["article_window"] = config.article_window
    rules["article_least"] = config.article_min_outcomes
    rules["linear"] = config.weighting == "log_odds"
    rules["regime_prior"] = config.regime_prior_outcomes
    rules["cusum_step"] = math.log(config.cusum_good / (1.0 - config.cusum_good))
    rules["assumed_accuracy"] = config.assumed_accuracy if config.cold_start == "equal_weights" else 0.0
    rules["candidates"] = max(config.candidates, float(signals))
    return rules
