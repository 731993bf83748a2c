"""An answer is worth what its branch came to, and a name alone is no agreement about numbers."""

import pytest

from alphastrike.domain.counterfactuals import ReplayOutcome
from alphastrike.traces.evaluation.scoring import Score, scored
from alphastrike.traces.export.trace import Call

WEEK_MS = 604_800_000
GRID = {
    "adjust_leverage": {"new_leverage": (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)},
    "disable_asset": {"duration_hours": (4.0, 8.0, 12.0, 24.0, 48.0, 72.0, 168.0)},
}
BRANCHES = {
    "recorded": ([("adjust_leverage", {"new_leverage": 3, "reason": "a"})], -0.01),
    "no_action": ([("no_action", {"reason": "counterfactual"})], 0.0),
    "rules": ([("disable_asset", {"symbol": "SOLUSDT", "duration_hours": 24})], 0.01),
    "adjust_leverage::1": ([("adjust_leverage", {"new_leverage": 1})], 0.03),
    "adjust_leverage::4": ([("adjust_leverage", {"new_leverage": 4})], -0.02),
    "placebo:0": ([("disable_shorts", {"symbol": "SOLUSDT"})], 0.9),
}


def _label(**told):
    results = {
        name: {"utility": utility, "equity_change": 0.0, "max_drawdown": 0.0}
        for name, (_, utility) in BRANCHES.items()
    }
    case = {"horizon_ms": WEEK_MS, "costs": 1.0, "seed": 0, "results": results}
    branches = {
        name: [{"tool": tool, "arguments": arguments} for tool, arguments in calls]
        for name, (calls, _) in BRANCHES.items()
    }
    whole = {"replay_config": "ab" * 32, "horizon_ms": WEEK_MS, "is_faithful": True, "branches": branches}
    return ReplayOutcome.model_validate({**whole, "cases": [case], "placebo_spread": {}, **told})


def _lever(value, **more):
    return [("adjust_leverage", {"new_leverage": value, **more})]


def _disable(symbol):
    return [("disable_asset", {"symbol": symbol, "duration_hours": 24})]


KNOWN = {
    "the best itself": (_lever(1), True, 0.0, 0.0, 0.03),
    "five of six steps off, and that branch lost to nothing": (_lever(4), True, 5 / 6, 0.05, -0.02),
    "what was said, whatever its reason": (_lever(3, reason="b"), True, 4 / 6, 0.04, -0.01),
    "a value never tried, one step off": (_lever(1.5), True, 1 / 6, 0.0, 0.03),
    "another tool": (_disable("SOLUSDT"), False, None, 0.02, 0.01),
    "a symbol never tried": (_disable("BTCUSDT"), False, None, None, None),
    "nothing": ([("no_action", {"reason": ""})], False, None, 0.03, 0.0),
    "a word to the operator": ([("send_alert", {"severity": "info"})], False, None, 0.03, 0.0),
    "no usable answer, so the rule table's": ([], False, None, 0.02, 0.01),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_scores(name):
    calls, agrees, distance, regret, value = KNOWN[name]

    found = scored(_label(), [Call(tool, arguments) for tool, arguments in calls], GRID)

    assert (found.is_valid, found.agrees) == (bool(calls), agrees)
    assert [found.distance, found.regret, found.value] == [
        None if known is None else pytest.approx(known) for known in (distance, regret, value)
    ]
    assert found.is_exact == (name not in {"a value never tried, one step off", "a symbol never tried"}) or (
        found.regret is None
    )


def test_a_placebo_is_nothing_to_regret():
    best = scored(_label(), [Call("adjust_leverage", {"new_leverage": 1})], GRID)

    assert best.regret == 0.0


@pytest.mark.parametrize("label", [None, _label(is_faithful=False), _label(cases=[])])
def test_without_a_label_to_be_believed_only_validity_is_known(label):
    assert scored(label, [Call("no_action", {})], GRID) == Score(True)
    assert scored(label, [], GRID) == Score(False)


def test_where_nothing_was_best_doing_nothing_agrees():
    label, case = _label(), _label().cases[0]
    results = {
        name: one.model_copy(update={"utility": min(one.utility, 0.0)}) for name, one in case.results.items()
    }
    label = label.model_copy(update={"cases": (case.model_copy(update={"results": results}),)})

    assert scored(label, [Call("no_action", {})], GRID).agrees is True
    assert scored(label, [Call("adjust_leverage", {"new_leverage": 1})], GRID).agrees is True  # as good
    assert scored(label, [Call("adjust_leverage", {"new_leverage": 4})], GRID).regret == pytest.approx(0.02)
