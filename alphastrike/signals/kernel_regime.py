"""The fold that names the state of each symbol's market from its closes."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation

UNKNOWN, RANGE, TREND_UP, TREND_DOWN, HIGH_VOLATILITY = 0, 1, 2, 3, 4

# Histogram of the logarithm of hourly volatility, from 0.001 % to 100 %, 4.6 % a bin.
BINS = 256
_LOWEST = math.log(1e-5)
_WIDTH = -_LOWEST / BINS

MEMORY = np.dtype(
    [
        ("last_close", "f8"),
        ("variance", "f8"),
        ("returns", "i8"),  # since the last gap
        ("trend_samples", "i8"),  # since the last gap
        ("trend_head", "i8"),
        ("history_count", "i8"),
        ("history_head", "i8"),
        ("regime", "i8"),
        ("dwell", "i8"),
    ]
)

# RegimeConfig in bars and samples. A sample is one hour, or one bar where bars are longer.
RULE = np.dtype(
    [
        ("bars_per_sample", "i8"),
        ("bars_per_hour", "f8"),
        ("keep", "f8"),  # share of the variance that stays, a bar
        ("settle", "i8"),  # returns before the variance is believed
        ("warm_up", "i8"),  # samples before the rank is believed
        ("high_enter", "f8"),
        ("high_leave", "f8"),
        ("trend_enter", "f8"),
        ("trend_leave", "f8"),
        ("min_dwell", "i8"),
    ]
)

Floats = NDArray[np.float64]


@compiled_without_allocation
def _rank(memory: Any, counts: Any, history: Any, hourly_variance: float) -> float:
    """Share of the remembered volatilities below this one, half of its own bin; then remember it."""
    level = 0
    if hourly_variance > 0.0:
        level = int((0.5 * math.log(hourly_variance) - _LOWEST) / _WIDTH)
        level = min(max(level, 0), BINS - 1)
    below = 0
    for b in range(level):
        below += counts[b]
    count = memory["history_count"]
    rank = math.nan
    if count > 0:
        rank = float((below + 0.5 * counts[level]) / count)
    head = memory["history_head"]
    if count == history.shape[0]:
        counts[history[head]] -= 1
    else:
        memory["history_count"] = count + 1
    history[head] = level
    counts[level] += 1
    memory["history_head"] = (head + 1) % history.shape[0]
    return rank


@compiled_without_allocation
def _efficiency(memory: Any, trail: Any, log_close: float) -> float:
    """Signed efficiency ratio over the trail: net move over path, in [-1, 1]; NaN until it is full.

    `trail` (2, samples) holds log closes and the absolute steps that led to them.
    """
    size = trail.shape[1]
    head = memory["trend_head"]
    first = trail[0, head]  # the oldest, about to be replaced
    seen = memory["trend_samples"]
    trail[1, head] = abs(log_close - trail[0, head - 1]) if seen > 0 else 0.0
    trail[0, head] = log_close
    memory["trend_head"] = head + 1 if head + 1 < size else 0
    memory["trend_samples"] = seen + 1
    if seen < size:
        return math.nan
    path = 0.0
    for i in range(size):
        path += trail[1, i]
    if not path > 0.0:
        return 0.0
    return float((log_close - first) / path)


@compiled_without_allocation
def _name(memory: Any, rule: Any, rank: float, efficiency: float) -> int:
    """The regime the numbers ask for, given the one in force."""
    current = memory["regime"]
    if memory["history_count"] <= rule["warm_up"] or not (math.isfinite(rank) and math.isfinite(efficiency)):
        return UNKNOWN
    if rank > rule["high_enter"] or (current == HIGH_VOLATILITY and rank >= rule["high_leave"]):
        return HIGH_VOLATILITY
    trend = TREND_UP if efficiency > 0.0 else TREND_DOWN
    strength = abs(efficiency)
    if strength > rule["trend_enter"] or (current == trend and strength >= rule["trend_leave"]):
        return trend
    return RANGE


@compiled_without_allocation
def _sample(memory: Any, rule: Any, counts: Any, history: Any, trail: Any) -> None:
    rank = math.nan
    if memory["returns"] >= rule["settle"]:
        rank = _rank(memory, counts, history, memory["variance"] * rule["bars_per_hour"])
    efficiency = _efficiency(memory, trail, math.log(memory["last_close"]))
    wanted = _name(memory, rule, rank, efficiency)
    current = memory["regime"]
    memory["dwell"] += 1
    settled = memory["dwell"] >= rule["min_dwell"]
    at_once = wanted in (UNKNOWN, HIGH_VOLATILITY) or current == UNKNOWN
    if wanted != current and (settled or at_once):
        memory["regime"] = wanted
        memory["dwell"] = 0


@compiled_without_allocation
def fold_regime(
    first_bar: int,
    closes: Floats,  # (symbols, bars), NaN where there is no candle
    memories: Any,  # (symbols,) MEMORY
    counts: Any,  # (symbols, BINS) int32
    histories: Any,  # (symbols, samples remembered) int16
    trails: Floats,  # (symbols, 2, trend samples) log closes and absolute steps
    rules: Any,  # (1,) RULE
    out: Any,  # (symbols, bars) int8, written
) -> None:
    """Advance all symbols over all bars of a block; a gap makes the regime unknown.

    What a gap spans is forgotten (variance, trail); the volatilities remembered for comparison
    are not, as they describe the market and not a stretch of it.
    """
    rule = rules[0]
    every = rule["bars_per_sample"]
    for s in range(closes.shape[0]):
        memory = memories[s]
        for t in range(closes.shape[1]):
            close = closes[s, t]
            if not close > 0.0:
                memory["last_close"] = math.nan
                memory["returns"] = 0
                memory["trend_samples"] = 0
                memory["regime"] = UNKNOWN
                memory["dwell"] = 0
                out[s, t] = UNKNOWN
                continue
            if memory["last_close"] > 0.0:
                step = math.log(close / memory["last_close"])
                # A plain mean at first, so that the first return does not linger.
                fresh = max(1.0 - rule["keep"], 1.0 / (memory["returns"] + 1.0))
                memory["variance"] += fresh * (step * step - memory["variance"])
                memory["returns"] += 1
            memory["last_close"] = close
            if (first_bar + t + 1) % every == 0:
                _sample(memory, rule, counts[s], histories[s], trails[s])
            out[s, t] = memory["regime"]
