"""What a replay found about one intervention: the label of a trace, as values and as JSON.

A case is one way of asking the same question again: so many times the costs, this seed, this horizon.
Every case answers for every branch on the same market, so a margin is a difference within a case.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

OUTCOME_VERSION = 1
RECORDED = "recorded"
NO_ACTION = "no_action"
RULES = "rules"


class _Found(BaseModel):
    """A value read back from JSON: closed to unknown keys, and no number that is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BranchCall(_Found):
    """One tool call of a branch."""

    tool: str
    arguments: dict[str, Any]


class BranchResult(_Found):
    """How one branch ended: fractions are of the equity at the intervention.

    `utility` is what the replay configuration weighs; branches are compared by it and nothing else.
    """

    utility: float
    equity_change: float
    max_drawdown: Annotated[float, Field(ge=0)]
    liquidations: Annotated[int, Field(ge=0)] = 0
    turnover: Annotated[float, Field(ge=0)] = 0.0  # notional traded, of the equity
    triggered: Annotated[float, Field(ge=0, le=1)] = 0.0  # share of the horizon under a trigger


class ReplayCase(_Found):
    """Every branch once: `costs` multiplies fees and slippage, `seed` draws what is drawn."""

    horizon_ms: Annotated[int, Field(gt=0)]
    costs: Annotated[float, Field(gt=0)] = 1.0
    seed: int = 0
    results: dict[str, BranchResult]


class ReplayOutcome(_Found):
    """The label of one trace.

    `is_faithful` says whether the recorded branch reproduced the recorded run; a label that is not is never
    used. `branches` are the calls of each branch by its name: RECORDED, NO_ACTION, RULES, placebos and
    the grid, whose names are `placebo:N` and `tool:symbol:value`. `placebo_spread` is the standard deviation
    of the placebos' utility by horizon in milliseconds, None where there were too few to tell.
    """

    version: Literal[1] = 1
    replay_config: Annotated[str, Field(min_length=8)]  # SHA-256 of what the replay was configured with
    horizon_ms: Annotated[int, Field(gt=0)]  # the one that was decided on beforehand
    is_faithful: bool
    branches: dict[str, tuple[BranchCall, ...]]
    cases: tuple[ReplayCase, ...]
    placebo_spread: dict[int, float | None]

    def to_json(self) -> str:
        """One line; the same bytes for the same outcome."""
        return self.model_dump_json()
