"""The fold that scores every signal, bar by bar: pending votes in, evidence and weights out."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.bits import count_bits
from alphastrike.numerics.compiled import compiled_without_allocation
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
from alphastrike.signals.kernel_votes import DOWN, UP, WORD, Bits, bit_of, note_regimes, pack_votes, words_for

_REFRESH = 256  # bars between two looks at how the symbols' hits hang together
_PAIRS_ASSUMED = 500.0  # looks that the configured correlation is worth
_PAIRS_KEPT = 0.999

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Tiny = NDArray[np.int8]


class Desk(NamedTuple):
    """Room to work in: what compiled code need not ask for again.

    `said` and `there` are `pack_votes`', zeros. Per horizon: `came` (groups, UP/DOWN, words), the outcomes
    of a bar; its `phases`; and `thens`, where in `told` the votes were cast that mature. `matured` and
    `right` (words,) are one signal's at one bar.
    """

    said: Bits
    there: Bits
    came: Bits
    phases: Whole
    thens: Whole
    matured: Bits
    right: Bits

    @classmethod
    def blank(cls, shape: tuple[int, int, int], groups: int) -> "Desk":
        """For votes of this shape, (signals, symbols, bars)."""
        signals, symbols, bars = shape
        words = words_for(symbols)
        return cls(
            said=np.zeros((signals, 2, words, bars), np.uint64),
            there=np.zeros((symbols, bars), np.uint64),
            came=np.zeros((groups, 2, words), np.uint64),
            phases=np.zeros(groups, np.int64),
            thens=np.zeros(groups, np.int64),
            matured=np.zeros(words, np.uint64),
            right=np.zeros(words, np.uint64),
        )


@compiled_without_allocation
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


@compiled_without_allocation
def hit_correlation(record: Any, least: float) -> float:
    """Correlation of a signal's hits between symbols as seen so far, at least `least`."""
    seen = (record["pair_hits"] + _PAIRS_ASSUMED * least) / (record["pairs"] + _PAIRS_ASSUMED)
    return float(min(1.0, max(least, seen)))


@compiled_without_allocation
def _note_pairs(record: Any, right: Any, matured: Any) -> None:
    """Mean over pairs of symbols of hit times hit, each +1 or -1, at one bar."""
    balance = float(2 * right - matured)
    agreement = (balance * balance - matured) / (matured * (matured - 1.0))
    record["pair_hits"] = _PAIRS_KEPT * record["pair_hits"] + agreement
    record["pairs"] = _PAIRS_KEPT * record["pairs"] + 1.0


@compiled_without_allocation
def _enter_regimes(
    regional: Floats, pool: Floats, granted: float, told: Bits, matured: Bits, right: Bits
) -> None:
    """Enter what matured at one bar in the regime each symbol was in when it was said; 0 is none."""
    for r in range(1, REGIMES):
        count = np.int64(0)
        hits = np.int64(0)
        for w in range(matured.size):
            count += count_bits(matured[w] & told[r, w])
            hits += count_bits(right[w] & told[r, w])
        if count > 0:
            fade = pool[count, 2]
            amount = pool[count, 1] * granted
            regional[r, 0] = fade * regional[r, 0] + amount * (hits / count)
            regional[r, 1] = fade * regional[r, 1] + amount


@compiled_without_allocation
def fold_decay(
    first_bar: int,
    interval_ms: int,
    opens: Floats,  # (symbols, bars), NaN where there is no candle
    closes: Floats,
    votes: Floats,  # (signals, symbols, bars), NaN abstains
    regimes: Tiny,  # (symbols, bars)
    horizons: Whole,  # (groups,) bars, distinct
    groups: Whole,  # (signals,) index into horizons
    places: Whole,  # (signals, 2) first slot of the signal in `pending`, and slots from bar to bar
    entries: Floats,  # (longest horizon, symbols) ring of open prices
    told: Bits,  # (longest horizon + 1, regimes, words) ring of regimes, see `note_regimes`
    runs: Whole,  # (symbols,) bars since the last gap
    pending: Bits,  # (slots, UP/DOWN, words) votes of the last `horizon` bars, one horizon's signals abreast
    pool: Floats,  # (signals, symbols + 1, 3), see `fill_pool`
    records: Any,  # (signals,) RECORD
    regional: Floats,  # (signals, regimes, 2) hits and outcomes
    rings: Floats,  # (signals, window, 2) hits and outcomes of the rolling accuracy
    rules: Any,  # (1,) RULE
    desk: Desk,
    outcomes: Tiny,  # the rest is written: (groups, symbols, bars) +1, -1, or 0 for void
    accuracy: Floats,  # (bars, signals), and so on: what is written together lies together
    samples: Floats,
    weight: Floats,
    states: Tiny,
    alerts: Tiny,
    regime_weight: Floats,  # (bars, signals, regimes), zeros, written where the signal may vote
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
    article = rule["article"]
    words = pending.shape[2]
    said, came, phases, thens = desk.said, desk.came, desk.phases, desk.thens
    matured, right = desk.matured, desk.right
    pack_votes(opens, closes, votes, rule["min_vote"], desk.there, said)
    for t in range(closes.shape[1]):
        bar = first_bar + t
        granted = rule["seed_weight"] if (bar + 1) * interval_ms <= rule["seed_until_ms"] else 1.0
        refreshes = bar % _REFRESH == 0
        for s in range(symbols):
            there = math.isfinite(closes[s, t]) and math.isfinite(opens[s, t])
            runs[s] = runs[s] + 1 if there else 0
            entries[bar % longest, s] = opens[s, t]
        note_regimes(regimes, t, told[bar % (longest + 1)])
        came[:] = np.uint64(0)
        for g in range(horizons.shape[0]):
            slot = (bar + 1 - horizons[g]) % longest
            thens[g] = (bar - horizons[g]) % (longest + 1)
            phases[g] = bar % horizons[g]
            for s in range(symbols):
                outcome = 0
                if runs[s] > horizons[g]:
                    close = closes[s, t]
                    entry = entries[slot, s]
                    outcome = 1 if close > entry else (-1 if close < entry else 0)
                outcomes[g, s, t] = outcome
                if outcome != 0:
                    came[g, UP if outcome > 0 else DOWN, s // WORD] |= bit_of(s)
        for k in range(groups.shape[0]):
            group = groups[k]
            phase = phases[group]
            place = places[k, 0] + phase * places[k, 1]
            count = np.int64(0)
            hits = np.int64(0)
            for w in range(words):
                rose, fell = came[group, UP, w], came[group, DOWN, w]
                matured[w] = (pending[place, UP, w] | pending[place, DOWN, w]) & (rose | fell)
                right[w] = (pending[place, UP, w] & rose) | (pending[place, DOWN, w] & fell)
                pending[place, UP, w] = said[k, UP, w, t]
                pending[place, DOWN, w] = said[k, DOWN, w, t]
                count += count_bits(matured[w])
                hits += count_bits(right[w])
            record = records[k]
            if refreshes and record["pairs"] > 0.0:
                known = hit_correlation(record, rule["pool_correlation"])
                fill_pool(pool[k], horizons[group], known, rule["half_life"])
            if count > 0:
                _enter_regimes(regional[k], pool[k], granted, told[thens[group]], matured, right)
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
                        record, regional[k], rule, believed, regime_weight[t, k], regime_odds[t, k]
                    )
            weight[t, k] = record["weight"]
            seen = record["samples"]
            accuracy[t, k] = record["hits"] / seen if seen > 0.0 else math.nan
            samples[t, k] = seen
            states[t, k] = record["state"]
            alerts[t, k] = record["alert"]
