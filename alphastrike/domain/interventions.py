"""The circuit breaker's language: what wakes it, what may be asked of it, what became of the asking."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from alphastrike.domain.outcomes import Code

PORTFOLIO = ""  # the scope of the whole account, where a symbol would stand


class Trigger(Enum):
    """What wakes the breaker; nothing else does."""

    WIN_RATE = "win_rate"
    DRAWDOWN = "drawdown"
    LOSING_STREAK = "losing_streak"


class Tool(Enum):
    """The whole palette. No tool trades, and none can make anything riskier."""

    ADJUST_CONVICTION = "adjust_conviction"
    ADJUST_POSITION_SIZE = "adjust_position_size"
    ADJUST_LEVERAGE = "adjust_leverage"
    DISABLE_SHORTS = "disable_shorts"
    DISABLE_ASSET = "disable_asset"
    SEND_ALERT = "send_alert"
    NO_ACTION = "no_action"


class Verdict(Enum):
    """What the guard made of a call."""

    APPLIED = "applied"
    CLAMPED = "clamped"  # applied, at the next value on the safer side
    NO_OP = "no_op"  # understood, and would change nothing
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TriggerFired:
    """A trigger that fired: `scope` is a symbol or PORTFOLIO; `samples` are trades judged, or bars."""

    scope: str
    trigger: Trigger
    observed: float
    limit: float
    samples: int


@dataclass(frozen=True, slots=True)
class ProposedCall:
    """A tool call as it was proposed: nothing in it has been believed yet, not even its types."""

    tool: Any
    arguments: Any


@dataclass(frozen=True, slots=True)
class Intervention:
    """An accepted call in force at every close before `expires_ms`.

    `value` is a threshold (0 to 100), a multiplier, a leverage, or 0 for what is forbidden.
    """

    intervention_id: str
    tool: Tool
    symbol: str
    value: float
    from_ms: int
    expires_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The guard's word on one call.

    `observed` is what the call asked for and `limit` what the rule allowed, NaN where neither is a
    number. `value` is what holds now. `params` is the call as canonical JSON, at most 2,000 characters.
    """

    review_id: str
    event_time_ms: int
    tool: str
    symbol: str
    verdict: Verdict
    code: Code
    params: str
    reason: str = ""
    observed: float = float("nan")
    limit: float = float("nan")
    value: float = float("nan")
    intervention: Intervention | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """An advisor's whole answer to one review.

    `source` is who spoke; `cause` why the first one asked did not, empty when it did. `details` are
    facts of the consultation worth a record: model, digest, protocol, tokens.
    """

    calls: tuple[ProposedCall, ...]
    source: str
    latency_ms: int
    cause: str = ""
    trace_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
