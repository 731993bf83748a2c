"""The rule table: what the breaker does without a model, and what every model is measured against."""

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.llm.report import PerformanceReport
from alphastrike.llm.report_parts import FiredPart

_MOST_CALLS = 4
_SEVERE = 1.4  # times the limit
_LEAST_LEVERAGE = 1.0


class RuleTable:
    """An advisor that always has an answer, after a fixed time."""

    name = "rules"

    def __init__(self, latency_ms: int) -> None:
        """Answer after this long."""
        self._latency_ms = latency_ms

    async def advise(self, request: ReviewRequested, trace_id: str) -> Advice:
        """The table's calls."""
        calls = rule_calls(PerformanceReport.model_validate_json(request.report))
        return Advice(calls, self.name, self._latency_ms, trace_id=trace_id)


def rule_calls(report: PerformanceReport) -> tuple[ProposedCall, ...]:
    """One call for each trigger that fired, the account's first; at most four."""
    fired = sorted(report.fired, key=lambda one: one.scope != "portfolio")
    calls: list[ProposedCall] = []
    for one in fired:
        call = _of_account(one, report) if one.scope == "portfolio" else _of_symbol(one)
        if call not in calls:
            calls.append(call)
    if not calls:
        calls.append(ProposedCall("no_action", {"reason": "no trigger fired"}))
    return tuple(calls[:_MOST_CALLS])


def _of_account(one: FiredPart, report: PerformanceReport) -> ProposedCall:
    share = 0.5 if one.trigger == "drawdown" or _is_severe(one) else 0.75
    leverage = max(_LEAST_LEVERAGE, report.account.leverage * share)
    reason = f"portfolio {one.trigger}"
    return ProposedCall("adjust_leverage", {"new_leverage": leverage, "reason": reason})


def _of_symbol(one: FiredPart) -> ProposedCall:
    reason = f"{one.scope} {one.trigger}"
    if one.trigger == "losing_streak":
        multiplier = 0.3 if _is_severe(one) else 0.5
        return ProposedCall(
            "adjust_position_size", {"symbol": one.scope, "multiplier": multiplier, "reason": reason}
        )
    if one.trigger == "drawdown":
        hours = 72 if _is_severe(one) else 24
        return ProposedCall("disable_asset", {"symbol": one.scope, "duration_hours": hours, "reason": reason})
    threshold = 85.0 if _is_severe(one) else 75.0
    return ProposedCall("adjust_conviction", {"symbol": one.scope, "threshold": threshold, "reason": reason})


def _is_severe(one: FiredPart) -> bool:
    """Far beyond the limit; an observation that is no number is."""
    if one.observed is None:
        return True
    if one.trigger == "win_rate":
        return one.observed * _SEVERE <= one.limit
    return one.observed >= one.limit * _SEVERE
