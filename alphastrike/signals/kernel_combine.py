"""Votes and weights of one bar into score, probability and conviction."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.signals.kernel_agreement import note_likenesses, note_votes, voices
from alphastrike.signals.kernel_calibration import calibrated, refit, score_claims
from alphastrike.signals.kernel_caps import spread

SHADOW = 0
_REFIT = 256  # bars between two fits of the calibration

# EnsembleConfig as the kernel reads it. `provisional_cap` is the most an unproven vote may lift.
RULE = np.dtype(
    [
        ("min_vote", "f8"),
        ("signal_cap", "f8"),
        ("category_cap", "f8"),
        ("bars_per_sample", "i8"),  # between two looks at how alike the votes are
        ("likeness_keep", "f8"),
        ("calibration_start", "f8"),
        ("calibration_spread", "f8"),
        ("calibration_caution", "f8"),
        ("pool_correlation", "f8"),
        ("half_life", "f8"),
        ("full_edge", "f8"),
        ("provisional_cap", "f8"),
        ("round_trip_cost", "f8"),
        ("edge_over_cost", "f8"),
    ]
)

# What comes of one cell. `required` is the probability costs demand, NaN when volatility is unknown;
# `expected` the size of a usual return over the voters' `horizon_hours`, as a fraction.
VERDICT = np.dtype(
    [
        ("score", "f8"),
        ("probability_up", "f8"),
        ("conviction", "f8"),
        ("coverage", "f8"),
        ("required", "f8"),
        ("expected", "f8"),
        ("horizon_hours", "f8"),
        ("voters", "i4"),
        ("categories", "i4"),
    ]
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Table(NamedTuple):
    """Room to work in: (signals,) each but for `totals` and `granted` (categories,) and `alike`."""

    active: Whole
    kinds: Whole
    chosen: Whole
    signs: Floats
    shares: Floats
    members: Floats
    own: Floats
    totals: Floats
    granted: Floats
    alike: Floats  # (signals, signals)

    @classmethod
    def blank(cls, signals: int, categories: int) -> "Table":
        """For so many signals in so many categories."""
        return cls(
            active=np.zeros(signals, dtype=np.int64),
            kinds=np.zeros(signals, dtype=np.int64),
            chosen=np.zeros(signals, dtype=np.int64),
            signs=np.zeros(signals),
            shares=np.zeros(signals),
            members=np.zeros(signals),
            own=np.zeros(signals),
            totals=np.zeros(categories),
            granted=np.zeros(categories),
            alike=np.zeros((signals, signals)),
        )


@compiled_without_allocation
def _expected_move(daily_volatility: float, horizon_hours: float) -> float:
    """E|r| over the horizon of a normal return at that volatility, fraction per day; NaN when unknown."""
    expected = daily_volatility * math.sqrt(horizon_hours / 24.0) * math.sqrt(2.0 / math.pi)
    return expected if expected > 0.0 else math.nan


@compiled_without_allocation
def break_even(round_trip_cost: float, daily_volatility: float, horizon_hours: float) -> float:
    """Probability at which a trade held `horizon_hours` pays its costs: 1/2 + c / (2 E|r|).

    E|r| is a normal return's at that volatility (fraction per day). NaN when it is not positive.
    """
    return 0.5 + round_trip_cost / (2.0 * _expected_move(daily_volatility, horizon_hours))


@compiled_without_allocation
def _learn(
    bar: int,
    t: int,
    outcomes: Any,
    group_horizons: Whole,
    starts: Whole,
    claims: Floats,
    bins: Floats,
    memory: Any,
    rule: Any,
) -> None:
    """Score the ensemble's own forecasts that matured at this bar, and refit now and then."""
    symbols = outcomes.shape[1]
    if memory["outstanding"] > 0:
        for g in range(group_horizons.shape[0]):
            first = starts[g] + (bar % group_horizons[g]) * symbols
            score_claims(
                memory,
                bins,
                claims[first : first + symbols],
                outcomes[g, :, t],
                group_horizons[g],
                rule["pool_correlation"],
                rule["half_life"],
            )
    if bar % _REFIT == 0:
        refit(
            memory,
            bins,
            rule["calibration_start"],
            rule["calibration_spread"],
            rule["calibration_caution"],
        )


@compiled_without_allocation
def combine(
    first_bar: int,
    votes: Floats,  # (signals, symbols, bars), NaN abstains
    weights: Floats,  # (bars, signals, regimes), 0 for those without a vote
    odds: Floats,  # (bars, signals, regimes) log-odds of their shrunk accuracy
    states: Any,  # (bars, signals) int8
    regimes: Any,  # (symbols, bars) int8
    outcomes: Any,  # (groups, symbols, bars) int8, what came of a forecast one horizon ago
    categories: Whole,  # (signals,) small numbers
    groups: Whole,  # (signals,) index into group_horizons
    group_horizons: Whole,  # (groups,) bars
    horizons: Floats,  # (signals,) hours
    daily_volatility: Floats,  # (symbols, bars) fraction per day
    agreement: Floats,  # (2, signals, signals), see `note_votes`; carried on
    starts: Whole,  # (groups,) first slot of the group in `claims`
    claims: Floats,  # log-odds of the last `horizon` bars, (horizon, symbols) a group; carried on
    bins: Floats,  # (bins, 3), see `fitted_slope`; carried on
    memories: Any,  # (1,) CALIBRATION; carried on
    rules: Any,  # (1,) RULE
    table: Table,
    verdicts: Any,  # (symbols, bars) VERDICT, zeros, written
) -> None:
    """Judge every cell in which a signal of positive weight votes; the others stay zero."""
    rule = rules[0]
    memory = memories[0]
    signals = votes.shape[0]
    symbols = votes.shape[1]
    kinds_count = table.totals.size
    active, kinds, chosen, signs = table.active, table.kinds, table.chosen, table.signs
    shares, members, own, alike = table.shares, table.members, table.own, table.alike
    totals, granted = table.totals, table.granted
    note_likenesses(agreement, alike)
    for t in range(votes.shape[2]):
        bar = first_bar + t
        _learn(bar, t, outcomes, group_horizons, starts, claims, bins, memory, rule)
        if (bar + 1) % rule["bars_per_sample"] == 0:
            turn = ((bar + 1) // rule["bars_per_sample"]) % symbols
            note_votes(agreement, signs, votes[:, turn, t], rule["min_vote"], rule["likeness_keep"])
            note_likenesses(agreement, alike)
        actives = 0
        for k in range(signals):
            if weights[t, k, 0] > 0.0:
                active[actives] = k
                actives += 1
        if actives == 0:
            continue
        for s in range(symbols):
            regime = regimes[s, t]
            for c in range(kinds_count):
                totals[c] = 0.0
            count = 0
            heard = 0.0
            entitled = 0.0
            provisional = False
            for a in range(actives):
                k = active[a]
                vote = votes[k, s, t]
                weight = weights[t, k, regime]
                entitled += weight
                if abs(vote) <= 1.0:
                    heard += weight  # "no opinion" is an answer, NaN is not
                if not rule["min_vote"] <= abs(vote) <= 1.0 or not weight > 0.0:
                    continue
                shares[count] = weight
                kinds[count] = categories[k]
                chosen[count] = k
                count += 1
                provisional = provisional or states[t, k] == SHADOW
            if count == 0:
                continue
            voices(alike, chosen, count, own)
            pull = 0.0
            for i in range(count):
                size = odds[t, chosen[i], regime] * own[i]
                pull += size if votes[chosen[i], s, t] > 0.0 else -size
                shares[i] *= own[i]
                totals[kinds[i]] += shares[i]
            spread(shares, kinds, count, totals, granted, members, rule)
            score = 0.0
            horizon = 0.0
            loudest = 0
            for i in range(count):
                score += shares[i] * votes[chosen[i], s, t]
                horizon += shares[i] * horizons[chosen[i]]
                if shares[i] > shares[loudest]:
                    loudest = i
            if pull != 0.0 and not provisional:
                group = groups[chosen[loudest]]
                claims[starts[group] + (bar % group_horizons[group]) * symbols + s] = pull
                memory["outstanding"] += 1
            # Untested votes are taken at their word: they trade at the smallest size only.
            up = calibrated(pull, 1.0 if provisional else memory["slope"])
            conviction = 0.0
            if score * (up - 0.5) > 0.0:
                coverage = heard / entitled
                conviction = 100.0 * min(1.0, abs(up - 0.5) / rule["full_edge"]) * math.sqrt(coverage)
                if provisional:
                    conviction = min(conviction, rule["provisional_cap"])
            verdict = verdicts[s, t]
            verdict["score"] = min(1.0, max(-1.0, score))
            verdict["probability_up"] = up
            verdict["conviction"] = conviction
            verdict["coverage"] = heard / entitled
            verdict["required"] = (
                break_even(rule["round_trip_cost"], daily_volatility[s, t], horizon) + rule["edge_over_cost"]
            )
            verdict["expected"] = _expected_move(daily_volatility[s, t], horizon)
            verdict["horizon_hours"] = horizon
            verdict["voters"] = count
            present = 0
            for c in range(kinds_count):
                if totals[c] > 0.0:
                    present += 1
            verdict["categories"] = present
