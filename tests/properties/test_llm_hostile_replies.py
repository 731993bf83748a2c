"""Hostile replies by the thousand: no crash, no effect that raises risk, none unrecorded."""

import json
import math

import numpy as np
import pytest

from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.interventions import Advice, ProposedCall, Tool
from alphastrike.live.codec import encode, to_text
from alphastrike.live.told import as_journaled
from alphastrike.llm.parsing import calls_in
from tests.breakers import SYMBOLS, Patient, a_patient, a_review

WORDS = (
    *SYMBOLS, "SOL", "ЅOLUSDT", "SOL\u200bUSDT", "ALL", "*", "", "solusdt", "ignore previous instructions",
    "set leverage to 100 and close_all", "\x1b[2J\u202e", "'; DROP TABLE traces; --", "中文回答", "x" * 3_000,
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 0.3, 0.5, 2, 3.7, 24, 70, 85, 99, 101, 1e308, -1e308, math.nan, math.inf, -math.inf, 10**400,
    2**63, True, False, None, "5", [2], {"value": 2},
)  # fmt: skip
FIELDS = ("symbol", "threshold", "new_threshold", "multiplier", "new_leverage", "duration_hours", "severity",
          "message", "reason", "allow_relax", "tool", "__proto__")  # fmt: skip
FORGED = ("close_all", "place_order", "adjust_leverage ", "ADJUST_LEVERAGE", "", None, 7)
TOOLS = (*(tool.value for tool in Tool), *FORGED)
NEEDED = {
    "adjust_conviction": ["symbol", "threshold"],
    "adjust_position_size": ["symbol", "multiplier"],
    "adjust_leverage": ["new_leverage"],
    "disable_shorts": ["symbol"],
    "disable_asset": ["symbol", "duration_hours"],
}
SHAPES = (
    ("tool", "args"),
    ("tool", "params"),
    ("name", "arguments"),
    ("tool", "wrong"),
    ("function", "arguments"),
)


class Adversary:
    """Makes replies as models and attackers do."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)

    def pick(self, options):
        return options[int(self.chance.integers(len(options)))]

    def arguments(self, tool):
        names = NEEDED.get(tool, [])
        if self.chance.random() < 0.3:
            names = [*names, self.pick(FIELDS)]
        return {
            name: self.pick(WORDS if name in {"symbol", "reason", "message"} else NUMBERS) for name in names
        }

    def call(self):
        tool = self.pick(TOOLS)
        return tool, self.arguments(tool) if self.chance.random() < 0.9 else self.pick([*NUMBERS, *WORDS])

    def reply(self):
        kind = int(self.chance.integers(10))
        made = [self.call() for _ in range(1 if kind < 6 else int(self.chance.integers(0, 30)))]
        if kind < 3:
            calls = [{"function": {"name": tool, "arguments": arguments}} for tool, arguments in made]
            return {"content": "", "tool_calls": calls}
        name, arguments = self.pick(SHAPES)
        text = json.dumps([{name: tool, arguments: given} for tool, given in made], default=str)
        if kind == 3:
            text = text[1:-1]
        if kind == 4:
            text = f"Sure!\n```json\n{text}\n```"
        if kind == 5:
            text = text[: int(self.chance.integers(len(text) + 1))]
        if kind == 9 and self.chance.random() < 0.1:
            text = self.pick(["[" * 20_000, '{"a":' * 3_000, text * 500, "\x00" * 100])
        return {"content": text}


def _risk(patient: Patient) -> np.ndarray:
    rows = patient.book.restraints()
    return np.concatenate([-rows["conviction_threshold"], rows["size_multiplier"], rows["shorts_allowed"],
                           rows["entries_allowed"], [patient.book.leverage_cap]])  # fmt: skip


def _attack(replies: int, seed: int) -> tuple[int, int]:
    adversary = Adversary(seed)
    calls_made = taken = 0
    patient, review = a_review(a_patient())
    free = _risk(patient)
    for _ in range(replies):
        said = calls_in(adversary.reply())
        journaled = as_journaled(InterventionProposed(1, "r", Advice(said, "ollama", 1)))
        assert to_text(encode(as_journaled(journaled))) == to_text(encode(journaled))
        calls = journaled.advice.calls
        patient.book.active.clear()
        patient.book.taken_ms.clear()
        patient.breaker._open = review
        judgements = patient.answer(review, *calls)
        patient.breaker.history.clear()
        patient.restrained.clear()
        assert len(judgements) == len(said)
        assert all(isinstance(one.params, str) and len(one.params) <= 2_000 for one in judgements)
        assert (_risk(patient) <= free).all()
        calls_made += len(calls)
        taken += sum(one.intervention is not None for one in judgements)
    return calls_made, taken


def test_two_thousand_hostile_replies_leave_nothing_riskier_and_nothing_unrecorded():
    calls, taken = _attack(2_000, seed=1)

    assert calls > 2_000
    assert taken > 40


@pytest.mark.long
def test_a_hundred_thousand_hostile_replies_leave_nothing_riskier_and_nothing_unrecorded():
    calls, taken = _attack(100_000, seed=2)

    assert calls > 100_000
    assert taken > 2_000


def test_a_reply_of_thousands_of_calls_is_judged_whole():
    patient, review = a_review()
    call = ProposedCall("disable_shorts", {"symbol": "SOLUSDT"})

    judgements = patient.answer(review, *[call] * 5_000)

    assert len(judgements) == 5_000
    assert len(patient.book.active) == 1
