"""Planted alphas at work: their signals, the shocks they lead, and what an observer sees."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.marketdata.synthetic.chance import Draws
from alphastrike.marketdata.synthetic.config import AlphaSettings, Channel
from alphastrike.marketdata.synthetic.kernel_paths import first_order, with_feedback
from alphastrike.marketdata.synthetic.planting import Loadings, feedback_coefficients, solve_loadings

_SHARED = 0.25  # of a signal's variance is the market's
_CONTEMPORANEOUS = 0.47  # of an hour's flow variance is the price move of the same hour
_FLOW_SCALE = 0.09  # standard deviation of an hour's taker imbalance


@dataclass(frozen=True, slots=True)
class Planting:
    """Alphas with their loadings; each changes from `before` to `after` at step `switch`."""

    alphas: tuple[AlphaSettings, ...]
    before: Loadings
    after: Loadings
    switch: NDArray[np.int64]
    step_hours: float


@dataclass(frozen=True, slots=True)
class Leads:
    """`noise` and `shocks` (steps,), unit variance; `signals` (alphas, steps), known at each close."""

    noise: Floats
    shocks: Floats
    signals: Floats


def make_planting(asked: tuple[AlphaSettings, ...], step_hours: float, steps: int) -> Planting:
    """Loadings of the alphas asked for, and of a taker flow that leads nothing when none is among them."""
    alphas = asked
    if all(alpha.channel is not Channel.TAKER_FLOW for alpha in asked):
        idle = AlphaSettings(channel=Channel.TAKER_FLOW, accuracy=0.5, horizon_hours=12, half_life_hours=24)
        alphas = (*asked, idle)
    early = tuple(alpha.accuracy for alpha in alphas)
    late = tuple(alpha.accuracy if alpha.accuracy_after is None else alpha.accuracy_after for alpha in alphas)
    before = solve_loadings(alphas, early, step_hours)
    after = before if late == early else solve_loadings(alphas, late, step_hours)
    switch = [
        steps if alpha.decay_at_hours is None else min(steps, round(alpha.decay_at_hours / step_hours))
        for alpha in alphas
    ]
    return Planting(alphas, before, after, np.array(switch, dtype=np.int64), step_hours)


def lead_shocks(planting: Planting, draws: Draws, market_loading: float) -> Leads:
    """The symbol's shocks: what the signals of the previous step say, plus noise."""
    steps, first = draws.steps, int(planting.switch.min())
    noise = draws.shared("shock", market_loading**2)
    drive = np.empty(steps)
    drive[:first] = planting.before.residual * noise[:first]
    drive[first:] = planting.after.residual * noise[first:]
    signals = np.zeros((len(planting.alphas), steps))
    for k, alpha in enumerate(planting.alphas):
        if alpha.candle_sign == 0:
            innovations = draws.shared(f"{alpha.channel.value} {_rank(planting.alphas, k)}", _SHARED)
            signals[k] = first_order(innovations, alpha.persistence(planting.step_hours))
            switch = int(planting.switch[k])
            drive[1:switch] += planting.before.coefficients[k] * signals[k, : max(0, switch - 1)]
            late = max(1, switch)
            drive[late:] += planting.after.coefficients[k] * signals[k, late - 1 : -1]
    lookback, before = feedback_coefficients(planting.alphas, planting.before, planting.step_hours)
    _, after = feedback_coefficients(planting.alphas, planting.after, planting.step_hours)
    shocks = with_feedback(drive, lookback, before, after, planting.switch)
    for k, alpha in enumerate(planting.alphas):
        if alpha.candle_sign != 0:
            signals[k] = alpha.candle_sign * _past_sum(shocks, int(lookback[k])) / math.sqrt(lookback[k])
    return Leads(noise, shocks, signals)


def taker_imbalance(planting: Planting, leads: Leads) -> Floats:
    """2 * taker_buy_volume / volume - 1 of each step, in (-1, 1).

    The price move of the same step weighs more the shorter the step, so that an hour shows the
    same mixture of lead and move whether it is one candle or sixty.
    """
    k = next(i for i, alpha in enumerate(planting.alphas) if alpha.channel is Channel.TAKER_FLOW)
    move = leads.noise * math.sqrt(_CONTEMPORANEOUS / planting.step_hours)
    flow: Floats = np.tanh(_FLOW_SCALE * (math.sqrt(1.0 - _CONTEMPORANEOUS) * leads.signals[k] + move))
    return flow


def observed(planting: Planting, k: int, leads: Leads, log_close: Floats) -> Floats:
    """Alpha `k` as its channel shows it; NaN where a past return reaches before the start."""
    alpha = planting.alphas[k]
    if alpha.candle_sign != 0:
        lookback = alpha.horizon_steps(planting.step_hours)
        out = np.full(log_close.size, np.nan)
        out[lookback:] = alpha.candle_sign * (log_close[lookback:] - log_close[:-lookback])
        return out
    if alpha.channel is Channel.TAKER_FLOW:
        return taker_imbalance(planting, leads)
    if alpha.channel is Channel.BOOK:
        seen = math.sqrt(_CONTEMPORANEOUS) * leads.noise
        seen += math.sqrt(1.0 - _CONTEMPORANEOUS) * leads.signals[k]
        return seen
    column: Floats = leads.signals[k]
    return column


def _rank(alphas: tuple[AlphaSettings, ...], k: int) -> int:
    return sum(alpha.channel is alphas[k].channel for alpha in alphas[:k])


def _past_sum(values: Floats, count: int) -> Floats:
    total = np.cumsum(values)
    out = total.copy()
    out[count:] -= total[:-count]
    return out
