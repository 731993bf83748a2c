"""How much of the market moves as one."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.domain.series import LEAST_UNIVERSE
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import z_step, z_width

_WINDOW_HOURS = 72.0
_RANK_HOURS = 720.0
_ROUNDS = 12
# State of a symbol: previous close, its loading, whether it counts, returns as they came and standardised.
_CLOSE, _LOADING, _COUNTS, _RETURNS = 0, 1, 2, 3


@compiled_without_allocation
def _standardise(row: Any, window: int) -> bool:
    """Write the window's returns with mean 0 and length 1 beside them; False when they cannot be."""
    mean = 0.0
    for index in range(window):
        mean += row[_RETURNS + index]
    mean /= window
    squares = 0.0
    for index in range(window):
        away = row[_RETURNS + index] - mean
        squares += away * away
    if not squares > 0.0:
        return False
    scale = 1.0 / math.sqrt(squares)
    for index in range(window):
        row[_RETURNS + window + index] = (row[_RETURNS + index] - mean) * scale
    return True


@compiled_without_allocation
def _score(state: Any, index: int, window: int) -> float:
    """Sum over symbols of loading times the standardised return of one row."""
    total = 0.0
    for symbol in range(state.shape[0]):
        if state[symbol, _COUNTS] == 1.0:
            total += state[symbol, _LOADING] * state[symbol, _RETURNS + window + index]
    return total


@compiled_without_allocation
def _load(state: Any, window: int) -> float:
    """Replace the loadings by the correlation matrix times them; returns their length."""
    scores = _RETURNS + 2 * window
    for index in range(window):
        state[0, scores + index] = _score(state, index, window)
    squares = 0.0
    for symbol in range(state.shape[0]):
        if state[symbol, _COUNTS] == 1.0:
            total = 0.0
            for index in range(window):
                total += state[0, scores + index] * state[symbol, _RETURNS + window + index]
            state[symbol, _LOADING] = total
            squares += total * total
    return math.sqrt(squares)


@compiled_without_allocation
def _share(state: Any, window: int, least: int) -> float:
    """Largest eigenvalue of the correlation matrix over the number of symbols, by power iteration."""
    known = 0
    for symbol in range(state.shape[0]):
        counts = _standardise(state[symbol], window)
        state[symbol, _COUNTS] = 1.0 if counts else 0.0
        state[symbol, _LOADING] = 1.0
        known += 1 if counts else 0
    length = 0.0
    for _ in range(_ROUNDS if known >= least else 0):
        length = _load(state, window)
        for symbol in range(state.shape[0]):
            state[symbol, _LOADING] /= length
    return length / known if length > 0.0 else math.nan


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    window, ranked, least = parameters
    z_at = _RETURNS + 3 * window
    for bar in range(close.shape[1]):
        slot = (first + bar) % window
        for symbol in range(close.shape[0]):
            row = state[symbol]
            row[_RETURNS + slot] = math.log(close[symbol, bar] / row[_CLOSE])
            row[_CLOSE] = close[symbol, bar]
        share = _share(state, window, least)
        for symbol in range(close.shape[0]):
            # A symbol of which any candle of the window is missing does not hear of the market either.
            own = 0.0 if state[symbol, _COUNTS] == 1.0 else math.nan
            place = (first + bar) % ranked
            out[symbol, bar] = z_step(state[symbol], z_at, ranked, place, share + own, 1.0)


class Absorption:
    """z-score over 720 h of the absorption ratio: variance share of the first principal component.

    Of correlations of 72 h over all symbols that traded throughout; NaN with fewer than five. One number
    for the whole market. Source: Kritzman, Li, Page and Rigobon 2011.
    """

    spec = FeatureSpec(
        name="absorption_z_720h",
        unit="standard deviations",
        lookback_hours=_WINDOW_HOURS + _RANK_HOURS,
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
        across_symbols=True,
        least_symbols=LEAST_UNIVERSE,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window, ranked = bars_in(_WINDOW_HOURS, interval_ms), bars_in(_RANK_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (window, ranked, LEAST_UNIVERSE),
            (len(symbols), _RETURNS + 3 * window + z_width(ranked)),
            lookback_bars=1 + window + ranked,
        )


plugin = Absorption()
