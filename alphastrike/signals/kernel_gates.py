"""The gates of stage 6: what a verdict must have for the symbol to pass."""

from typing import Any

import numpy as np

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation, constant

# What is asked of every forecast, by the names it has in the configuration.
GATES = np.dtype(
    [
        ("min_active_signals", "f8"),
        ("min_active_categories", "f8"),
        ("min_coverage", "f8"),
        ("conviction_threshold", "f8"),
    ]
)

_UNKNOWN_REGIME, _NO_ACTIVE_SIGNAL = constant(Code.UNKNOWN_REGIME), constant(Code.NO_ACTIVE_SIGNAL)
_LOW_COVERAGE, _LOW_CONVICTION = constant(Code.LOW_COVERAGE), constant(Code.LOW_CONVICTION)
_EDGE_BELOW_COST = constant(Code.EDGE_BELOW_COST)


@compiled_without_allocation
def chance_of(verdict: Any) -> float:
    """Probability that the side forecast is right."""
    chance: float = 0.5 + abs(verdict["probability_up"] - 0.5)
    return chance


@compiled_without_allocation
def shut_gates(regime: Any, verdicts: Any, gates: Any, code: Any, observed: Any, limit: Any) -> None:
    """Halt each cell (symbols, bars) that still passes, by the first of the gates that is shut."""
    for symbol in range(code.shape[0]):
        for bar in range(code.shape[1]):
            if code[symbol, bar] != 0:
                continue
            verdict = verdicts[symbol, bar]
            chance = chance_of(verdict)
            if regime[symbol, bar] == 0:
                why, seen, allowed = _UNKNOWN_REGIME, 0.0, 1.0
            elif verdict["voters"] < gates["min_active_signals"]:
                why, seen, allowed = _NO_ACTIVE_SIGNAL, verdict["voters"] * 1.0, gates["min_active_signals"]
            elif verdict["categories"] < gates["min_active_categories"]:
                why, seen = _NO_ACTIVE_SIGNAL, verdict["categories"] * 1.0
                allowed = gates["min_active_categories"]
            elif verdict["coverage"] < gates["min_coverage"]:
                why, seen, allowed = _LOW_COVERAGE, verdict["coverage"], gates["min_coverage"]
            elif verdict["conviction"] < gates["conviction_threshold"]:
                why, seen, allowed = _LOW_CONVICTION, verdict["conviction"], gates["conviction_threshold"]
            elif not chance >= verdict["required"]:
                why, seen, allowed = _EDGE_BELOW_COST, chance, verdict["required"]
            else:
                continue
            code[symbol, bar] = why
            observed[symbol, bar] = seen
            limit[symbol, bar] = allowed


@compiled_without_allocation
def surplus_of(verdicts: Any, surplus: Any) -> None:
    """What a position is expected to bring beyond getting in and out, a fraction of notional."""
    for symbol in range(verdicts.shape[0]):
        for bar in range(verdicts.shape[1]):
            verdict = verdicts[symbol, bar]
            surplus[symbol, bar] = 2.0 * verdict["expected"] * (chance_of(verdict) - verdict["required"])
