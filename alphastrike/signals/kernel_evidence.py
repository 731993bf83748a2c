"""One signal's record: what an outcome adds to it, and what follows from it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.signals.decay import (
    article_weight,
    log_odds,
    shrunk_accuracy,
    signal_weight,
    upper_bound,
)

SHADOW, ACTIVE, RETIRED, DEAD = 0, 1, 2, 3
REGIMES = 5  # what `regime.REGIMES` names; 0 is unknown, and there the whole record speaks

# Stakes of the four bets on "better than a coin", as shares of the stake's wealth.
BETS = (0.02, 0.04, 0.08, 0.16)
_MAX_BET = 0.5
_RUINED = 0.05  # a bettor this poor starts again, at the price of one more candidate

# One signal's record. Counts are effective outcomes; `hits / samples` is the accuracy.
RECORD = np.dtype(
    [
        ("hits", "f8"),
        ("samples", "f8"),
        ("wealth_0", "f8"),  # of each bet; their mean is the e-value
        ("wealth_1", "f8"),
        ("wealth_2", "f8"),
        ("wealth_3", "f8"),
        ("against_0", "f8"),  # the same bets on "worse than a coin"
        ("against_1", "f8"),
        ("against_2", "f8"),
        ("against_3", "f8"),
        ("against_tries", "f8"),
        ("cusum", "f8"),
        ("window_hits", "f8"),
        ("window_samples", "f8"),
        ("window_head", "i8"),
        ("window_count", "i8"),
        ("patience", "i8"),
        ("state", "i8"),
        ("retirements", "i8"),
        ("alert", "i8"),  # 1: its votes are persistently wrong
        ("weight", "f8"),  # negative: not yet computed
        ("pair_hits", "f8"),  # agreement of hits between symbols, and how often it was seen
        ("pairs", "f8"),
    ]
)

# DecayConfig as the kernel reads it, and the one thing all signals share.
RULE = np.dtype(
    [
        ("article", "i8"),
        ("article_window", "f8"),
        ("article_least", "f8"),
        ("linear", "i8"),  # weigh by log-odds instead of the square
        ("prior_outcomes", "f8"),
        ("regime_prior", "f8"),
        ("pool_correlation", "f8"),
        ("half_life", "f8"),
        ("min_vote", "f8"),
        ("min_effective", "f8"),
        ("promote_accuracy", "f8"),
        ("promote_keep", "f8"),
        ("false_share", "f8"),
        ("window", "f8"),
        ("retire_below", "f8"),
        ("retire_z", "f8"),
        ("patience", "i8"),
        ("cusum_step", "f8"),
        ("cusum_limit", "f8"),
        ("max_retirements", "i8"),
        ("assumed_accuracy", "f8"),  # 0: untested signals stay silent
        ("seed_until_ms", "f8"),  # outcomes known before this count `seed_weight`
        ("seed_weight", "f8"),
        ("candidates", "f8"),  # ever tried; rises with every restart
    ]
)

Floats = NDArray[np.float64]


@compiled_without_allocation
def e_value(record: Any) -> float:
    """Evidence against "no better than a coin"; whatever is true, it exceeds x with chance 1/x."""
    wealth: float = record["wealth_0"] + record["wealth_1"] + record["wealth_2"] + record["wealth_3"]
    return 0.25 * wealth


@compiled_without_allocation
def e_value_against(record: Any) -> float:
    """The same against "no worse than a coin"."""
    wealth: float = record["against_0"] + record["against_1"] + record["against_2"] + record["against_3"]
    return 0.25 * wealth


@compiled_without_allocation
def clear(record: Any, region: Floats) -> None:
    """Forget the evidence, in every regime; keep the state and the number of retirements."""
    record["hits"] = 0.0
    record["samples"] = 0.0
    _stake(record)
    record["cusum"] = 0.0
    record["window_hits"] = 0.0
    record["window_samples"] = 0.0
    record["window_head"] = 0
    record["window_count"] = 0
    record["patience"] = 0
    region[:] = 0.0


@compiled_without_allocation
def _stake(record: Any) -> None:
    record["wealth_0"] = 1.0
    record["wealth_1"] = 1.0
    record["wealth_2"] = 1.0
    record["wealth_3"] = 1.0


@compiled_without_allocation
def _stake_against(record: Any) -> None:
    record["against_0"] = 1.0
    record["against_1"] = 1.0
    record["against_2"] = 1.0
    record["against_3"] = 1.0


@compiled_without_allocation
def fresh(record: Any) -> None:
    """A signal of which nothing is known."""
    _stake(record)
    _stake_against(record)
    record["against_tries"] = 1.0
    record["weight"] = -1.0


@compiled_without_allocation
def enter(record: Any, share: float, amount: float, fade: float) -> None:
    """Enter the outcomes of one bar, all symbols together."""
    record["hits"] = fade * record["hits"] + amount * share
    record["samples"] = fade * record["samples"] + amount


@compiled_without_allocation
def _bet(record: Any, share: float, outcomes: float) -> None:
    # The stake grows with the outcomes pooled here: their mean strays less than one outcome does.
    payoff = 2.0 * share - 1.0
    small = min(_MAX_BET, BETS[0] * outcomes) * payoff
    modest = min(_MAX_BET, BETS[1] * outcomes) * payoff
    large = min(_MAX_BET, BETS[2] * outcomes) * payoff
    bold = min(_MAX_BET, BETS[3] * outcomes) * payoff
    record["wealth_0"] *= 1.0 + small
    record["wealth_1"] *= 1.0 + modest
    record["wealth_2"] *= 1.0 + large
    record["wealth_3"] *= 1.0 + bold
    record["against_0"] *= 1.0 - small
    record["against_1"] *= 1.0 - modest
    record["against_2"] *= 1.0 - large
    record["against_3"] *= 1.0 - bold


@compiled_without_allocation
def _warn(record: Any, rule: Any) -> None:
    """Raise the alert on a signal that is wrong too persistently for a coin; never turn it round."""
    against = e_value_against(record)
    if against >= rule["candidates"] * record["against_tries"] / rule["false_share"]:
        record["alert"] = 1
    elif against < _RUINED:
        record["against_tries"] += 1.0
        _stake_against(record)


@compiled_without_allocation
def _roll(record: Any, ring: Floats, share: float, outcomes: float, window: float) -> None:
    size = ring.shape[0]
    while record["window_count"] > 0 and (
        record["window_samples"] + outcomes > window or record["window_count"] >= size
    ):
        oldest = (record["window_head"] - record["window_count"]) % size
        record["window_hits"] -= ring[oldest, 0]
        record["window_samples"] -= ring[oldest, 1]
        record["window_count"] -= 1
    head = record["window_head"]
    ring[head, 0] = share * outcomes
    ring[head, 1] = outcomes
    record["window_hits"] += ring[head, 0]
    record["window_samples"] += outcomes
    record["window_head"] = (head + 1) % size
    record["window_count"] += 1


@compiled_without_allocation
def _judge_active(record: Any, rule: Any, share: float, outcomes: float) -> bool:
    """One look at an active signal; true when it must retire."""
    drift = -outcomes * (2.0 * share - 1.0) * rule["cusum_step"]
    record["cusum"] = max(0.0, record["cusum"] + drift)
    seen = record["window_samples"]
    failing = False
    if seen >= rule["min_effective"]:
        accuracy = record["window_hits"] / seen
        failing = accuracy < rule["retire_below"] and upper_bound(accuracy, seen, rule["retire_z"]) < 0.5
    record["patience"] = record["patience"] + 1 if failing else 0
    return bool(record["patience"] >= rule["patience"] or record["cusum"] > rule["cusum_limit"])


@compiled_without_allocation
def _retire(record: Any, region: Floats, rule: Any) -> None:
    clear(record, region)
    record["retirements"] += 1
    rule["candidates"] += 1.0
    record["state"] = DEAD if record["retirements"] >= rule["max_retirements"] else RETIRED


@compiled_without_allocation
def _promote(record: Any, region: Floats, rule: Any) -> None:
    if record["samples"] < rule["min_effective"]:
        return
    if record["state"] == RETIRED:
        record["state"] = SHADOW  # judged afresh, on outcomes since its retirement only
    if record["state"] != SHADOW:
        return
    proven = e_value(record) >= rule["candidates"] / rule["false_share"]
    if proven and record["hits"] / record["samples"] >= rule["promote_accuracy"]:
        record["state"] = ACTIVE
        # It was chosen for looking good: the record that got it chosen flatters it.
        record["hits"] *= rule["promote_keep"]
        record["samples"] *= rule["promote_keep"]
        region *= rule["promote_keep"]
        record["cusum"] = 0.0
        record["patience"] = 0
        record["alert"] = 0


@compiled_without_allocation
def look(record: Any, region: Floats, rule: Any, ring: Floats, share: float, outcomes: float) -> None:
    """The sequential tests, on outcomes that do not overlap in time."""
    _roll(record, ring, share, outcomes, rule["window"])
    if record["state"] == ACTIVE:
        if _judge_active(record, rule, share, outcomes):
            _retire(record, region, rule)
        return
    _bet(record, share, outcomes)
    _warn(record, rule)
    _promote(record, region, rule)
    if record["state"] == SHADOW and e_value(record) < _RUINED:
        rule["candidates"] += 1.0
        _stake(record)


@compiled_without_allocation
def glance(record: Any, rule: Any, ring: Floats, share: float, outcomes: float) -> None:
    """The article's rule: every outcome counts, and one look at the rolling accuracy decides."""
    _roll(record, ring, share, outcomes, rule["article_window"])
    seen = record["window_samples"]
    if seen >= rule["article_least"]:
        record["state"] = RETIRED if record["window_hits"] / seen < rule["retire_below"] else ACTIVE


@compiled_without_allocation
def standing_accuracy(record: Any, rule: Any) -> float:
    """The accuracy a signal's vote is weighed by, 0 when it may not vote."""
    if rule["article"]:
        if record["state"] == RETIRED:
            return 0.0
        return 1.0 if record["state"] == SHADOW else record["window_hits"] / record["window_samples"]
    if record["state"] == ACTIVE:
        return shrunk_accuracy(record["hits"], record["samples"], rule["prior_outcomes"])
    untested = record["state"] == SHADOW and record["retirements"] == 0
    if untested and record["samples"] < rule["min_effective"]:
        return float(rule["assumed_accuracy"])
    return 0.0


@compiled_without_allocation
def weight_of(accuracy: float, rule: Any) -> float:
    """The weight of an accuracy under the rule in force; 0 for 0."""
    if rule["article"]:
        return article_weight(accuracy) if accuracy > 0.0 else 0.0
    return log_odds(accuracy) if rule["linear"] else signal_weight(accuracy)


@compiled_without_allocation
def spread_over_regimes(
    record: Any, region: Floats, rule: Any, accuracy: float, weights: Floats, odds: Floats
) -> None:
    """Weight and log-odds in each regime, the record there shrunk to the whole one; (regimes,) written."""
    shrinks = record["state"] == ACTIVE and not rule["article"]
    for r in range(weights.shape[0]):
        here = accuracy
        if shrinks and r > 0:
            here = shrunk_accuracy(region[r, 0], region[r, 1], rule["regime_prior"], accuracy)
        weights[r] = weight_of(here, rule)
        odds[r] = log_odds(0.5 + 0.5 * math.sqrt(weights[r])) if rule["article"] else log_odds(here)
