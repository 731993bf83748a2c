"""What a branch came to, and everything one decision's branches came to."""

from dataclasses import dataclass
from typing import Any

PLACEBO, GRID = "placebo", "grid"
DECISION, POLICY = "decision", "policy"


@dataclass(frozen=True, slots=True)
class Case:
    """One way of asking the same question.

    `estimand` is DECISION, nobody is asked again after this review, or POLICY, the breaker goes on.
    `costs` multiplies fees, spread, slippage and impact from the fork on.
    """

    estimand: str
    horizon_ms: int
    costs: float = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """How a branch ended. Fractions are of the equity at the fork, `liquidations` are counted.

    `utility` is what branches are compared by in labels: see `ReplayConfig`. `triggered` is the share of
    closes at which a trigger that fired was still beyond its limit, of the worst such trigger.
    """

    utility: float
    equity_change: float
    max_drawdown: float
    liquidations: int
    turnover: float
    triggered: float


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative. `calls` are (tool, arguments); `kind` is RECORDED, NO_ACTION, RULES, PLACEBO or GRID.

    `group` is what it is averaged with over many decisions: its kind, or its tool and value.
    """

    name: str
    kind: str
    group: str
    calls: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True, slots=True)
class BranchRun:
    """A branch with its results by case, and its equity as a fraction of that at the fork.

    `verdicts` is what the guard made of its calls. `unrecorded` counts later reviews of the policy
    estimand that no recording answered, so that the rule table did. `is_own` is False for a branch that
    left the same restraints as an earlier one and was not run again.
    """

    branch: Branch
    results: dict[Case, Measured]
    verdicts: tuple[str, ...]
    path: tuple[float, ...] = ()
    unrecorded: int = 0
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class DecisionReplay:
    """One review with all its branches.

    `unfaithful` is the first number in which the control differs from the recorded run, None when it is
    that run. `is_whole` is False where the data end before the horizon. `path_ms` are the times of every
    branch's `path`. `replays` counts branches that were run, in all cases.
    """

    run_id: str
    review_id: str
    ts_ms: int
    triggers: str
    review: dict[str, Any]  # columns of reviews.parquet that say who answered, what, and how fast
    calls: tuple[dict[str, Any], ...]  # judged, rows of interventions.parquet
    unfaithful: str | None
    is_whole: bool
    branches: tuple[BranchRun, ...]
    path_ms: tuple[int, ...] = ()
    replays: int = 0
    seen_ms: int = 0  # how far beyond the fork the data reach

    def run_of(self, name: str) -> BranchRun | None:
        """The branch of this name."""
        return next((one for one in self.branches if one.branch.name == name), None)

    def result_of(self, name: str, case: Case) -> Measured:
        """How the branch of this name ended in a case; KeyError for one that was not run."""
        found = self.run_of(name)
        if found is None:
            raise KeyError(name)
        return found.results[case]
