"""Fitting a reference: everything the tests need to know about how a feature behaves in health."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled
from alphastrike.validation.autocorrelation import autocorrelation_time, variance_inflation
from alphastrike.validation.bins import bin_counts, bin_of, quantile_edges
from alphastrike.validation.cusum import (
    allowance,
    ar_residual,
    decision_interval,
    scale_root,
)
from alphastrike.validation.ks import ks_limit
from alphastrike.validation.normal import normal_quantile
from alphastrike.validation.ordering import ascending_order
from alphastrike.validation.psi import DECILES, psi_limits
from alphastrike.validation.records import GRID

_FURTHEST_SCORE = 3.0
_ESTIMATION_MARGIN = 1.3  # on h: the parameters of the reference are estimates themselves
_TOLERATED_SHIFT = 1.0  # standard deviations
_SAMPLES_PER_TAU = 20.0  # a shorter reference cannot say what is normal
_LEAST_EFFECTIVE = 30.0  # independent observations in the long window
_LEAST_AGREEMENT = 0.15  # mean over deviation: weaker ties to the price break by themselves
_LEAST_DAILY_AGREEMENT = 0.25  # a day holds few moves, and real markets turn
_ALONE = 30.0  # times rarer false alarms than of a CUSUM that needs a second witness
_TAIL = 1000  # the range reaches from one part in this many to the rest


@compiled
def fit_reference(
    watch: Any, samples: Floats, moves: NDArray[np.int8], fine: NDArray[np.uint8], plan: Any
) -> None:
    """Write the reference of `samples` (in time order, finite) into the record, their bins to `fine`.

    `moves` are the signs of the price's moves up to each sample, see `both_moves`.

    A feature whose tau leaves under 20 tau of reference or 30 effective observations in the
    long window, or that never moves, is not `tested`: only its range is watched, and whether it goes
    with the price, where that comes and goes fast enough.
    """
    order = ascending_order(samples)
    ordered = np.empty(samples.size)
    for i in range(samples.size):
        ordered[i] = samples[order[i]]
    _fit_range(watch, ordered)
    _fit_bins(watch, ordered)
    scores = _scores_of(watch, order, ordered, fine)
    longest = min(samples.size / _SAMPLES_PER_TAU, plan["long_window"] / _LEAST_EFFECTIVE)
    watch["tau"] = _fit_sums(watch, scores, longest, plan)
    watch["size"] = samples.size
    watch["agrees"] = 0
    watch["tested"] = 0
    if watch["tau"] < math.inf:
        watch["tested"] = 1
        _fit_limits(watch, float(samples.size), plan)
    _fit_agreement(watch, scores, moves, longest, plan)


@compiled
def normal_score(watch: Any, value: float, above: int) -> float:
    """The standard normal value at the reference quantile of `value`, within 3 of 0.

    `above` is the value's bin. Linear between bin edges; beyond the reference's extremes it is
    theirs.
    """
    left, left_score = watch["first_value"], watch["first_score"]
    right, right_score = watch["last_value"], watch["last_score"]
    if above > 0:
        left, left_score = watch["edges"][above - 1], watch["scores"][above - 1]
    if above < watch["edge_count"]:
        right, right_score = watch["edges"][above], watch["scores"][above]
    if value >= right:
        return float(right_score)
    if value <= left:
        return float(left_score)
    return float(left_score + (right_score - left_score) * ((value - left) / (right - left)))


@compiled
def _scores_of(watch: Any, order: NDArray[np.int64], ordered: Floats, fine: NDArray[np.uint8]) -> Floats:
    # In time order; walking up the sorted sample saves the search for each value's bin.
    scores = np.empty(ordered.size)
    above = 0
    for i in range(ordered.size):
        while above < watch["edge_count"] and watch["edges"][above] < ordered[i]:
            above += 1
        fine[order[i]] = above
        scores[order[i]] = normal_score(watch, ordered[i], above)
    return scores


@compiled
def _fit_range(watch: Any, ordered: Floats) -> None:
    # [q.001 - R/2, q.999 + R/2] with R = q.999 - q.001; a constant has no range of its own.
    size = ordered.size
    low = ordered[(size + _TAIL - 1) // _TAIL - 1]
    high = ordered[(size * (_TAIL - 1) + _TAIL - 1) // _TAIL - 1]
    spread = high - low
    watch["lowest"] = low - 0.5 * spread if spread > 0.0 else -math.inf
    watch["highest"] = high + 0.5 * spread if spread > 0.0 else math.inf


@compiled
def _fit_bins(watch: Any, ordered: Floats) -> None:
    edges = quantile_edges(ordered, GRID)
    deciles = quantile_edges(ordered, DECILES)
    size = ordered.size
    for i in range(edges.size):
        below = bin_of(ordered, size, edges[i])
        upto = _upto(ordered, edges[i])
        watch["edges"][i] = edges[i]
        watch["below"][i] = upto / size
        watch["scores"][i] = _score_of_rank(0.5 * (below + upto) / size)
        watch["decile_of"][i] = bin_of(deciles, deciles.size, edges[i])
    watch["decile_of"][edges.size] = deciles.size
    watch["edge_count"] = edges.size
    watch["decile_count"] = deciles.size + 1
    counts = bin_counts(deciles, ordered)
    for b in range(deciles.size + 1):
        watch["decile_counts"][b] = counts[b]
    watch["first_value"] = ordered[0]
    watch["first_score"] = _score_of_rank(0.5 * _upto(ordered, ordered[0]) / size)
    watch["last_value"] = ordered[-1]
    watch["last_score"] = _score_of_rank(0.5 * (bin_of(ordered, size, ordered[-1]) + size) / size)


@compiled
def _fit_limits(watch: Any, size: float, plan: Any) -> None:
    short = variance_inflation(watch["tau"], plan["short_window"], size)
    long = variance_inflation(watch["tau"], plan["long_window"], size)
    warn, alarm = psi_limits(short, watch["decile_count"])
    watch["psi_warn_short"], watch["psi_limit_short"] = warn, alarm
    warn, alarm = psi_limits(long, watch["decile_count"])
    watch["psi_warn_long"], watch["psi_limit_long"] = warn, alarm
    watch["ks_limit_short"] = ks_limit(short)
    watch["ks_limit_long"] = ks_limit(long)


@compiled
def _fit_sums(watch: Any, scores: Floats, longest: float, plan: Any) -> float:
    # Returns the longer memory of level and spread: a distribution's shape wanders with either.
    tau = autocorrelation_time(scores, longest)
    if tau == math.inf:
        return tau
    # With phi from tau rather than from lag 1 the residual's long-run variance is 1 for any process.
    watch["level_phi"], watch["level_k"], watch["level_h"] = _cusum_parameters(tau, plan)
    roots = np.empty(scores.size - 1)
    for i in range(1, scores.size):
        roots[i - 1] = scale_root(ar_residual(scores[i], scores[i - 1], watch["level_phi"]))
    spread_tau = autocorrelation_time(roots, longest)
    if spread_tau == math.inf:
        return spread_tau
    watch["scale_mean"], watch["scale_sd"] = _moments(roots)
    watch["scale_phi"], watch["scale_k"], watch["scale_h"] = _cusum_parameters(spread_tau, plan)
    return max(tau, spread_tau)


@compiled
def both_moves(since_last: Any, daily: Any) -> Any:
    """Two signs, each -1, 0 or 1, in one small number."""
    return since_last + 3 * daily


@compiled
def _fit_agreement(watch: Any, scores: Floats, moves: NDArray[np.int8], longest: float, plan: Any) -> None:
    # A lost or turned sign leaves a symmetric distribution as it was; only the price gives it away. Fast
    # features go with its last move, slow ones with that of a day: the tighter tie is the one to watch.
    series = np.empty(scores.size)
    for daily in range(2):
        count = 0
        for i in range(scores.size):
            over_day = (moves[i] + 4) // 3 - 1
            move = over_day if daily == 1 else moves[i] - 3 * over_day
            if move != 0:
                series[count] = scores[i] * move
                count += 1
        if 2 * count >= scores.size:
            _fit_tie(watch, series[:count], longest, plan, daily)


@compiled
def _fit_tie(watch: Any, series: Floats, longest: float, plan: Any, daily: int) -> None:
    mean, deviation = _moments(series)
    if not (deviation > 0.0 and abs(mean) >= _LEAST_AGREEMENT * deviation):
        return
    tau = autocorrelation_time(series, longest)
    # Half of what turning the sign leaves in the residuals.
    k = abs(mean) / deviation / math.sqrt(tau)
    least = _LEAST_DAILY_AGREEMENT if daily == 1 else _LEAST_AGREEMENT
    if tau == math.inf or k < least or (watch["agrees"] == 1 and k <= watch["agree_k"]):
        return
    watch["agrees"] = 1
    watch["agree_daily"] = daily
    watch["agree_mean"], watch["agree_sd"] = mean, deviation
    watch["agree_phi"], watch["agree_k"] = (tau - 1.0) / (tau + 1.0), k
    watch["agree_h"] = _ESTIMATION_MARGIN * decision_interval(k, _ALONE * plan["run_length"])


@compiled
def _cusum_parameters(tau: float, plan: Any) -> tuple[float, float, float]:
    k = allowance(tau, _TOLERATED_SHIFT)
    h = _ESTIMATION_MARGIN * decision_interval(k, plan["run_length"])
    return (tau - 1.0) / (tau + 1.0), k, h


@compiled
def _moments(values: Floats) -> tuple[float, float]:
    total, squares = 0.0, 0.0
    for value in values:
        total += value
    mean = total / values.size
    for value in values:
        squares += (value - mean) ** 2
    return mean, math.sqrt(squares / values.size)


@compiled
def _upto(ordered: Floats, value: float) -> int:
    # How many of the sorted values are at or below `value`.
    low = 0
    high = ordered.size
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _score_of_rank(rank: float) -> float:
    return max(-_FURTHEST_SCORE, min(_FURTHEST_SCORE, normal_quantile(rank)))
