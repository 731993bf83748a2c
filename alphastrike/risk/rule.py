"""What a pre-trade rule is: a name, a code, a unit, where to change it, and its judgement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alphastrike.domain.outcomes import Code

# Sums of the same exposures in another order differ by less than this.
HAIR = 1.0 + 1e-9


@dataclass(frozen=True, slots=True)
class Rule:
    """One pre-trade rule. `judge(desk, after)` gives (passes, observed, limit); NaN never passes.

    `after` is a `layouts.FORESEEN` record: the account once the order and everything on its way has
    filled the worse way. Reducing orders are not judged.
    """

    name: str
    code: Code
    unit: str
    setting: str
    judge: Callable[[Any, Any], tuple[bool, float, float]]
