"""One answer against one label: did it name a tool that was best, how far off was it, what did it cost.

An answer is looked up among the branches that were lived through; where its very value was not tried, the
nearest one of the same tool and symbol stands for it. No usable answer is the rule table's, as in a run.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED, RULES, BranchCall, ReplayOutcome
from alphastrike.traces.export.labels import utility_of
from alphastrike.traces.export.trace import Call
from alphastrike.traces.export.trace import decision as decision_of

Grid = Mapping[str, Mapping[str, Sequence[float]]]  # allowed numbers by tool and argument
_IDLE = ("no_action", "send_alert")
_PLACEBO = "placebo"
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer came to; None where a label cannot say.

    `distance` is 0 for the best's own arguments and 1 for the other end of every one, where the tool agrees.
    `regret` is utility lost against the best branch, `value` won against doing nothing.
    """

    is_valid: bool
    agrees: bool | None = None
    distance: float | None = None
    regret: float | None = None
    value: float | None = None
    is_exact: bool = True


def scored(label: ReplayOutcome | None, calls: Sequence[Call], grid: Grid) -> Score:
    """Score the valid calls of an answer; none of them is an answer that was not usable."""
    is_valid = bool(calls)
    if label is None or not label.is_faithful:
        return Score(is_valid)
    utilities = _utilities(label)
    if not utilities or NO_ACTION not in utilities:
        return Score(is_valid)
    best = _best(label, utilities)
    decision = next((call for call in calls if call.tool not in _IDLE), None)
    tool = NO_ACTION if decision is None else decision.tool
    agreeing = [each for each in best if each is not None and each.tool == tool]
    agrees = is_valid and (bool(agreeing) or (decision is None and None in best))
    distance = min((_distance(decision, each, grid) for each in agreeing), default=None) if decision else None
    branch, is_exact = _branch(label, calls, decision, (utilities, grid))
    if branch is None or branch not in utilities:
        return Score(is_valid, agrees, distance)
    highest = max(utility for name, utility in utilities.items() if not name.startswith(_PLACEBO))
    regret = max(0.0, highest - utilities[branch])
    value = utilities[branch] - utilities[NO_ACTION]
    return Score(is_valid, agrees, distance if agrees else None, regret, value, is_exact)


def _utilities(label: ReplayOutcome) -> dict[str, float]:
    found = {name: utility_of(label, name) for name in label.branches}
    return {name: utility for name, utility in found.items() if utility is not None}


def _best(label: ReplayOutcome, utilities: Mapping[str, float]) -> list[BranchCall | None]:
    """The calls of the branches none was better than; None among them where doing nothing is one."""
    own = {name: utility for name, utility in utilities.items() if not name.startswith(_PLACEBO)}
    highest = max(own.values())
    found: list[BranchCall | None] = []
    for name in sorted(own):
        if own[name] >= highest - _TINY:
            active = [call for call in label.branches[name] if call.tool not in _IDLE]
            found += active or [None]
    return found


def _branch(
    label: ReplayOutcome,
    calls: Sequence[Call],
    decision: Call | None,
    told: tuple[Mapping[str, float], Grid],
) -> tuple[str | None, bool]:
    """The branch that stands for an answer, and whether it is that very answer."""
    utilities, grid = told
    if not calls:
        return RULES, True
    said = [decision_of(call.tool, call.arguments) for call in calls]
    for name in (RECORDED, RULES):
        if said == [decision_of(call.tool, call.arguments) for call in label.branches.get(name, ())]:
            return name, True
    if decision is None:
        return NO_ACTION, True
    near: list[tuple[float, str]] = []
    for name in sorted(utilities):
        active = [call for call in label.branches[name] if call.tool not in _IDLE]
        if len(active) == 1 and _is_kin(decision, active[0]):
            near.append((_distance(decision, active[0], grid), name))
    if not near:
        return None, False
    distance, name = min(near)
    return name, distance < _TINY


def _is_kin(decision: Call, other: BranchCall) -> bool:
    return decision.tool == other.tool and decision.arguments.get("symbol") == other.arguments.get("symbol")


def _distance(decision: Call, other: BranchCall, grid: Grid) -> float:
    """Mean over the arguments that matter: steps of the grid apart, of all its steps; a symbol is or not."""
    parts = [
        abs(_place(decision.arguments.get(name), values) - _place(other.arguments.get(name), values))
        / max(1, len(values) - 1)
        for name, values in grid.get(decision.tool, {}).items()
    ]
    if "symbol" in other.arguments:
        parts.append(float(decision.arguments.get("symbol") != other.arguments["symbol"]))
    return sum(parts) / len(parts) if parts else 0.0


def _place(value: object, values: Sequence[float]) -> float:
    """Where a number stands among sorted values, in steps; between two of them by its share of the way."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    upper = bisect_left(values, value)
    if upper == 0:
        return 0.0
    if upper == len(values):
        return float(len(values) - 1)
    low, high = values[upper - 1], values[upper]
    return upper - 1 + (value - low) / (high - low)
