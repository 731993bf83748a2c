"""Prices, volume and premium of one symbol of the synthetic market, step by step."""

import math
from dataclasses import dataclass

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.domain.intervals import DAY_MS
from alphastrike.marketdata.synthetic.alphas import Leads, Planting, lead_shocks, taker_imbalance
from alphastrike.marketdata.synthetic.background import Background
from alphastrike.marketdata.synthetic.chance import Draws
from alphastrike.marketdata.synthetic.config import SyntheticConfig
from alphastrike.marketdata.synthetic.jumps import SUB_STEPS, Jumps, draw_jumps
from alphastrike.marketdata.synthetic.kernel_paths import excursions, first_order
from alphastrike.marketdata.synthetic.profiles import MARKET_VOLATILITY, profile_of

_YEAR_MS = 365 * DAY_MS
_CHUNK = 16_384
_SHARED_VOLATILITY = 0.5  # variance shares that are the market's
_SHARED_PREMIUM = 0.4
_SLOW, _SLOW_HALF_LIFE = 0.35, 360.0  # standard deviation of log volatility, half-life in hours
_FAST, _FAST_HALF_LIFE = 0.25, 8.0
_VOLUME, _VOLUME_HALF_LIFE, _VOLUME_NOISE = 0.40, 6.0, 0.15
_VOLUME_PER_SHOCK = 0.35
_MEAN_ABSOLUTE_NORMAL = 0.7978845608028654
_PREMIUM, _PREMIUM_HALF_LIFE = 5e-4, 10.0
_PREMIUM_PER_RETURN = 0.02
_TICK_DIGITS = 5  # the tick at the first price is 1e-5 of its power of ten


@dataclass(frozen=True, slots=True)
class SymbolSteps:
    """Columns of a symbol, one value a step. `premium` is perpetual over index, a fraction."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    taker_buy_volume: Floats
    premium: Floats
    log_close: Floats
    leads: Leads


def simulate_symbol(
    config: SyntheticConfig, background: Background, planting: Planting, symbol: str
) -> SymbolSteps:
    """Every column of one symbol."""
    profile, grid = profile_of(symbol), background.grid
    draws = Draws(config.seed, symbol, grid.steps)
    leads = lead_shocks(planting, draws, profile.market_loading)
    level = background.volatility
    if config.volatility == "stochastic":
        level = level * _clustering(draws, grid.step_hours)
    sigma = profile.annual_volatility * math.sqrt(grid.step_ms / _YEAR_MS) * level
    drift = background.drift - (0.5 * sigma**2 if config.drift == "none" else 0.0)
    diffusion = drift + sigma * leads.shocks
    jumps = _all_jumps(config, background, symbol)
    first = config.prices.get(symbol, profile.price)
    log_close = np.log(first) + np.cumsum(diffusion + jumps.size)
    prices = _candles(first, log_close, _ranges(draws, diffusion, jumps, sigma))
    turnover = profile.hourly_turnover * grid.step_hours * background.turnover
    volume = turnover * _activity(draws, leads.shocks, grid.step_hours) / prices[3]
    return SymbolSteps(
        open=prices[0],
        high=prices[1],
        low=prices[2],
        close=prices[3],
        volume=volume,
        taker_buy_volume=0.5 * (1.0 + taker_imbalance(planting, leads)) * volume,
        premium=background.premium_shift + _premium(draws, log_close, grid.step_hours),
        log_close=log_close,
        leads=leads,
    )


def _reverting(draws: Draws, purpose: str, shared: float, half_life_steps: float) -> Floats:
    """A unit-variance autoregression, `shared` of its variance the market's."""
    out: Floats = first_order(draws.shared(purpose, shared), 0.5 ** (1.0 / half_life_steps))
    return out


def _clustering(draws: Draws, step_hours: float) -> Floats:
    """Slow and fast log-normal volatility; the mean square of the multiple is one."""
    slow = _reverting(draws, "slow", _SHARED_VOLATILITY, _SLOW_HALF_LIFE / step_hours)
    fast = _reverting(draws, "fast", _SHARED_VOLATILITY, _FAST_HALF_LIFE / step_hours)
    return np.exp(_SLOW * slow + _FAST * fast - (_SLOW**2 + _FAST**2))


def _all_jumps(config: SyntheticConfig, background: Background, symbol: str) -> Jumps:
    """The market's jumps and the symbol's own, both in proportion to its volatility."""
    own = draw_jumps(config, background.grid, background.regime, symbol)
    scale = profile_of(symbol).annual_volatility / MARKET_VOLATILITY
    return Jumps(
        size=scale * (own.size + background.jumps.size),
        after=np.where(own.after >= 0, own.after, background.jumps.after),
    )


def _ranges(draws: Draws, diffusion: Floats, jumps: Jumps, sigma: Floats) -> Floats:
    path, extreme = draws.stream("path"), draws.stream("extreme")
    out = np.empty((2, draws.steps))
    for start in range(0, draws.steps, _CHUNK):
        part = slice(start, min(start + _CHUNK, draws.steps))
        rows = part.stop - start
        out[:, part] = excursions(
            diffusion[part],
            jumps.size[part],
            jumps.after[part],
            sigma[part],
            path.standard_normal((rows, SUB_STEPS)),
            extreme.standard_exponential((rows, SUB_STEPS, 2)),
        )
    return out


def _candles(first: float, log_close: Floats, ranges: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Open, high, low and close on the tick; every open is the previous close."""
    decimals = _TICK_DIGITS - math.floor(math.log10(first))
    tick = 10.0**-decimals
    log_open = np.concatenate((np.array([np.log(first)]), log_close[:-1]))
    close = np.maximum(np.round(np.exp(log_close), decimals), tick)
    opened = np.concatenate((np.maximum(np.round(np.array([first]), decimals), tick), close[:-1]))
    high = np.round(np.exp(log_open + ranges[0]), decimals)
    low = np.maximum(np.round(np.exp(log_open + ranges[1]), decimals), tick)
    return (
        opened,
        np.maximum(high, np.maximum(opened, close)),
        np.minimum(low, np.minimum(opened, close)),
        close,
    )


def _activity(draws: Draws, shocks: Floats, step_hours: float) -> Floats:
    """Multiple of the usual turnover: clustered, noisy, and larger when the price moves."""
    slow = _reverting(draws, "volume", _SHARED_VOLATILITY, _VOLUME_HALF_LIFE / step_hours)
    noise = _VOLUME_NOISE * draws.own("volume noise")
    moved = _VOLUME_PER_SHOCK * (np.abs(shocks) - _MEAN_ABSOLUTE_NORMAL)
    return np.exp(_VOLUME * slow - 0.5 * _VOLUME**2 + noise + moved)


def _premium(draws: Draws, log_close: Floats, step_hours: float) -> Floats:
    """Mean-reverting premium that follows the return of the last hour."""
    hour = max(1, round(1.0 / step_hours))
    returned = np.zeros(log_close.size)
    returned[hour:] = log_close[hour:] - log_close[:-hour]
    reverting = _reverting(draws, "premium", _SHARED_PREMIUM, _PREMIUM_HALF_LIFE / step_hours)
    return _PREMIUM * reverting + _PREMIUM_PER_RETURN * returned
