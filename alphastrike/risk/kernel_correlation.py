"""Which symbols move together: exponentially weighted correlation of four-hour returns, and clusters."""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled, compiled_without_allocation

SAMPLE_MS = 4 * 3_600_000
_HALF_LIFE = 90.0  # samples: fifteen days
_KNOWN_AFTER = 30  # unbroken samples: five days
_DECAY = 0.5 ** (1.0 / _HALF_LIFE)
_STRESSED = 0.8


@compiled_without_allocation
def watch_correlation(desk: Any, close_ms: int) -> None:
    """Take a sample of every symbol's return once in four hours, then see who clusters with whom.

    A symbol without a fresh price starts over: what it did in between is unknown.
    """
    if close_ms // SAMPLE_MS == desk.state[0]["sampled"]:
        return
    desk.state[0]["sampled"] = close_ms // SAMPLE_MS
    count = desk.watch.shape[0]
    for symbol in range(count):
        watch = desk.watch[symbol]
        mark, before = desk.positions[symbol]["mark_price"], watch["sampled_price"]
        is_fresh = watch["marked_ms"] == close_ms and mark > 0.0
        if is_fresh and before > 0.0:
            watch["sampled_return"] = math.log(mark / before)
            watch["samples"] += 1
        else:
            watch["sampled_return"] = math.nan
            watch["samples"] = 0
            for other in range(count):
                desk.covariance[symbol, other] = 0.0
                desk.covariance[other, symbol] = 0.0
        watch["sampled_price"] = mark if is_fresh else 0.0
    for first in range(count):
        if desk.watch[first]["samples"] > 0:
            for second in range(first + 1):
                if desk.watch[second]["samples"] > 0:
                    product = desk.watch[first]["sampled_return"] * desk.watch[second]["sampled_return"]
                    value = _DECAY * desk.covariance[first, second] + (1.0 - _DECAY) * product
                    desk.covariance[first, second] = value
                    desk.covariance[second, first] = value
    for first in range(count):
        for second in range(first + 1):
            value = _estimate(desk, first, second)
            desk.correlations[first, second] = value
            desk.correlations[second, first] = value
    _cluster(desk)


@compiled_without_allocation
def _estimate(desk: Any, first: int, second: int) -> float:
    """Correlation of two symbols in [-1, 1]; NaN until both have been watched long enough."""
    one, other = desk.watch[first]["samples"], desk.watch[second]["samples"]
    both = min(one, other)
    if both < _KNOWN_AFTER:
        return math.nan
    scale = desk.covariance[first, first] / (1.0 - _DECAY**one)
    scale *= desk.covariance[second, second] / (1.0 - _DECAY**other)
    if not scale > 0.0:
        return math.nan
    value = desk.covariance[first, second] / (1.0 - _DECAY**both) / math.sqrt(scale)
    return float(min(1.0, max(-1.0, value)))


@compiled
def stressed(value: float, same_side: bool) -> float:
    """A correlation on a bad day: at least 0.8 where it hurts, no better than none where it would help."""
    if same_side:
        return 1.0 if math.isnan(value) else max(value, _STRESSED)
    return 0.0 if math.isnan(value) else min(value, 0.0)


@compiled_without_allocation
def _cluster(desk: Any) -> None:
    """Single linkage: symbols joined by a chain of correlations above the limit share a cluster.

    A symbol not yet known belongs to the cluster of the first symbol.
    """
    count = desk.watch.shape[0]
    limit = desk.rules[0]["cluster_correlation"]
    for symbol in range(count):
        desk.watch[symbol]["cluster"] = symbol if desk.watch[symbol]["samples"] >= _KNOWN_AFTER else 0
    for first in range(count):
        for second in range(first):
            one, other = desk.watch[first]["cluster"], desk.watch[second]["cluster"]
            if one != other and desk.correlations[first, second] > limit:
                _join(desk, one, other)


@compiled_without_allocation
def _join(desk: Any, one: int, other: int) -> None:
    lower, higher = min(one, other), max(one, other)
    for symbol in range(desk.watch.shape[0]):
        if desk.watch[symbol]["cluster"] == higher:
            desk.watch[symbol]["cluster"] = lower
