"""The label of a trace goes to JSON and back, and refuses what is no number."""

import json

import pytest
from pydantic import ValidationError

from alphastrike.domain.counterfactuals import BranchCall, BranchResult, ReplayCase, ReplayOutcome

DAY_MS = 86_400_000


def _outcome():
    result = BranchResult(utility=0.02, equity_change=0.03, max_drawdown=0.01, liquidations=0)
    return ReplayOutcome(
        replay_config="ab" * 32,
        horizon_ms=7 * DAY_MS,
        is_faithful=True,
        branches={"recorded": (BranchCall(tool="adjust_leverage", arguments={"new_leverage": 2}),)},
        cases=(ReplayCase(horizon_ms=7 * DAY_MS, costs=2.0, seed=3, results={"recorded": result}),),
        placebo_spread={7 * DAY_MS: 0.004, 3 * DAY_MS: None},
    )


def test_an_outcome_reads_back_as_it_was_written():
    outcome = _outcome()

    assert ReplayOutcome.model_validate_json(outcome.to_json()) == outcome


@pytest.mark.parametrize(
    ("key", "value"), [("utility", float("nan")), ("max_drawdown", -0.1), ("profit", 1.0)]
)
def test_a_result_that_is_no_number_or_not_known_is_refused(key, value):
    told = json.loads(_outcome().to_json())
    told["cases"][0]["results"]["recorded"][key] = value

    with pytest.raises(ValidationError):
        ReplayOutcome.model_validate(told)
