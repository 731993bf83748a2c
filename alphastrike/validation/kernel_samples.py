"""One sample of a feature: windows, CUSUMs, quarantine and the renewal of its reference."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled
from alphastrike.validation.bins import bin_of
from alphastrike.validation.cusum import ar_residual, cusum_step, scale_root
from alphastrike.validation.kernel_reference import both_moves, fit_reference, normal_score
from alphastrike.validation.ks import ks_grid_distance
from alphastrike.validation.psi import psi
from alphastrike.validation.records import GRID

_CAP = 2.0  # of h: a sum that ran away would need as long to come back


@compiled
def on_sample(
    watch: Any, memory: tuple[Floats, Any, Any, Floats], value: float, close: float, number: int, plan: Any
) -> None:
    """Handle sample number `number` of a feature; a NaN value adds nothing to any window.

    `memory` is what is kept of its past: values, the price's moves as `both_moves` has them, bins, and
    the prices of a day. `close` is the price.
    """
    present = not math.isnan(value)
    if present:
        _take(watch, memory, value, close, number, plan)
    if watch["ready"] == 0:
        if watch["pinned"] == 1:
            if watch["size"] > 0 and watch["collected"] >= plan["long_window"]:
                _adopt(watch, memory, plan)
        elif watch["collected"] >= plan["reference"]:
            _renew(watch, memory, number, plan)
        return
    if watch["tested"] == 1 and number % plan["evaluate"] == 0:
        watch["window_warn"], watch["window_alarm"] = _window_alarms(watch)
    if present and (watch["tested"] == 1 or watch["agrees"] == 1):
        _judge(watch, plan)
    if number // plan["refit"] != watch["epoch"]:
        watch["epoch"] = number // plan["refit"]
        if _may_renew(watch, plan):
            _renew(watch, memory, number, plan)


@compiled
def cusum_alarm(watch: Any) -> float:
    """The largest CUSUM over its decision interval; above 1 alarms. 0 for a feature that is not tested."""
    if watch["tested"] == 0:
        return 0.0
    level = max(watch["level_up"], watch["level_down"]) / watch["level_h"]
    return float(max(level, max(watch["scale_up"], watch["scale_down"]) / watch["scale_h"]))


@compiled
def agreement_alarm(watch: Any) -> float:
    """How far the feature has parted from the price it used to go with, over the interval of that."""
    return float(watch["disagreement"] / watch["agree_h"]) if watch["agrees"] == 1 else 0.0


@compiled
def warns(watch: Any) -> bool:
    """Whether one instrument alarms, or the windows warn: less than a quarantine, more than nothing."""
    if watch["ready"] == 0 or watch["tested"] == 0:
        return False
    return bool(max(watch["window_warn"], watch["window_alarm"], cusum_alarm(watch)) > 1.0)


@compiled
def _take(
    watch: Any, memory: tuple[Floats, Any, Any, Floats], value: float, close: float, number: int, plan: Any
) -> None:
    ring, moves, bins, closes = memory
    index = watch["collected"]
    missing = number - watch["last_number"] - 1
    watch["unbroken"] = watch["unbroken"] + 1 if missing == 0 else 1
    move = _move(watch["last_close"], close) if missing == 0 else 0
    daily = _move(closes[index % closes.size], close) if watch["unbroken"] > closes.size else 0
    ring[index % ring.size] = value
    moves[index % ring.size] = both_moves(move, daily)
    closes[index % closes.size] = close
    watch["last_close"] = close
    watch["collected"] = index + 1
    if watch["ready"] == 1 and (watch["tested"] == 1 or watch["agrees"] == 1):
        fine = bin_of(watch["edges"], watch["edge_count"], value)
        if missing > 0:
            watch["last_score_seen"] = math.nan
        if missing > plan["short_window"]:
            _clear_sums(watch)
        score = normal_score(watch, value, fine)
        if watch["tested"] == 1:
            _push_window(watch, bins, fine, index, plan)
            _push_sums(watch, score)
        if watch["agrees"] == 1:
            _push_agreement(watch, score, daily if watch["agree_daily"] == 1 else move)
    watch["last_number"] = number


@compiled
def _push_window(watch: Any, bins: Any, fine: int, index: int, plan: Any) -> None:
    size = bins.size
    slot = index % size
    watch["counts_long"][bins[slot]] -= 1.0
    watch["counts_short"][bins[(index - plan["short_window"]) % size]] -= 1.0
    watch["counts_long"][fine] += 1.0
    watch["counts_short"][fine] += 1.0
    bins[slot] = fine


@compiled
def _push_sums(watch: Any, score: float) -> None:
    previous = watch["last_score_seen"]
    watch["last_score_seen"] = score
    if math.isnan(previous):
        watch["last_scale_seen"] = math.nan
        return
    residual = ar_residual(score, previous, watch["level_phi"])
    sums = (watch["level_up"], watch["level_down"])
    sums = cusum_step(sums, residual, watch["level_k"], _CAP * watch["level_h"])
    watch["level_up"], watch["level_down"] = sums
    scale = (scale_root(residual) - watch["scale_mean"]) / watch["scale_sd"]
    previous = watch["last_scale_seen"]
    watch["last_scale_seen"] = scale
    if math.isnan(previous):
        return
    residual = ar_residual(scale, previous, watch["scale_phi"])
    sums = (watch["scale_up"], watch["scale_down"])
    sums = cusum_step(sums, residual, watch["scale_k"], _CAP * watch["scale_h"])
    watch["scale_up"], watch["scale_down"] = sums


@compiled
def _move(before: float, close: float) -> int:
    if close > before > 0.0:
        return 1
    return -1 if 0.0 < close < before else 0


@compiled
def _push_agreement(watch: Any, score: float, move: int) -> None:
    previous = watch["last_agree_seen"]
    if move == 0:
        watch["last_agree_seen"] = math.nan
        return
    lost = (watch["agree_mean"] - score * move) / watch["agree_sd"]
    if watch["agree_mean"] < 0.0:
        lost = -lost
    watch["last_agree_seen"] = lost
    if math.isnan(previous):
        return
    residual = ar_residual(lost, previous, watch["agree_phi"])
    grown = max(0.0, watch["disagreement"] + residual - watch["agree_k"])
    watch["disagreement"] = min(_CAP * watch["agree_h"], grown)


@compiled
def _clear_sums(watch: Any) -> None:
    watch["disagreement"] = 0.0
    watch["level_up"] = 0.0
    watch["level_down"] = 0.0
    watch["scale_up"] = 0.0
    watch["scale_down"] = 0.0


@compiled
def _window_alarms(watch: Any) -> tuple[float, float]:
    # The largest PSI over its warning limit, and the largest PSI or KS over its alarm limit.
    edges = watch["edge_count"]
    shares = watch["below"][:edges]
    deciles = watch["decile_count"]
    reference = watch["decile_counts"][:deciles]
    warning, worst = 0.0, 0.0
    for window in range(2):
        counts = watch["counts_short"] if window == 0 else watch["counts_long"]
        warn_limit = watch["psi_warn_short"] if window == 0 else watch["psi_warn_long"]
        psi_limit = watch["psi_limit_short"] if window == 0 else watch["psi_limit_long"]
        distance_limit = watch["ks_limit_short"] if window == 0 else watch["ks_limit_long"]
        coarse = np.zeros(deciles)
        for b in range(edges + 1):
            coarse[watch["decile_of"][b]] += counts[b]
        index = psi(reference, coarse)
        warning = max(warning, index / warn_limit)
        worst = max(worst, index / psi_limit)
        worst = max(worst, ks_grid_distance(shares, counts) / distance_limit)
    return warning, worst


@compiled
def _judge(watch: Any, plan: Any) -> None:
    # Either instrument alone cries wolf too often on autocorrelated data; a quarantine takes both.
    moved = watch["window_alarm"] > 1.0
    moving = cusum_alarm(watch) > 1.0
    parted = agreement_alarm(watch) > 1.0
    if watch["quarantined"] == 0:
        if (moved and moving) or parted:
            watch["quarantined"] = 1
            watch["quarantined_at"] = watch["collected"]
            watch["clean"] = 0
            _clear_sums(watch)
        return
    if moved or moving or parted or watch["strikes"] != 0:
        watch["clean"] = 0
        return
    watch["clean"] += 1
    if watch["clean"] >= plan["recovery"]:
        watch["quarantined"] = 0


@compiled
def _may_renew(watch: Any, plan: Any) -> bool:
    if watch["pinned"] == 1:
        return False
    # Never re-anchor to silence an alarm: what is distrusted first serves a whole new reference.
    if watch["quarantined"] == 1:
        return bool(watch["collected"] - watch["quarantined_at"] >= plan["reference"])
    return bool(watch["struck_out"] == 0)


@compiled
def _renew(watch: Any, memory: tuple[Floats, Any, Any, Floats], number: int, plan: Any) -> None:
    ring, moves, bins, _ = memory
    size = ring.size
    collected = watch["collected"]
    samples = np.empty(size)
    signs = np.empty(size, dtype=np.int8)
    for i in range(size):
        samples[i] = ring[(collected + i) % size]
        signs[i] = moves[(collected + i) % size]
    fine = np.empty(size, dtype=np.uint8)
    fit_reference(watch, samples, signs, fine, plan)
    watch["ready"] = 1
    watch["epoch"] = number // plan["refit"]
    watch["quarantined"] = 0
    _begin(watch, samples[-1], fine, bins, plan)


@compiled
def _adopt(watch: Any, memory: tuple[Floats, Any, Any, Floats], plan: Any) -> None:
    # A model's reference comes into force once there are enough samples to hold against it.
    ring, _, bins, _ = memory
    window = bins.size
    first = watch["collected"] - window
    fine = np.empty(window, dtype=np.uint8)
    for i in range(window):
        fine[i] = bin_of(watch["edges"], watch["edge_count"], ring[(first + i) % ring.size])
    watch["ready"] = 1
    _begin(watch, ring[(watch["collected"] - 1) % ring.size], fine, bins, plan)


@compiled
def _begin(watch: Any, newest: float, fine: NDArray[np.uint8], bins: Any, plan: Any) -> None:
    watch["window_warn"] = 0.0
    watch["window_alarm"] = 0.0
    _clear_sums(watch)
    watch["last_score_seen"] = normal_score(watch, newest, fine[-1])
    watch["last_scale_seen"] = math.nan
    watch["last_agree_seen"] = math.nan
    _refill_windows(watch, fine, bins, plan)


@compiled
def _refill_windows(watch: Any, fine: NDArray[np.uint8], bins: Any, plan: Any) -> None:
    for b in range(GRID + 1):
        watch["counts_short"][b] = 0.0
        watch["counts_long"][b] = 0.0
    window = bins.size
    first = watch["collected"] - window
    for i in range(window):
        entering = fine[fine.size - window + i]
        bins[(first + i) % window] = entering
        watch["counts_long"][entering] += 1.0
        if i >= window - plan["short_window"]:
            watch["counts_short"][entering] += 1.0
