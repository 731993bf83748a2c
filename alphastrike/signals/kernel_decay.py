"""The fold that scores every signal, bar by bar: pending votes in, evidence and weights out."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled
from alphastrike.signals.decay import effective_outcomes
from alphastrike.signals.kernel_evidence import (
    REGIMES,
    enter,
    glance,
    look,
    spread_over_regimes,
    standing_accuracy,
    weight_of,
)

# Symbols of each regime are counted side by side in one integer.
_FIELD = 12
MOST_SYMBOLS = (1 << _FIELD) - 1
_REFRESH = 256  # bars between two looks at how the symbols' hits hang together
_PAIRS_ASSUMED = 500.0  # looks that the configured correlation is worth
_PAIRS_KEPT = 0.999

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Tiny = NDArray[np.int8]


@compiled
def fill_pool(pool: Floats, horizon: int, correlation: float, half_life: float) -> None:
    """What m outcomes at one bar count for, (symbols + 1, 3).

    The three numbers: effective outcomes; those over the horizon, as the accuracy counts them;
    and the share of the older record that stays.
    """
    for matured in range(1, pool.shape[0]):
        outcomes = effective_outcomes(float(matured), correlation)
        pool[matured, 0] = outcomes
        pool[matured, 1] = outcomes / horizon
        pool[matured, 2] = 2.0 ** (-pool[matured, 1] / half_life)


@compiled
def hit_correlation(record: Any, least: float) -> float:
    """Correlation of a signal's hits between symbols as seen so far, at least `least`."""
    seen = (record["pair_hits"] + _PAIRS_ASSUMED * least) / (record["pairs"] + _PAIRS_ASSUMED)
    return float(min(1.0, max(least, seen)))


@compiled
def _note_pairs(record: Any, right: Any, matured: Any) -> None:
    """Mean over pairs of symbols of hit times hit, each +1 or -1, at one bar."""
    balance = float(2 * right - matured)
    agreement = (balance * balance - matured) / (matured * (matured - 1.0))
    record["pair_hits"] = _PAIRS_KEPT * record["pair_hits"] + agreement
    record["pairs"] = _PAIRS_KEPT * record["pairs"] + 1.0


@compiled
def _enter_regime(
    regional: Floats, k: int, r: Any, pool: Floats, count: Any, share: float, granted: float
) -> None:
    fade = pool[k, count, 2]
    amount = pool[k, count, 1] * granted
    regional[k, r, 0] = fade * regional[k, r, 0] + amount * share
    regional[k, r, 1] = fade * regional[k, r, 1] + amount


@compiled
def _enter_regimes(regional: Floats, k: int, pool: Floats, matured: Any, right: Any, granted: float) -> None:
    for r in range(1, REGIMES):
        count = (matured >> (_FIELD * r)) & MOST_SYMBOLS
        if count > 0:
            share = ((right >> (_FIELD * r)) & MOST_SYMBOLS) / count
            _enter_regime(regional, k, r, pool, count, share, granted)


@compiled
def _total(packed: Any) -> Any:
    total = np.int64(0)
    for r in range(REGIMES):
        total += (packed >> (_FIELD * r)) & MOST_SYMBOLS
    return total


@compiled
def fold_decay(
    first_bar: int,
    interval_ms: int,
    opens: Floats,  # (symbols, bars), NaN where there is no candle
    closes: Floats,
    votes: Floats,  # (signals, symbols, bars), NaN abstains
    regimes: Tiny,  # (symbols, bars)
    horizons: Whole,  # (groups,) bars, distinct
    groups: Whole,  # (signals,) index into horizons
    starts: Whole,  # (signals,) first slot of the signal in `pending`
    entries: Floats,  # (longest horizon, symbols) ring of open prices
    told: Tiny,  # (longest horizon + 1, symbols) ring of regimes
    runs: Whole,  # (symbols,) bars since the last gap
    pending: Tiny,  # sign of the votes of the last `horizon` bars, (horizon, symbols) a signal
    fields: Whole,  # (groups, symbols) scratch
    pool: Floats,  # (signals, symbols + 1, 3), see `fill_pool`
    records: Any,  # (signals,) RECORD
    regional: Floats,  # (signals, regimes, 2) hits and outcomes
    rings: Floats,  # (signals, window, 2) hits and outcomes of the rolling accuracy
    rules: Any,  # (1,) RULE
    outcomes: Tiny,  # the rest is written: (groups, symbols, bars) +1, -1, or 0 for void
    accuracy: Floats,  # (signals, bars), and so on
    samples: Floats,
    weight: Floats,
    states: Tiny,
    alerts: Tiny,
    regime_weight: Floats,  # (signals, bars, regimes), zeros, written where the signal may vote
    regime_odds: Floats,
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
    article = rule["article"]
    phases = np.empty(horizons.shape[0], np.int64)
    then_regime = np.empty(horizons.shape[0], np.int64)  # of the first symbol, when its vote was cast
    for t in range(closes.shape[1]):
        bar = first_bar + t
        granted = rule["seed_weight"] if (bar + 1) * interval_ms <= rule["seed_until_ms"] else 1.0
        refreshes = bar % _REFRESH == 0
        for s in range(symbols):
            there = math.isfinite(closes[s, t]) and math.isfinite(opens[s, t])
            runs[s] = runs[s] + 1 if there else 0
            entries[bar % longest, s] = opens[s, t]
            told[bar % (longest + 1), s] = regimes[s, t]
        for g in range(horizons.shape[0]):
            slot = (bar + 1 - horizons[g]) % longest
            then = (bar - horizons[g]) % (longest + 1)
            phases[g] = bar % horizons[g]
            then_regime[g] = told[then, 0]
            for s in range(symbols):
                outcome = 0
                if runs[s] > horizons[g]:
                    close = closes[s, t]
                    entry = entries[slot, s]
                    outcome = 1 if close > entry else (-1 if close < entry else 0)
                outcomes[g, s, t] = outcome
                fields[g, s] = np.int64(1) << (_FIELD * np.int64(told[then, s]))
        for k in range(groups.shape[0]):
            group = groups[k]
            phase = phases[group]
            place = starts[k] + phase * symbols
            matured = np.int64(0)
            right = np.int64(0)
            for s in range(symbols):
                # Without branches: what is said and what comes true is close to a coin's toss.
                verdict = np.int64(pending[place + s]) * np.int64(outcomes[group, s, t])
                matured += verdict * verdict * fields[group, s]
                right += ((verdict * verdict + verdict) >> 1) * fields[group, s]
                vote = votes[k, s, t]
                there = runs[s] > 0
                says_up = (vote >= min_vote) & (vote <= 1.0) & there
                says_down = (vote <= -min_vote) & (vote >= -1.0) & there
                pending[place + s] = np.int8(says_up) - np.int8(says_down)
            record = records[k]
            if refreshes and record["pairs"] > 0.0:
                known = hit_correlation(record, rule["pool_correlation"])
                fill_pool(pool[k], horizons[group], known, rule["half_life"])
            if matured > 0:
                count = np.int64(1)
                hits = np.int64(right > 0)
                if symbols > 1:
                    count = _total(matured)
                    hits = _total(right)
                    _enter_regimes(regional, k, pool, matured, right, granted)
                elif then_regime[group] > 0:
                    _enter_regime(regional, k, then_regime[group], pool, count, float(hits), granted)
                share = hits / count
                enter(record, share, pool[k, count, 1] * granted, pool[k, count, 2])
                if article:
                    glance(record, rule, rings[k], share, float(count))
                elif phase == 0:
                    look(record, regional[k], rule, rings[k], share, pool[k, count, 0])
                if phase == 0 and count > 1:
                    _note_pairs(record, hits, count)
            if phase == 0 or article or record["weight"] != 0.0:
                believed = standing_accuracy(record, rule)
                record["weight"] = weight_of(believed, rule)
                if record["weight"] > 0.0:
                    spread_over_regimes(
                        record, regional[k], rule, believed, regime_weight[k, t], regime_odds[k, t]
                    )
            weight[k, t] = record["weight"]
            seen = record["samples"]
            accuracy[k, t] = record["hits"] / seen if seen > 0.0 else math.nan
            samples[k, t] = seen
            states[k, t] = record["state"]
            alerts[k, t] = record["alert"]
