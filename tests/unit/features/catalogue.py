"""A market on which the catalogue is computed, and plain computations to hold it against."""

import math

import numpy as np
import pytest
from scipy import stats

from alphastrike.app.discovery import available
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import HOUR_MS

FEATURES = {name: load() for name, load in available("features").items()}
SYMBOLS = ("BTCUSDT", "ETHUSDT", "LTCUSDT", "SOLUSDT", "XLMUSDT", "XRPUSDT")
BARS = 2600
OWN, LED = 1, 0


def a_market():
    rng = np.random.default_rng(17)
    market = rng.normal(size=(1, BARS)) * 0.006
    close = 100.0 * np.exp(np.cumsum(market + rng.standard_t(4, (6, BARS)) * 0.006, axis=1))
    opens = np.concatenate([np.full((6, 1), 100.0), close[:, :-1]], axis=1)
    volume = np.exp(rng.normal(10.0, 0.5, close.shape))
    return CandleHistory(
        SYMBOLS,
        HOUR_MS,
        (470_000 + np.arange(BARS, dtype=np.int64)) * HOUR_MS,
        opens,
        np.maximum(opens, close) * (1.0 + rng.random(close.shape) * 0.004),
        np.minimum(opens, close) * (1.0 - rng.random(close.shape) * 0.004),
        close,
        volume,
        volume * rng.random(close.shape),
        series={
            "funding_rate": rng.normal(1e-4, 2e-5, close.shape),
            "open_interest": np.exp(rng.normal(10.0, 0.1, close.shape)),
            "mark_price": close * (1.0 + rng.normal(0.0, 1e-4, close.shape)),
            "index_price": close,
            "liquidated_long": rng.exponential(1e5, close.shape),
            "liquidated_short": rng.exponential(1e5, close.shape),
            "trade_clustering": rng.random(close.shape),
        },
    )


MARKET = a_market()
R = np.diff(np.log(MARKET.close), axis=1, prepend=np.nan)
OP, H, L, C, V, TB = (
    getattr(MARKET, name)[OWN] for name in ("open", "high", "low", "close", "volume", "taker_buy_volume")
)


def last(name):
    out = np.empty(MARKET.close.shape)
    FEATURES[name].build(SYMBOLS, HOUR_MS).advance(MARKET.block(0, BARS), out)
    return out[OWN, -1]


def z(values, window):
    before = values[-window - 1 : -1]
    return (values[-1] - before.mean()) / before.std(ddof=1)


def rank(values, window):
    return stats.percentileofscore(values[-window - 1 : -1], values[-1], kind="mean") / 100.0


def rolled(values, window, how=np.sum):
    view = np.lib.stride_tricks.sliding_window_view(values, window)
    return np.concatenate([np.full(window - 1, np.nan), how(view, axis=-1)])


def ewma(values, span=None, half_life=None):
    decay = (span - 1) / (span + 1) if span else 0.5 ** (1.0 / half_life)
    out, mean, weight = np.full(values.size, np.nan), 0.0, 0.0
    for row, value in enumerate(values):
        if not np.isnan(value):
            weight = decay * weight + 1.0
            mean += (value - mean) / weight
            out[row] = mean
    return out


SIGMA = np.sqrt(ewma(R[OWN] ** 2, half_life=24.0))
BULK = 2.0 * stats.norm.cdf(R[OWN] / SIGMA) - 1.0


def slope(x, y):
    return (x * y).sum() / (x * x).sum()


def half_life_of(x):
    now, before = x[1:], x[:-1]
    mean = now.mean()
    phi = ((now - mean) * (before - mean)).sum() / ((now - mean) ** 2).sum()
    return math.log(0.5) / math.log(phi) if 0.0 < phi < 1.0 else 0.0 if phi <= 0.0 else 1e5, phi


def close_to(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)
