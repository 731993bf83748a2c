"""Asking an advisor: one deadline over everything, and the rule table whenever there is no usable answer."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from alphastrike.domain.interventions import Advice
from alphastrike.llm.advisors.rules import RuleTable
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.llm.strangers import checked, checked_failure


class Advisor(Protocol):
    """Anyone who may be asked. Other providers of models are plugins behind this."""

    name: str

    async def advise(self, request: ReviewRequested, trace_id: str) -> Advice:
        """Answer one review, or raise `AdvisorFailed`; any other exception counts as a failure too."""
        ...


class Consultant:
    """Asks one advisor, keeps to the deadline, and leaves an advisor alone that keeps failing."""

    def __init__(
        self,
        advisor: Advisor,
        config: LlmConfig,
        run_id: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` measures how long answers take, in seconds."""
        self._advisor = advisor
        self._config = config
        self._run_id = run_id
        self._clock = clock
        self._rules = RuleTable(config.rules_latency_ms)
        self._failures = 0
        self._rests_until_ms = -1
        self._spent = (0, 0)  # the market's day, and the tokens it has cost

    async def ask(self, request: ReviewRequested) -> Advice:
        """The advisor's answer, or the rule table's with the cause; never raises."""
        trace_id = f"{self._run_id}-{request.review_id}"
        if (kept := self._kept_from_asking(request)) is not None:
            return await self._fall_back(request, trace_id, kept, 0)
        started = self._clock()
        try:
            async with asyncio.timeout(self._config.ollama.deadline_s):
                advice = checked(await self._advisor.advise(request, trace_id))
        except AdvisorFailed as failure:
            failed = checked_failure(failure)
        except TimeoutError:
            failed = AdvisorFailed("deadline", f"no answer within {self._config.ollama.deadline_s} s")
        except Exception as error:  # noqa: BLE001 - an advisor is a stranger, and trading goes on
            failed = checked_failure(AdvisorFailed("advisor_error", f"{type(error).__name__}: {error}"))
        else:
            self._failures = 0
            self._spend(request, advice.details)
            return replace(advice, trace_id=advice.trace_id or trace_id)
        waited_ms = self._simulated(int((self._clock() - started) * 1_000))
        if failed.cause != "not_recorded":  # a store that lacks one answer may have the next
            self._count_failure(request)
        self._spend(request, failed.facts)
        return await self._fall_back(request, trace_id, failed, waited_ms)

    def _kept_from_asking(self, request: ReviewRequested) -> AdvisorFailed | None:
        """Why the advisor is not asked at all: it rests after failures, or the day's tokens are spent."""
        if request.event_time_ms < self._rests_until_ms:
            return AdvisorFailed("resting")
        most, (day, tokens) = self._config.ollama.tokens_per_day, self._spent
        if 0 < most <= tokens and day == request.event_time_ms // DAY_MS:
            return AdvisorFailed("budget", f"observed {tokens} tokens today, allowed up to {most}")
        return None

    def _spend(self, request: ReviewRequested, facts: Mapping[str, Any]) -> None:
        today = request.event_time_ms // DAY_MS
        day, tokens = self._spent
        new = facts.get("tokens")
        self._spent = (today, (tokens if day == today else 0) + (new if type(new) is int else 0))

    def _simulated(self, measured_ms: int) -> int:
        """Time lost on a failure: a fixed latency stands for whatever was measured."""
        fixed = self._config.latency_ms
        longest = int(self._config.ollama.deadline_s * 1_000)
        return min(longest, measured_ms if fixed is None else fixed)

    def _count_failure(self, request: ReviewRequested) -> None:
        self._failures += 1
        if self._failures >= self._config.ollama.failures:
            self._failures = 0
            self._rests_until_ms = request.event_time_ms + int(self._config.ollama.rest_hours * HOUR_MS)

    async def _fall_back(
        self, request: ReviewRequested, trace_id: str, failed: AdvisorFailed, waited_ms: int
    ) -> Advice:
        advice = await self._rules.advise(request, trace_id)
        details: dict[str, Any] = {**failed.facts, "asked": self._advisor.name, "failure": failed.detail}
        return replace(
            advice,
            # What was refused on the way is recorded too; the table's own calls come after it.
            calls=(*failed.calls, *advice.calls),
            latency_ms=advice.latency_ms + waited_ms,
            cause=failed.cause,
            details=details,
        )
