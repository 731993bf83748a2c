"""Which reason the validator names, and what it observed."""

import numpy as np
import pytest

from alphastrike.domain.outcomes import Code
from alphastrike.validation.kernel_halts import halt_distrusted
from alphastrike.validation.records import PLAN, TALLY

HEALTHY = {"referenced": 8, "speaking": 8, "collected": 900, "needed": 0}


def halted(*, share=0.25, has_memory=True, before=0, **changed):
    """(code, observed, limit) of one cell whose features are healthy but for what is named."""
    tally, plan = np.zeros((1, 1), dtype=TALLY), np.zeros(1, dtype=PLAN)
    for name, value in {**HEALTHY, **changed}.items():
        tally[name] = value
    plan["sample_bars"], plan["reference"] = 2, 500
    code = np.full((1, 1), before, dtype=np.int16)
    observed, limit = np.zeros((1, 1)), np.zeros((1, 1))
    halt_distrusted(tally, plan[0], share, has_memory, code, observed, limit)
    return int(code[0, 0]), observed[0, 0], limit[0, 0]


@pytest.mark.parametrize("distrusted", [0, 2])
def test_a_symbol_passes_while_no_more_than_the_share_is_withheld(distrusted):
    assert halted(distrusted=distrusted) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"non_finite": 2}, (Code.NON_FINITE, 2.0, 0.0)),
        ({"broken": 1, "observed": 7.5, "limit": 5.0}, (Code.OUT_OF_RANGE, 7.5, 5.0)),
        ({"referenced": 0, "speaking": 0, "collected": 30}, (Code.NO_REFERENCE, 60.0, 1000.0)),
        ({"waiting": 3, "collected": 30, "needed": 80}, (Code.NO_REFERENCE, 60.0, 160.0)),
        ({"lacking": 1}, (Code.NO_REFERENCE, 1800.0, 1000.0)),
        ({"lacking": 2, "distrusted": 1}, (Code.DRIFT, 0.125, 0.0)),
        ({"distrusted": 3}, (Code.DRIFT, 0.375, 0.25)),
        ({"distrusted": 1, "share": 0.0}, (Code.DRIFT, 0.125, 0.0)),
    ],
)
def test_a_reason_comes_with_what_was_observed_and_allowed(changed, told):
    assert halted(**changed) == told


def test_of_several_reasons_the_first_is_named():
    assert halted(non_finite=1, broken=1, lacking=2)[0] == Code.NON_FINITE
    assert halted(broken=1, lacking=1)[0] == Code.OUT_OF_RANGE
    assert halted(waiting=8, lacking=2, distrusted=8)[0] == Code.NO_REFERENCE


def test_where_nothing_is_remembered_nothing_needs_a_reference():
    assert halted(has_memory=False, referenced=0) == (0, 0.0, 0.0)


def test_an_earlier_halt_stands():
    assert halted(before=int(Code.WARM_UP), non_finite=1) == (Code.WARM_UP, 0.0, 0.0)
