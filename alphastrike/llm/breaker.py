"""The circuit breaker: asleep until a trigger fires; then it asks, judges the answer, and keeps the book.

Pure: events in, a step out, time is the event's. An answer only ever changes what stage 7 is restrained by.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.commands import AlertRaised, Request, ReviewRequested, Step
from alphastrike.domain.events import FillReceived, InterventionProposed, InterventionRevoked
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import (
    PORTFOLIO,
    Advice,
    Judgement,
    Tool,
    TriggerFired,
    Verdict,
)
from alphastrike.domain.outcomes import Code, Halted, Outcome, Passed, Stage
from alphastrike.llm.advisors.rules import rule_calls
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.guard import Guard, Situation
from alphastrike.llm.kernel_triggers import fire, hear_trade
from alphastrike.llm.report import PerformanceReport
from alphastrike.llm.reporting import Facts, Glance, report_at
from alphastrike.llm.watch import NEVER_MS, TRIGGERS
from alphastrike.llm.words import cleaned

_GRACE_MS = 5_000
_LIMITS = ("win_rate_below", "drawdown_above", "losses")
_OBSERVED = ("win_rate", "drawdown", "losses")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One review from question to effect: what was asked, said, judged, and what held before and after."""

    request: ReviewRequested
    answered_ms: int
    advice: Advice
    judgements: tuple[Judgement, ...]
    before: str  # the book as JSON
    after: str


class Breaker:
    """One account's breaker. `history` are the reviews finished since its owner last emptied it.

    `ended_early` is when an operator ended an intervention, by its id.
    """

    def __init__(self, facts: Facts, config: LlmConfig, restrain: Callable[[Any, float], None]) -> None:
        """Watch these facts; `restrain` takes every symbol's restraint and the leverage cap."""
        self.book = facts.book
        self.watch_state = facts.watch
        self.history: list[Reviewed] = []
        self.ended_early: dict[str, int] = {}
        self._facts = facts
        self._config = config
        self._restrain = restrain
        self._guard = Guard(config.guard, facts.book)
        self._open: ReviewRequested | None = None
        self._reviews = 0
        self._trades_seen = int(facts.desk.state[0]["trades_seen"])
        self._rows = {symbol: row for row, symbol in enumerate(facts.symbols)}

    @property
    def wake_ms(self) -> int:
        """The first time at which something changes by itself: an expiry, or a deadline."""
        deadline = NEVER_MS if self._open is None else self._open.deadline_ms + 1
        return min(deadline, self.book.next_expiry_ms or NEVER_MS)

    @property
    def open_review(self) -> ReviewRequested | None:
        """The review that waits for an answer."""
        return self._open

    def learn_fill(self, event: FillReceived) -> None:
        """After the desk has booked a fill: count the round trip it ended, if it did."""
        desk = self._facts.desk
        seen = int(desk.state[0]["trades_seen"])
        if seen != self._trades_seen:
            self._trades_seen = seen
            net_pnl = float(desk.recent[(seen - 1) % desk.recent.shape[0]])
            hear_trade(self.watch_state, self._rows[event.fill.symbol], net_pnl)

    def tick(self, now_ms: int) -> None:
        """Let time pass: end what is due, and a review nobody answered in time."""
        if self._open is not None and now_ms > self._open.deadline_ms:
            calls = rule_calls(PerformanceReport.model_validate_json(self._open.report))
            waited_ms = self._open.deadline_ms - self._open.event_time_ms
            advice = Advice(calls, "rules", waited_ms, cause="no_answer")
            self.hear(InterventionProposed(self._open.deadline_ms, self._open.review_id, advice))
        if self.book.expire(now_ms):
            self._apply()

    def watch(self, close_ms: int, decisions: DecisionBlock) -> tuple[Request, ...]:
        """Look at the account as it was just marked; the review to ask for, if a trigger fired."""
        desk = self._facts.desk
        if fire(self.watch_state, desk.account[0], desk.positions, close_ms) == 0:
            return ()
        return (self.review(close_ms, Glance(decisions, -1), decisions.market.interval_ms),)

    def review(self, close_ms: int, glance: Glance, interval_ms: int) -> ReviewRequested:
        """The review of the triggers that fired at this close; until it is answered none else fires."""
        fired = self._fired()
        report = report_at(self._facts, close_ms, interval_ms, fired, glance)
        self._reviews += 1
        patience_ms = int(self._config.ollama.deadline_s * 1_000) + self._config.rules_latency_ms + _GRACE_MS
        self._open = ReviewRequested(
            event_time_ms=close_ms,
            review_id=f"r{self._reviews:06d}",
            fired=fired,
            report=report.to_json(),
            deadline_ms=close_ms + patience_ms,
        )
        self.watch_state.clock[0]["is_busy"] = 1
        return self._open

    def hear(self, event: InterventionProposed | InterventionRevoked) -> Step:
        """Judge an answer, or carry out an operator's word."""
        if isinstance(event, InterventionRevoked):
            veto_ms = int(self._config.guard.veto_hours * HOUR_MS) if event.is_veto else 0
            ended = self.book.revoke(event.intervention_ids, event.event_time_ms, veto_ms)
            if ended:
                self.ended_early |= {one.intervention_id: event.event_time_ms for one in ended}
                self._apply()
            return Step((), ())
        request = self._open
        if (
            request is None
            or event.review_id != request.review_id
            or event.event_time_ms > request.deadline_ms
        ):
            limit = math.nan if request is None else float(request.deadline_ms)
            observed = float(event.event_time_ms)
            late = Halted(Stage.RISK, Code.LATE_ADVICE, PORTFOLIO, event.event_time_ms, observed, limit)
            return Step((late,), ())
        self.book.expire(event.event_time_ms)
        situation = Situation(
            review_id=request.review_id,
            now_ms=event.event_time_ms,
            leverage=float(self._facts.desk.state[0]["leverage"]),
            conviction_threshold=self._facts.conviction_threshold,
        )
        judgements = self._guard_calls(event, situation)
        alerts = _alerts(event, judgements)
        return Step(tuple(_outcome(one) for one in judgements), (), alerts)

    def snapshot(self) -> bytes:
        """Everything remembered, as JSON."""
        state = {
            "book": self.book.to_json(),
            "watch": self.watch_state.snapshot().hex(),
            "reviews": self._reviews,
            "open": None if self._open is None else _plain_request(self._open),
        }
        return json.dumps(state).encode()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot, after the desk did; what expired meanwhile ends at the next tick."""
        plain = json.loads(state)
        self.book.read_json(plain["book"])
        self.watch_state.restore(bytes.fromhex(plain["watch"]))
        self._reviews = plain["reviews"]
        self._trades_seen = int(self._facts.desk.state[0]["trades_seen"])
        self._open = None if plain["open"] is None else _read_request(plain["open"])
        self.watch_state.clock[0]["is_busy"] = self._open is not None
        self._apply()

    def _guard_calls(self, event: InterventionProposed, situation: Situation) -> tuple[Judgement, ...]:
        before = self.book.to_json()
        judgements = self._guard.judge(event.advice.calls, situation)
        self._close(event, judgements, before)
        self._apply()
        return judgements

    def _close(
        self, event: InterventionProposed, judgements: tuple[Judgement, ...], before: str | None = None
    ) -> None:
        after = self.book.to_json()
        if self._open is not None:
            reviewed = Reviewed(
                self._open, event.event_time_ms, event.advice, judgements, before or after, after
            )
            self.history.append(reviewed)
        self._open = None
        self.watch_state.clock[0]["is_busy"] = 0

    def _apply(self) -> None:
        self._restrain(self.book.restraints(), self.book.leverage_cap)

    def _fired(self) -> tuple[TriggerFired, ...]:
        watch = self.watch_state
        fired = []
        for row, scope in enumerate((PORTFOLIO, *self._facts.symbols)):
            for column, trigger in enumerate(TRIGGERS):
                if watch.state[row, column]["is_fired"]:
                    fired.append(
                        TriggerFired(
                            scope=scope,
                            trigger=trigger,
                            observed=float(watch.scopes[row][_OBSERVED[column]]),
                            limit=float(watch.rules[0][_LIMITS[column]]),
                            samples=int(watch.scopes[row]["trades"]),
                        )
                    )
        return tuple(fired)


def _outcome(one: Judgement) -> Outcome:
    if one.verdict in {Verdict.APPLIED, Verdict.CLAMPED}:
        return Passed(one.symbol, one.event_time_ms)
    return Halted(Stage.RISK, one.code, one.symbol, one.event_time_ms, one.observed, one.limit)


def _alerts(event: InterventionProposed, judgements: tuple[Judgement, ...]) -> tuple[AlertRaised, ...]:
    """At most one alert a review; who is told is not the model's choice."""
    for call, judgement in zip(event.advice.calls, judgements, strict=True):
        if judgement.tool == Tool.SEND_ALERT.value and judgement.verdict is Verdict.APPLIED:
            severity = cleaned(call.arguments["severity"], 10)
            message = judgement.reason or "the circuit breaker asks for attention"
            return (AlertRaised(event.event_time_ms, severity, message),)
    return ()


def _plain_request(request: ReviewRequested) -> dict[str, Any]:
    return {
        "event_time_ms": request.event_time_ms,
        "review_id": request.review_id,
        "fired": [
            [one.scope, one.trigger.value, one.observed, one.limit, one.samples] for one in request.fired
        ],
        "report": request.report,
        "deadline_ms": request.deadline_ms,
    }


def _read_request(plain: dict[str, Any]) -> ReviewRequested:
    named = {trigger.value: trigger for trigger in TRIGGERS}
    fired = tuple(TriggerFired(one[0], named[one[1]], *one[2:]) for one in plain["fired"])
    return ReviewRequested(**{**plain, "fired": fired})
