"""Answers to recorded reports: read from a file, or asked of a model now."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.errors import ConfigError, DataError, VenueUnreachable
from alphastrike.domain.interventions import ProposedCall, Tool
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.llm.guard import is_well_formed, resolve_symbol
from alphastrike.llm.palette import MODELS
from alphastrike.llm.parsing import calls_in, calls_in_text
from alphastrike.llm.report import PerformanceReport
from alphastrike.traces.export.trace import Call, Trace

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Answered:
    """The usable calls of an answer, and why there are none; `was_given` is False where nothing was said."""

    calls: tuple[Call, ...]
    cause: str = ""
    was_given: bool = True


def read_answers(path: Path, traces: Sequence[Trace]) -> list[Answered]:
    """Each trace's answer, of a JSONL file of `{"id", "calls" | "text" | "message"}`."""
    said = dict(_lines(path))
    known = {_id(trace) for trace in traces}
    if said and not known & said.keys():
        raise DataError(
            f"{path}: observed no id of a report asked about, such as {next(iter(said))!r}; "
            "allowed the `id` of exported records"
        )
    return [_usable(trace, said.get(_id(trace))) for trace in traces]


def ask_model(model: str, config: LlmConfig, traces: Sequence[Trace], progress: Progress) -> list[Answered]:
    """Each trace's report, put to a model now; an equal report is asked once."""
    from alphastrike.llm.advisors.ollama import OllamaAdvisor  # noqa: PLC0415 - an extra

    settings = config.model_copy(update={"ollama": config.ollama.model_copy(update={"model": model})})
    advisor = OllamaAdvisor(settings)

    async def ask_all() -> list[Answered]:
        known: dict[str, Answered] = {}
        for number, trace in enumerate(traces):
            progress(number, len(traces))
            report = trace.row["report"]
            if report not in known:
                known[report] = await _asked(advisor, trace, settings.ollama.deadline_s)
        progress(len(traces), len(traces))
        return [known[trace.row["report"]] for trace in traces]

    return asyncio.run(ask_all())


def usable(calls: Sequence[ProposedCall], report_json: str) -> tuple[Call, ...]:
    """The calls the guard would understand, in the palette's own names and symbols."""
    symbols = tuple(part.symbol for part in PerformanceReport.model_validate_json(report_json).symbols)
    return tuple(_understood(call, symbols) for call in calls if is_well_formed(call, symbols))


def _understood(call: ProposedCall, symbols: tuple[str, ...]) -> Call:
    arguments = MODELS[Tool(call.tool)].model_validate(dict(call.arguments)).model_dump()
    if "symbol" in arguments:
        arguments["symbol"] = resolve_symbol(arguments["symbol"], symbols)
    return Call(call.tool, arguments)


async def _asked(advisor: Any, trace: Trace, deadline_s: float) -> Answered:
    request = ReviewRequested(trace.key.event_ms, str(trace.row["review_id"]), (), trace.row["report"], 0)
    try:
        async with asyncio.timeout(deadline_s):
            advice = await advisor.advise(request, "")
    except AdvisorFailed as failure:
        if failure.cause == "unreachable":
            raise VenueUnreachable(f"traces eval: no model answers: {failure.detail}") from None
        if failure.cause in {"model_missing", "digest"}:
            raise ConfigError(f"traces eval: {failure.detail}") from None
        return Answered((), failure.cause)
    except TimeoutError:
        return Answered((), "deadline")
    return Answered(usable(advice.calls, trace.row["report"]))


def _usable(trace: Trace, said: Any) -> Answered:
    if said is None:
        return Answered((), "not_answered", was_given=False)
    calls = usable(_proposed(said), trace.row["report"])
    return Answered(calls, "" if calls else "invalid_calls")


def _proposed(said: dict[str, Any]) -> tuple[ProposedCall, ...]:
    if isinstance(said.get("calls"), list):
        return tuple(
            ProposedCall(one.get("tool"), one.get("arguments"))
            for one in said["calls"]
            if isinstance(one, dict)
        )
    if isinstance(said.get("message"), dict):
        return calls_in(said["message"])
    return calls_in_text(str(said.get("text", "")))


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise DataError(f"--answers: {path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict) or not {"calls", "text", "message"} & said.keys() or "id" not in said:
            raise DataError(
                f"{path}:{number}: observed {line[:60]!r}, allowed an object with id, and calls, "
                "text or message"
            )
        yield str(said["id"]), said


def _id(trace: Trace) -> str:
    return f"{trace.key.trace_id}.{trace.key.attempt}"
