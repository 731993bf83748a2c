"""What the tally of a bar halts."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation, constant

_NON_FINITE, _OUT_OF_RANGE = constant(Code.NON_FINITE), constant(Code.OUT_OF_RANGE)
_NO_REFERENCE, _DRIFT = constant(Code.NO_REFERENCE), constant(Code.DRIFT)


@compiled_without_allocation
def halt_distrusted(
    tally: Any, plan: Any, most_distrusted: float, has_memory: bool, code: Any, observed: Any, limit: Any
) -> None:
    """Halt each cell (symbols, bars) that still passes and cannot be trusted, by the first reason that holds.

    `most_distrusted` is the share of the features that may be withheld or wait for a reference. Without
    memory nothing has a reference, and nothing needs one.
    """
    for symbol in range(code.shape[0]):
        for bar in range(code.shape[1]):
            if code[symbol, bar] != 0:
                continue
            cell = tally[symbol, bar]
            if cell["non_finite"] > 0:
                code[symbol, bar] = _NON_FINITE
                observed[symbol, bar] = cell["non_finite"]
                limit[symbol, bar] = 0.0
            elif cell["broken"] == 1:
                code[symbol, bar] = _OUT_OF_RANGE
                observed[symbol, bar] = cell["observed"]
                limit[symbol, bar] = cell["limit"]
            elif has_memory:
                _halt_drifted(symbol, bar, cell, plan, most_distrusted, code, observed, limit)


@compiled_without_allocation
def _halt_drifted(
    symbol: int, bar: int, cell: Any, plan: Any, most_distrusted: float, code: Any, observed: Any, limit: Any
) -> None:
    referenced, waiting = cell["referenced"], cell["waiting"]
    if referenced == 0 or waiting > most_distrusted * (referenced + waiting) or cell["lacking"] == 1:
        needed = cell["needed"] if cell["needed"] > 0 else plan["reference"]
        code[symbol, bar] = _NO_REFERENCE
        observed[symbol, bar] = plan["sample_bars"] * cell["collected"]
        limit[symbol, bar] = plan["sample_bars"] * needed
        return
    share = cell["distrusted"] / max(cell["speaking"], 1)
    if cell["lacking"] == 2 or share > most_distrusted:
        code[symbol, bar] = _DRIFT
        observed[symbol, bar] = share
        limit[symbol, bar] = 0.0 if cell["lacking"] == 2 else most_distrusted
