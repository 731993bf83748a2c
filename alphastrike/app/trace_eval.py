"""Answers to held-out reports, scored against what a replay found, beside what the rule table would say."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.trace_answers import Answered, ask_model, read_answers, usable
from alphastrike.app.trace_export import Wish, plan_of
from alphastrike.app.trace_store import open_store
from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.intervals import EpisodeBootstrap, means_by_episode
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.interventions import ProposedCall
from alphastrike.llm.advisors.rules import rule_calls
from alphastrike.llm.palette import MODELS, argument_schema
from alphastrike.llm.report import PerformanceReport

if TYPE_CHECKING:
    from alphastrike.traces.export.trace import Trace

Progress = Callable[[int, int], None]
_NOTHING = (ProposedCall("no_action", {"reason": ""}),)


@dataclass(frozen=True, slots=True)
class Question:
    """Who is judged, a `model` or a file of `answers`, and on which part of a store; `limit` 0 is all."""

    model: str | None
    answers: Path | None
    on: str = "test"
    limit: int = 0


def evaluate(config: AlphaStrikeConfig, question: Question, wish: Wish, progress: Progress) -> dict[str, Any]:
    """Rows of scores: who was asked, the rule table, doing nothing, and what was said at the time."""
    if (question.model is None) == (question.answers is None):
        raise ConfigError("traces eval: observed both or neither of --model and --answers, allowed one")
    found = _reports(config, question, wish)
    traces, episodes = [trace for trace, _ in found], [episode for _, episode in found]
    if not traces:
        raise DataError(
            f"traces eval: no report on {question.on!r}; see `alphastrike traces export` for the splits"
        )
    asked = (
        ask_model(question.model, config.llm, traces, progress)
        if question.model is not None
        else read_answers(question.answers or Path(), traces)
    )
    sources = {
        question.model or str(question.answers): asked,
        "rule table": [_told(trace, _rules(trace)) for trace in traces],
        "no action": [_told(trace, _NOTHING) for trace in traces],
        "recorded": [
            Answered(tuple(call for call in trace.calls if call.verdict != "refused")) for trace in traces
        ],
    }
    rows = [_row(name, answers, (traces, episodes), config.replay) for name, answers in sources.items()]
    return {
        "on": question.on,
        "reports": len(traces),
        "labelled": sum(trace.label is not None for trace in traces),
        "episodes": len(set(episodes)),
        "scores": rows,
    }


def _reports(config: AlphaStrikeConfig, question: Question, wish: Wish) -> "list[tuple[Trace, str]]":
    plan = plan_of(wish, config.traces)
    from alphastrike.traces.evaluation.held_out import Part, held_out  # noqa: PLC0415 - an extra
    from alphastrike.traces.export.reader import Reader  # noqa: PLC0415 - an extra

    if not config.traces.url and not config.traces.path.is_file():
        raise DataError(f"traces: nothing at {config.traces.path}")
    part = Part(question.on, plan.split_by, plan.shares, plan.horizon_ms, plan.filter.tests)
    store = open_store(config.traces)
    try:
        readable = (one for one in held_out(Reader({"": store}), part) if _is_report(one[0]))
        return list(islice(readable, question.limit or None))
    finally:
        store.close()


def _is_report(trace: "Trace") -> bool:
    try:
        PerformanceReport.model_validate_json(trace.row["report"])
    except ValueError:
        return False
    return True


def _rules(trace: "Trace") -> tuple[ProposedCall, ...]:
    return rule_calls(PerformanceReport.model_validate_json(trace.row["report"]))


def _told(trace: "Trace", calls: Sequence[ProposedCall]) -> Answered:
    return Answered(usable(calls, trace.row["report"]))


def _row(
    name: str, answers: Sequence[Answered], told: "tuple[list[Trace], list[str]]", config: ReplayConfig
) -> dict[str, Any]:
    from alphastrike.traces.evaluation.scoring import scored  # noqa: PLC0415 - with the rest

    traces, episodes = told
    grid = _grid()
    scores = [scored(trace.label, answer.calls, grid) for trace, answer in zip(traces, answers, strict=True)]
    regrets = [(score.regret, episode) for score, episode in zip(scores, episodes, strict=True)]
    values = [(score.value, episode) for score, episode in zip(scores, episodes, strict=True)]
    return {
        "who": name,
        "answers": sum(answer.was_given for answer in answers),
        "valid": _mean([score.is_valid for score in scores]),
        "tool_agreement": _mean([score.agrees for score in scores]),
        "parameter_distance": _mean([score.distance for score in scores]),
        "regret": _estimate(regrets, config),
        "value": _estimate(values, config),
        "scored": sum(score.regret is not None for score in scores),
        "nearest": sum(score.regret is not None and not score.is_exact for score in scores),
        "causes": dict(sorted(Counter(answer.cause for answer in answers if answer.cause).items())),
        "tools": dict(sorted(Counter(answer.calls[0].tool for answer in answers if answer.calls).items())),
    }


def _estimate(pairs: Sequence[tuple[float | None, str]], config: ReplayConfig) -> dict[str, Any]:
    """A mean over decisions' episodes with its interval; without one where episodes are too few."""
    known = [(value, episode) for value, episode in pairs if value is not None]
    if not known:
        return {"mean": None, "low": None, "high": None, "episodes": 0}
    numbers = {episode: place for place, episode in enumerate(dict.fromkeys(episode for _, episode in known))}
    places = np.array([numbers[episode] for _, episode in known])
    table = means_by_episode(np.array([[value] for value, _ in known]), places)
    found: dict[str, Any] = {
        "mean": float(table.mean()),
        "low": None,
        "high": None,
        "episodes": len(numbers),
    }
    if len(numbers) >= config.least_episodes:
        chance = np.random.default_rng(config.seed)
        estimate = EpisodeBootstrap(table, config.draws, chance).estimates(config.confidence)[0]
        found |= {"low": estimate.low, "high": estimate.high}
    return found


def _mean(values: "Sequence[float | bool | None]") -> float | None:
    known = [float(value) for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _grid() -> dict[str, dict[str, tuple[float, ...]]]:
    """The numbers every tool's arguments may be, sorted."""
    grid: dict[str, dict[str, tuple[float, ...]]] = {}
    for tool in MODELS:
        fields = argument_schema(tool, ("",))["properties"]
        grid[tool.value] = {
            name: tuple(sorted(float(value) for value in field["enum"]))
            for name, field in fields.items()
            if field.get("type") in {"number", "integer"} and "enum" in field
        }
    return grid
