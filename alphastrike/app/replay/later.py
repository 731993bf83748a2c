"""Who answers the reviews that come after a fork, when the breaker goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from alphastrike.app.circuit import Circuit
from alphastrike.app.replay.branches import recorded_calls
from alphastrike.backtest.replay.outcomes import PLACEBO, Branch
from alphastrike.domain.commands import Request, ReviewRequested
from alphastrike.domain.counterfactuals import NO_ACTION, RULES
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.interventions import Advice, ProposedCall, Tool
from alphastrike.llm.advisors.random_palette import RandomPalette
from alphastrike.llm.advisors.rules import rule_calls
from alphastrike.llm.report import PerformanceReport, fingerprint

Row = dict[str, Any]


class Answers(Protocol):
    """Whoever answers the reviews of an account that goes its own way."""

    def answer(self, request: ReviewRequested) -> InterventionProposed:
        """The answer, with the time it arrives."""
        ...


class LaterAnswers:
    """Answers that stay true to a branch.

    `no_action` never does anything, `rules` and a placebo go on as they began. Every other branch is
    answered as the run was, found by the hash of the report; a report the run never wrote gets the rule
    table's answer and is counted in `unrecorded`.
    """

    def __init__(self, reviews: Iterable[Row], latency_ms: int, seed: int) -> None:
        """Answer from these reviews; the rest after `latency_ms`."""
        self.unrecorded = 0
        self._answers = {row["report_sha256"]: row for row in reviews}
        self._latency_ms = latency_ms
        self._seed = seed
        self._branch: Branch | None = None

    def stay_with(self, branch: Branch) -> None:
        """Answer for this branch from now on."""
        self._branch = branch
        self.unrecorded = 0

    @property
    def manner(self) -> str:
        """Branches with the same manner are answered alike."""
        branch = self._branch
        if branch is None or branch.kind not in {NO_ACTION, RULES, PLACEBO}:
            return "recorded"
        return branch.name

    def answer(self, request: ReviewRequested) -> InterventionProposed:
        """The answer of this branch, with the time it arrives."""
        if self.manner == "recorded" and (row := self._answers.get(fingerprint(request.report))) is not None:
            latency_ms = int(row["answered_ms"]) - int(row["ts_ms"])
            advice = Advice(recorded_calls(row), str(row["source"]), latency_ms)
        else:
            advice = Advice(self._calls(request.report), "replay", self._latency_ms)
        arrival_ms = request.event_time_ms + max(1, advice.latency_ms)
        return InterventionProposed(arrival_ms, request.review_id, advice)

    def _calls(self, report: str) -> tuple[ProposedCall, ...]:
        manner = self.manner
        if manner == NO_ACTION:
            return (ProposedCall(Tool.NO_ACTION.value, {"reason": "counterfactual"}),)
        if manner.startswith(PLACEBO):
            number = int(manner.partition(":")[2])
            return (RandomPalette(self._seed + number, self._latency_ms).call_for(report),)
        self.unrecorded += manner == "recorded"
        return rule_calls(PerformanceReport.model_validate_json(report))


@dataclass(slots=True)
class ForkedCircuit(Circuit):
    """The correspondence of a branch: answered on the spot, without snapshots nobody forks at."""

    later: Answers | None = None

    def send(self, request: Request) -> None:
        """Post the branch's answer to a review; alerts alert nobody."""
        if isinstance(request, ReviewRequested) and self.later is not None:
            self.post(self.later.answer(request))
