"""A decision taken apart: what every feature read, every signal said, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.outcomes import Code

MOST_EXPLAINED = 20
_MOST_SYMBOLS = 20


@dataclass(frozen=True, slots=True)
class Vote:
    """What one signal said: `value` in [-1, 1], None when it abstained."""

    signal: str
    category: str
    value: float | None
    weight: float
    accuracy: float | None
    state: str


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """One symbol at one close. `features` are as the validator passed them on, None is withheld.

    `code`, `observed` and `limit` are of the gate that decided.
    """

    ts_ms: int
    symbol: str
    code: str
    observed: float | None
    limit: float | None
    regime: str
    forecast: float | None
    probability_up: float | None
    conviction: float | None
    features: tuple[tuple[str, float | None], ...]
    votes: tuple[Vote, ...]


def explained_orders(block: DecisionBlock, rows: NDArray[np.void]) -> Iterator[ExplainedDecision]:
    """The newest decisions among `rows` (DECISION records of this block) that sent an order."""
    ordered = rows[rows["code"] == Code.ORDERED][-MOST_EXPLAINED:]
    close_ms = block.market.open_time_ms + block.market.interval_ms - 1
    for row in ordered:
        bar = int(np.searchsorted(close_ms, row["ts_ms"]))
        if bar < close_ms.size and close_ms[bar] == row["ts_ms"]:
            yield explained_cell(block, int(row["symbol"]), bar, int(row["code"]))


def explained_close(block: DecisionBlock) -> tuple[ExplainedDecision, ...]:
    """What was said of each symbol at the last close of the block."""
    bar = block.market.open_time_ms.size - 1
    return tuple(
        explained_cell(block, row, bar) for row in range(min(len(block.market.symbols), _MOST_SYMBOLS))
    )


def explained_cell(block: DecisionBlock, symbol: int, bar: int, code: int | None = None) -> ExplainedDecision:
    """One cell of a block; `code` is the last word when a later stage than the strategy had it."""
    forecast, halts = block.forecast, block.forecast.halts
    own = int(halts.code[symbol, bar])
    trace = forecast.trace
    return ExplainedDecision(
        ts_ms=int(block.market.open_time_ms[bar]) + block.market.interval_ms - 1,
        symbol=block.market.symbols[symbol],
        code=Code(own if code is None else code).label,
        observed=_known(halts.observed[symbol, bar]) if own else None,
        limit=_known(halts.limit[symbol, bar]) if own else None,
        regime=forecast.regimes[int(forecast.regime[symbol, bar])],
        forecast=_known(forecast.forecast[symbol, bar]),
        probability_up=None if trace is None else _known(trace.probability_up[symbol, bar]),
        conviction=_known(forecast.conviction[symbol, bar]),
        features=tuple(
            (name, _known(block.features.values[row, symbol, bar]))
            for row, name in enumerate(block.features.names)
        ),
        votes=_votes(block, symbol, bar),
    )


def _votes(block: DecisionBlock, symbol: int, bar: int) -> tuple[Vote, ...]:
    trace = block.forecast.trace
    if trace is None:
        return ()
    return tuple(
        Vote(
            signal=name,
            category=trace.categories[row],
            value=_known(trace.values[row, symbol, bar]),
            weight=float(np.nan_to_num(trace.weight[row, bar])),
            accuracy=_known(trace.accuracy[row, bar]),
            state=trace.states[int(trace.state[row, bar])],
        )
        for row, name in enumerate(trace.names)
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
