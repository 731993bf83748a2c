"""Answers from a trace store: a run with a model, again, bit for bit and without the model."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.llm.report import fingerprint


class RecordedAnswers:
    """An advisor that finds its answer by the report's hash; a report never seen has none."""

    name = "recorded"

    def __init__(self, answers: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """`answers` are (report hash, row), oldest first: of several recordings the last one counts."""
        self._answers: dict[str, Mapping[str, Any]] = {}
        for report_sha256, row in answers:
            self._answers[report_sha256] = row

    async def advise(self, request: ReviewRequested, trace_id: str) -> Advice:  # noqa: ARG002
        """The recorded answer, with its own source, cause, latency and trace."""
        row = self._answers.get(fingerprint(request.report))
        if row is None:
            raise AdvisorFailed("not_recorded")
        return Advice(
            calls=tuple(ProposedCall(one["tool"], one["arguments"]) for one in json.loads(row["calls"])),
            source=row["advisor"],
            latency_ms=int(row["latency_ms"]),
            cause=row["cause"],
            trace_id=row["trace_id"],
        )
