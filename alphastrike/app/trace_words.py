"""How a report is told to a model, for who writes training data from reports."""

from functools import lru_cache
from typing import Any

from alphastrike.llm.palette import tool_schemas
from alphastrike.llm.prompt import ANSWER, SYSTEM, render
from alphastrike.llm.report import PerformanceReport
from alphastrike.traces.export.dialogue import Words


def palette_words() -> Words:
    """The breaker's own prompt and palette."""
    return Words(prompt=_prompt, tools=_tools, form=ANSWER)


def _prompt(report_json: str) -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": render(_report(report_json))},
    ]


def _tools(report_json: str) -> list[dict[str, Any]]:
    return _schemas(tuple(part.symbol for part in _report(report_json).symbols))


@lru_cache(maxsize=4)
def _report(report_json: str) -> PerformanceReport:
    return PerformanceReport.model_validate_json(report_json)


@lru_cache(maxsize=256)
def _schemas(symbols: tuple[str, ...]) -> list[dict[str, Any]]:
    return tool_schemas(symbols)
