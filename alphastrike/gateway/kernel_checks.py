"""Every check of a candle, one candle after the other, with the state each symbol carries."""

import math
from typing import Any

import numpy as np

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation

STATE = np.dtype(
    [
        ("started", "i8"),  # the symbol has had a usable row
        ("recovering", "i8"),  # its unbroken run follows a gap rather than its first candle
        ("unbroken", "i8"),  # usable rows since the last unusable one
        ("missing", "i8"),  # rows without a candle since the last candle
        ("close", "f8"),
        ("squares", "f8"),  # exponentially weighted sum of squared one-row log returns
        ("weight", "f8"),  # and of their weights: the quotient is their variance
        ("flat", "i8"),  # rows in a row at one and the same price
        ("silent", "i8"),  # rows in a row with neither range nor volume
    ]
)
LIMITS = np.dtype(
    [
        ("lookback_bars", "i8"),
        ("absent_bars", "i8"),
        ("jump_fraction", "f8"),
        ("jump_sigmas", "f8"),
        ("decay", "f8"),
        ("frozen_closes", "i8"),
        ("frozen_silent", "i8"),
    ]
)

_PASSED = Code.PASSED.value
_NO_CANDLE = Code.NO_CANDLE.value
_GAP = Code.GAP.value
_INSANE = Code.INSANE_CANDLE.value
_JUMP = Code.PRICE_JUMP.value
_FROZEN = Code.FROZEN.value
_ROUNDING = 1e-9  # sources round volume and its taker part separately


@compiled_without_allocation
def check(columns: Any, start: int, skipped: int, limits: Any, states: Any, grid: Any) -> None:
    """Judge the rows from `start` on of `columns` (six, symbols, bars: O H L C V taker buys).

    Unusable rows become NaN in every column. `skipped` rows were missing for every symbol before
    `start`. `grid` is the halt grid's code, observed and limit; an earlier halt stands.
    """
    codes, observed, allowed = grid
    for symbol in range(columns.shape[1]):
        state = states[symbol]
        if skipped > 0:
            state["missing"] += skipped
            _break(state)
        for bar in range(start, columns.shape[2]):
            high, low, close = columns[1, symbol, bar], columns[2, symbol, bar], columns[3, symbol, bar]
            volume = columns[4, symbol, bar]
            code, value, limit = _sanity(
                columns[0, symbol, bar], high, low, close, volume, columns[5, symbol, bar]
            )
            if code == _PASSED:
                code, value, limit = _follow(state, limits, high == low, close, volume)
            else:
                for column in range(columns.shape[0]):
                    columns[column, symbol, bar] = math.nan
                _break(state)
                if code == _NO_CANDLE:
                    state["missing"] += 1
                    value = float(state["missing"])
                    if state["started"] == 1 and state["missing"] <= limits["absent_bars"]:
                        code, value, limit = _GAP, 0.0, float(limits["lookback_bars"])
                else:
                    state["missing"] = 0
            if code != _PASSED and codes[symbol, bar] == _PASSED:
                codes[symbol, bar] = code
                observed[symbol, bar] = value
                allowed[symbol, bar] = limit


@compiled_without_allocation
def _sanity(
    opening: float, high: float, low: float, close: float, volume: float, taker: float
) -> tuple[int, float, float]:
    """Whether a row is a candle: missing (NO_CANDLE), contradicting itself, or fine."""
    if not math.isfinite(opening + high + low + close + volume):
        empty = 0
        strange = 0
        for number in (opening, high, low, close, volume):
            empty += math.isnan(number)
            strange += not math.isfinite(number)
        if empty == 5:
            return _NO_CANDLE, 0.0, 0.0
        if strange > 0:
            return _INSANE, float(strange), 0.0
    if low <= 0.0:
        return _INSANE, low, 0.0
    if high < opening or high < close:
        return _INSANE, high, max(opening, close)
    if low > opening or low > close:
        return _INSANE, low, min(opening, close)
    if volume < 0.0:
        return _INSANE, volume, 0.0
    if taker < 0.0:
        return _INSANE, taker, 0.0
    if taker > volume * (1.0 + _ROUNDING):
        return _INSANE, taker, volume
    return _PASSED, 0.0, 0.0


@compiled_without_allocation
def _follow(state: Any, limits: Any, is_flat: bool, close: float, volume: float) -> tuple[int, float, float]:
    """Judge a sane candle against those before it and take it into the state."""
    previous = state["close"]
    jump = 0.0
    if state["unbroken"] > 0:
        change = math.log(close / previous)
        square = change * change
        sigmas = limits["jump_sigmas"]
        usual = square * state["weight"] <= sigmas * sigmas * state["squares"] and state["weight"] > 0.0
        if abs(change) > limits["jump_fraction"] and not usual:
            jump = abs(change)
        else:
            # A jump teaches nothing about ordinary volatility and would excuse the next one.
            state["squares"] = limits["decay"] * state["squares"] + square
            state["weight"] = limits["decay"] * state["weight"] + 1.0
    state["flat"] = (state["flat"] + 1 if close == previous else 1) if is_flat else 0
    state["silent"] = state["silent"] + 1 if is_flat and volume == 0.0 else 0
    state["close"] = close
    state["started"] = 1
    state["missing"] = 0
    state["unbroken"] += 1
    if state["recovering"] == 1 and state["unbroken"] < limits["lookback_bars"]:
        return _GAP, float(state["unbroken"]), float(limits["lookback_bars"])
    if jump > 0.0:
        variance = state["squares"] / state["weight"] if state["weight"] > 0.0 else 0.0
        wild = limits["jump_sigmas"] * math.sqrt(variance)
        return _JUMP, jump, max(limits["jump_fraction"], wild)
    if state["flat"] >= limits["frozen_closes"]:
        return _FROZEN, float(state["flat"]), float(limits["frozen_closes"])
    if state["silent"] >= limits["frozen_silent"]:
        return _FROZEN, float(state["silent"]), float(limits["frozen_silent"])
    return _PASSED, 0.0, 0.0


@compiled_without_allocation
def _break(state: Any) -> None:
    """Forget what must not reach over an unusable row."""
    state["recovering"] = state["started"]
    state["unbroken"] = 0
    state["close"] = 0.0
    state["squares"] = 0.0
    state["weight"] = 0.0
    state["flat"] = 0
    state["silent"] = 0
