"""What a label says: which answer was better by more than chance, or that there is no telling.

A margin counts only where it beats the placebos' spread at every horizon, and its sign holds at every cost
and for four seeds in five. Candidates are what was said, nothing at all, and the rule table; the best of a
whole grid would be the luckiest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED, RULES, ReplayCase, ReplayOutcome
from alphastrike.traces.export.trace import decision

_SEEDS_AGREEING = 0.8
_LEAST_MARGIN = 0.0005  # of utility; blind draws that all did nothing have no spread to beat
_IDLE = ("no_action", "send_alert")
_CANDIDATES = (RECORDED, NO_ACTION, RULES)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one report. `margin` is of utility, at the horizon and costs decided on beforehand."""

    chosen: str
    rejected: str
    margin: float
    placebo_spread: float


def value_of(label: ReplayOutcome | None) -> float | None:
    """What the recorded answer was worth against doing nothing; None without a label to be believed."""
    return None if label is None or not label.is_faithful else _margin(label, RECORDED, NO_ACTION)


def pair_of(label: ReplayOutcome | None) -> Pair | None:
    """The pair a label supports: the best candidate against what was said, or that against nothing."""
    if label is None or not label.is_faithful:
        return None
    ranked = [(utility_of(label, name), name) for name in _CANDIDATES]
    known = [(utility, name) for utility, name in ranked if utility is not None]
    if RECORDED not in {name for _, name in known} or len(known) < 2:
        return None
    best = max(known, key=lambda one: one[0])[1]
    chosen, rejected = (RECORDED, NO_ACTION) if best == RECORDED else (best, RECORDED)
    return _supported(label, chosen, rejected)


def is_good(label: ReplayOutcome | None) -> bool | None:
    """Whether what was said beat doing nothing (True), lost to it (False), or neither (None)."""
    if label is None or not label.is_faithful:
        return None
    if _supported(label, RECORDED, NO_ACTION):
        return True
    return False if _supported(label, NO_ACTION, RECORDED) else None


def best_branch(label: ReplayOutcome) -> str | None:
    """The branch with the highest utility at the horizon decided on; placebos are no answer to imitate."""
    known = [
        (utility, name)
        for name in sorted(label.branches)
        if not name.startswith("placebo") and (utility := utility_of(label, name)) is not None
    ]
    return max(known, key=lambda one: one[0])[1] if known else None


def _decisions(label: ReplayOutcome, branch: str) -> list[list[Any]]:
    calls = label.branches.get(branch, ())
    return [decision(call.tool, call.arguments) for call in calls if call.tool not in _IDLE]


def _supported(label: ReplayOutcome, chosen: str, rejected: str) -> Pair | None:
    if _decisions(label, chosen) == _decisions(label, rejected):
        return None
    horizons = {case.horizon_ms for case in label.cases}
    costs = {case.costs for case in label.cases}
    # What was asked once cannot be said to hold.
    if len(horizons) < 2 or len(costs) < 2 or label.horizon_ms not in horizons:
        return None
    for horizon_ms in horizons:
        if not _holds(label, horizon_ms, chosen, rejected):
            return None
    margin, spread = _margin(label, chosen, rejected), label.placebo_spread[label.horizon_ms]
    return None if margin is None or spread is None else Pair(chosen, rejected, margin, spread)


def _holds(label: ReplayOutcome, horizon_ms: int, chosen: str, rejected: str) -> bool:
    """Whether the margin beats the spread at a horizon, and its sign holds at every cost."""
    spread = label.placebo_spread.get(horizon_ms)
    mine = [case for case in label.cases if case.horizon_ms == horizon_ms]
    by_costs: dict[float, list[float]] = {}
    for case in mine:
        difference = _difference(case, chosen, rejected)
        if difference is None:
            return False
        by_costs.setdefault(case.costs, []).append(difference)
    if spread is None or len(by_costs) < 2:
        return False
    base = by_costs.get(1.0) or by_costs[min(by_costs)]
    agree = all(sum(one > 0 for one in seeds) >= _SEEDS_AGREEING * len(seeds) for seeds in by_costs.values())
    return agree and fmean(base) > max(spread, _LEAST_MARGIN)


def _margin(label: ReplayOutcome, chosen: str, rejected: str) -> float | None:
    found = [_difference(case, chosen, rejected) for case in _base_cases(label)]
    known = [one for one in found if one is not None]
    return fmean(known) if known and len(known) == len(found) else None


def utility_of(label: ReplayOutcome, branch: str) -> float | None:
    """A branch's mean utility over seeds, at the horizon decided on and the costs as they are."""
    found = [case.results[branch].utility for case in _base_cases(label) if branch in case.results]
    return fmean(found) if found else None


def _base_cases(label: ReplayOutcome) -> Iterator[ReplayCase]:
    return (case for case in label.cases if case.horizon_ms == label.horizon_ms and case.costs == 1.0)


def _difference(case: ReplayCase, chosen: str, rejected: str) -> float | None:
    if chosen not in case.results or rejected not in case.results:
        return None
    return case.results[chosen].utility - case.results[rejected].utility
