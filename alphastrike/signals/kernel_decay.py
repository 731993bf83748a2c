"""The fold that scores every signal, bar by bar: pending votes in, evidence and weights out."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled
from alphastrike.signals.decay import (
    effective_outcomes,
    log_odds,
    shrunk_accuracy,
    signal_weight,
    upper_bound,
)

SHADOW, ACTIVE, RETIRED, DEAD = 0, 1, 2, 3

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
        ("cusum", "f8"),
        ("window_hits", "f8"),
        ("window_samples", "f8"),
        ("window_head", "i8"),
        ("window_count", "i8"),
        ("patience", "i8"),
        ("state", "i8"),
        ("retirements", "i8"),
        ("weight", "f8"),  # negative: not yet computed
        ("log_odds", "f8"),
    ]
)

# DecayConfig as the kernel reads it, and the two things all signals share.
RULE = np.dtype(
    [
        ("prior_outcomes", "f8"),
        ("min_vote", "f8"),
        ("min_effective", "f8"),
        ("promote_accuracy", "f8"),
        ("false_share", "f8"),
        ("window", "f8"),
        ("retire_below", "f8"),
        ("retire_z", "f8"),
        ("patience", "i8"),
        ("cusum_step", "f8"),
        ("cusum_limit", "f8"),
        ("max_retirements", "i8"),
        ("assumed_accuracy", "f8"),  # 0: untested signals stay silent
        ("candidates", "f8"),  # ever tried; rises with every restart
    ]
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Tiny = NDArray[np.int8]


@compiled
def e_value(record: Any) -> float:
    """Evidence against "no better than a coin"; whatever is true, it exceeds x with chance 1/x."""
    wealth: float = record["wealth_0"] + record["wealth_1"] + record["wealth_2"] + record["wealth_3"]
    return 0.25 * wealth


@compiled
def clear(record: Any) -> None:
    """Forget the evidence, keep the state and the number of retirements."""
    record["hits"] = 0.0
    record["samples"] = 0.0
    record["wealth_0"] = 1.0
    record["wealth_1"] = 1.0
    record["wealth_2"] = 1.0
    record["wealth_3"] = 1.0
    record["cusum"] = 0.0
    record["window_hits"] = 0.0
    record["window_samples"] = 0.0
    record["window_head"] = 0
    record["window_count"] = 0
    record["patience"] = 0


@compiled
def _bet(record: Any, share: float, outcomes: float) -> None:
    # The stake grows with the outcomes pooled here: their mean strays less than one outcome does.
    payoff = 2.0 * share - 1.0
    record["wealth_0"] *= 1.0 + min(_MAX_BET, BETS[0] * outcomes) * payoff
    record["wealth_1"] *= 1.0 + min(_MAX_BET, BETS[1] * outcomes) * payoff
    record["wealth_2"] *= 1.0 + min(_MAX_BET, BETS[2] * outcomes) * payoff
    record["wealth_3"] *= 1.0 + min(_MAX_BET, BETS[3] * outcomes) * payoff


@compiled
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


@compiled
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


@compiled
def _retire(record: Any, rule: Any) -> None:
    clear(record)
    record["retirements"] += 1
    rule["candidates"] += 1.0
    record["state"] = DEAD if record["retirements"] >= rule["max_retirements"] else RETIRED


@compiled
def _promote(record: Any, rule: Any) -> None:
    if record["samples"] < rule["min_effective"]:
        return
    if record["state"] == RETIRED:
        record["state"] = SHADOW  # judged afresh, on outcomes since its retirement only
    if record["state"] != SHADOW:
        return
    proven = e_value(record) >= rule["candidates"] / rule["false_share"]
    if proven and record["hits"] / record["samples"] >= rule["promote_accuracy"]:
        record["state"] = ACTIVE
        record["cusum"] = 0.0
        record["patience"] = 0


@compiled
def _look(record: Any, rule: Any, ring: Floats, share: float, outcomes: float) -> None:
    """The sequential tests, on outcomes that do not overlap in time."""
    _roll(record, ring, share, outcomes, rule["window"])
    if record["state"] == ACTIVE:
        if _judge_active(record, rule, share, outcomes):
            _retire(record, rule)
        return
    _bet(record, share, outcomes)
    _promote(record, rule)
    if record["state"] == SHADOW and e_value(record) < _RUINED:
        rule["candidates"] += 1.0
        record["wealth_0"] = 1.0
        record["wealth_1"] = 1.0
        record["wealth_2"] = 1.0
        record["wealth_3"] = 1.0


@compiled
def _weigh(record: Any, rule: Any) -> None:
    record["weight"] = 0.0
    record["log_odds"] = 0.0
    accuracy = 0.0
    if record["state"] == ACTIVE:
        accuracy = shrunk_accuracy(record["hits"], record["samples"], rule["prior_outcomes"])
    elif (
        record["state"] == SHADOW and record["retirements"] == 0 and record["samples"] < rule["min_effective"]
    ):
        accuracy = rule["assumed_accuracy"]
    record["weight"] = signal_weight(accuracy)
    record["log_odds"] = log_odds(accuracy)


@compiled
def _enter(record: Any, share: float, amount: float, fade: float) -> None:
    """Enter the outcomes of one bar, all symbols together."""
    record["hits"] = fade * record["hits"] + amount * share
    record["samples"] = fade * record["samples"] + amount


@compiled
def fill_pool(pool: Floats, horizons: Whole, correlation: float, half_life: float) -> None:
    """What m outcomes at one bar count for, (groups, symbols + 1, 3).

    The three numbers: effective outcomes; those over the horizon, as the accuracy counts them;
    and the share of the older record that stays.
    """
    for g in range(pool.shape[0]):
        for matured in range(1, pool.shape[1]):
            outcomes = effective_outcomes(float(matured), correlation)
            pool[g, matured, 0] = outcomes
            pool[g, matured, 1] = outcomes / horizons[g]
            pool[g, matured, 2] = 2.0 ** (-pool[g, matured, 1] / half_life)


@compiled
def fold_decay(
    first_bar: int,
    opens: Floats,  # (symbols, bars), NaN where there is no candle
    closes: Floats,
    votes: Floats,  # (signals, symbols, bars), NaN abstains
    horizons: Whole,  # (groups,) bars, distinct
    groups: Whole,  # (signals,) index into horizons
    starts: Whole,  # (signals,) first slot of the signal in `pending`
    entries: Floats,  # (longest horizon, symbols) ring of open prices
    runs: Whole,  # (symbols,) bars since the last gap
    pending: Tiny,  # sign of the votes of the last `horizon` bars, (horizon, symbols) a signal
    outcomes: Tiny,  # (groups, symbols) scratch
    pool: Floats,  # (groups, symbols + 1, 3), see `fill_pool`
    records: Any,  # (signals,) RECORD
    rings: Floats,  # (signals, window, 2) hits and outcomes of the rolling accuracy
    rules: Any,  # (1,) RULE
    weight: Floats,  # the rest is written: (signals, bars)
    odds: Floats,
    accuracy: Floats,
    samples: Floats,
    states: Tiny,
) -> None:
    """Advance all signals over all bars of a block.

    At each close: score the votes whose horizon ends here (entry at the open after the vote),
    publish what is now known, then note the votes of this bar. A vote whose bars are not all
    there is void, and so is a return of exactly zero.
    """
    symbols = closes.shape[0]
    longest = entries.shape[0]
    rule = rules[0]
    min_vote = rule["min_vote"]
    for t in range(closes.shape[1]):
        bar = first_bar + t
        for s in range(symbols):
            there = math.isfinite(closes[s, t]) and math.isfinite(opens[s, t])
            runs[s] = runs[s] + 1 if there else 0
            entries[bar % longest, s] = opens[s, t]
        for g in range(horizons.shape[0]):
            slot = (bar + 1 - horizons[g]) % longest
            for s in range(symbols):
                outcome = 0
                if runs[s] > horizons[g]:
                    close = closes[s, t]
                    entry = entries[slot, s]
                    outcome = 1 if close > entry else (-1 if close < entry else 0)
                outcomes[g, s] = outcome
        for k in range(groups.shape[0]):
            group = groups[k]
            horizon = horizons[group]
            phase = bar % horizon
            place = starts[k] + phase * symbols
            matured = 0
            balance = 0
            for s in range(symbols):
                # Without branches: what is said and what comes true is close to a coin's toss.
                verdict = int(pending[place + s]) * int(outcomes[group, s])
                matured += verdict * verdict
                balance += verdict
                vote = votes[k, s, t]
                there = runs[s] > 0
                says_up = (vote >= min_vote) & (vote <= 1.0) & there
                says_down = (vote <= -min_vote) & (vote >= -1.0) & there
                pending[place + s] = np.int8(says_up) - np.int8(says_down)
            record = records[k]
            if matured > 0:
                share = 0.5 + 0.5 * balance / matured
                _enter(record, share, pool[group, matured, 1], pool[group, matured, 2])
                if phase == 0:
                    _look(record, rule, rings[k], share, pool[group, matured, 0])
            if phase == 0 or record["weight"] != 0.0:
                _weigh(record, rule)
            weight[k, t] = record["weight"]
            odds[k, t] = record["log_odds"]
            seen = record["samples"]
            accuracy[k, t] = record["hits"] / seen if seen > 0.0 else math.nan
            samples[k, t] = seen
            states[k, t] = record["state"]
