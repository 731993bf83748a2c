"""Which gate of stage 6 is named, and what it saw."""

import math

import numpy as np
import pytest

from alphastrike.domain.outcomes import Code
from alphastrike.signals.kernel_combine import VERDICT
from alphastrike.signals.kernel_gates import GATES, shut_gates, surplus_of

GOOD = {
    "probability_up": 0.6, "conviction": 60.0, "coverage": 0.8, "required": 0.53,
    "expected": 0.02, "voters": 3, "categories": 2,
}  # fmt: skip


def judged(*, regime=1, before=0, **changed):
    """(code, observed, limit) of one cell whose verdict is good but for what is named."""
    verdicts, gates = np.zeros((1, 1), dtype=VERDICT), np.zeros(1, dtype=GATES)
    for name, value in {**GOOD, **changed}.items():
        verdicts[name] = value
    gates[0] = (2, 2, 0.5, 55.0)
    code = np.full((1, 1), before, dtype=np.int16)
    observed, limit = np.zeros((1, 1)), np.zeros((1, 1))
    shut_gates(np.full((1, 1), regime, dtype=np.int8), verdicts, gates[0], code, observed, limit)
    return int(code[0, 0]), observed[0, 0], limit[0, 0]


def test_a_good_verdict_passes():
    assert judged() == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"regime": 0}, (Code.UNKNOWN_REGIME, 0.0, 1.0)),
        ({"voters": 1}, (Code.NO_ACTIVE_SIGNAL, 1.0, 2.0)),
        ({"categories": 1}, (Code.NO_ACTIVE_SIGNAL, 1.0, 2.0)),
        ({"coverage": 0.4}, (Code.LOW_COVERAGE, 0.4, 0.5)),
        ({"conviction": 54.9}, (Code.LOW_CONVICTION, 54.9, 55.0)),
        ({"probability_up": 0.48}, (Code.EDGE_BELOW_COST, 0.52, 0.53)),
    ],
)
def test_a_shut_gate_is_named_with_what_it_saw_and_asks(changed, told):
    assert judged(**changed) == pytest.approx(told)


def test_of_several_shut_gates_the_first_is_named():
    assert judged(voters=1, coverage=0.1, conviction=0.0)[0] == Code.NO_ACTIVE_SIGNAL
    assert judged(regime=0, voters=0)[0] == Code.UNKNOWN_REGIME


def test_an_edge_that_nobody_can_tell_is_below_cost():
    assert judged(required=math.nan)[0] == Code.EDGE_BELOW_COST


def test_an_earlier_halt_stands():
    assert judged(regime=0, before=int(Code.GAP)) == (Code.GAP, 0.0, 0.0)


@pytest.mark.parametrize("up", [0.6, 0.4])
def test_the_surplus_is_what_the_likelier_side_brings_beyond_its_cost(up):
    verdicts, surplus = np.zeros((1, 1), dtype=VERDICT), np.empty((1, 1))
    for name, value in {**GOOD, "probability_up": up}.items():
        verdicts[name] = value

    surplus_of(verdicts, surplus)

    assert surplus[0, 0] == pytest.approx(2 * 0.02 * (0.6 - 0.53))
