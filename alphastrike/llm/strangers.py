"""What an advisor gave, made safe to keep: an advisor may be anybody's, and nothing of it is believed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.llm.words import cleaned

_LONGEST_NAME, _LONGEST_DETAIL, _LONGEST_FACTS = 80, 300, 20_000


def checked(advice: Any) -> Advice:
    """The advice if it is one, its words cleaned; `AdvisorFailed` otherwise."""
    if not isinstance(advice, Advice) or not _are_calls(advice.calls):
        raise AdvisorFailed("advisor_error", f"observed {type(advice).__name__}, allowed an Advice of calls")
    named = {name: getattr(advice, name) for name in ("source", "cause", "trace_id")}
    has_types = type(advice.latency_ms) is int and all(isinstance(each, str) for each in named.values())
    if not has_types or advice.latency_ms < 0:
        raise AdvisorFailed("advisor_error", "observed an Advice with fields of other types", advice.calls)
    words: dict[str, Any] = {name: cleaned(each, _LONGEST_NAME) for name, each in named.items()}
    return replace(advice, **words, details=facts_of(advice.details))


def checked_failure(failed: AdvisorFailed) -> AdvisorFailed:
    """The same failure in words of one line, with calls that are calls."""
    cause = cleaned(failed.cause, _LONGEST_NAME) or "advisor_error"
    calls = failed.calls if _are_calls(failed.calls) else ()
    found = AdvisorFailed(cause, cleaned(failed.detail, _LONGEST_DETAIL), calls)
    found.facts = facts_of(failed.facts)
    return found


def facts_of(details: Any) -> dict[str, Any]:
    """Facts of a conversation as JSON has them; empty when it cannot carry them, or they are too many."""
    if not isinstance(details, Mapping):
        return {}
    try:
        text = json.dumps(dict(details), allow_nan=False)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return {}
    found: dict[str, Any] = json.loads(text) if len(text) <= _LONGEST_FACTS else {}
    return found


def _are_calls(calls: Any) -> bool:
    return isinstance(calls, tuple) and all(isinstance(call, ProposedCall) for call in calls)
