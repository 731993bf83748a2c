"""Every proposed call passes here. It never raises, and nothing it accepts makes anything riskier."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import (
    PORTFOLIO,
    Judgement,
    ProposedCall,
    Tool,
    Verdict,
)
from alphastrike.domain.outcomes import Code
from alphastrike.llm.book import Book
from alphastrike.llm.config import GuardConfig
from alphastrike.llm.palette import MODELS
from alphastrike.llm.words import canonical, cleaned

_QUOTES = ("USDT", "USDC", "USD", "BUSD", "FDUSD")
_STEPS = {Tool.ADJUST_CONVICTION: 5.0, Tool.ADJUST_POSITION_SIZE: 0.1, Tool.ADJUST_LEVERAGE: 0.5}
_HIGHEST = {Tool.ADJUST_CONVICTION: 100.0, Tool.ADJUST_POSITION_SIZE: 1.0, Tool.ADJUST_LEVERAGE: 125.0}
_LONGEST_HOURS = 168
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Situation:
    """What a call is judged against: the review, the time, and what holds without interventions."""

    review_id: str
    now_ms: int
    leverage: float  # in force
    conviction_threshold: float  # configured


@dataclass(frozen=True, slots=True)
class _Wish:
    """A call whose types are right: `value` is what it asks for, `span_ms` for how long."""

    tool: Tool
    symbol: str
    value: float
    span_ms: int


class Guard:
    """The bounds, applied to one book."""

    def __init__(self, config: GuardConfig, book: Book) -> None:
        """Guard this book."""
        self._config = config
        self._book = book

    def judge(self, calls: tuple[ProposedCall, ...], situation: Situation) -> tuple[Judgement, ...]:
        """Judge a whole reply in order; every call has its judgement."""
        judged: list[Judgement] = []
        taken = 0
        for call in calls:
            judgement = self._judge(call, situation, is_full=taken >= self._config.max_calls_per_review)
            taken += judgement.intervention is not None
            judged.append(judgement)
        return tuple(judged)

    def _judge(self, call: ProposedCall, situation: Situation, *, is_full: bool) -> Judgement:
        said = _Said(call, situation)
        tool = next((tool for tool in Tool if tool.value == call.tool and isinstance(call.tool, str)), None)
        if tool is None:
            return said.refused(Code.UNKNOWN_TOOL)
        arguments = _arguments(tool, call.arguments)
        if arguments is None:
            return said.refused(Code.MALFORMED_CALL)
        if tool in {Tool.NO_ACTION, Tool.SEND_ALERT}:
            return said.but(Verdict.APPLIED, Code.PASSED)
        symbol = PORTFOLIO
        if tool is not Tool.ADJUST_LEVERAGE:
            found = resolve_symbol(arguments["symbol"], self._book.symbols)
            if found is None:
                return said.refused(Code.UNKNOWN_SYMBOL)
            symbol = found
        said.symbol = symbol
        return self._bounded(_wish(tool, symbol, arguments, self._config), said, is_full=is_full)

    def _bounded(self, wish: _Wish, said: "_Said", *, is_full: bool) -> Judgement:
        """The rules in order: range, grid, no-op, veto, floor, count, rate."""
        if wish.tool is Tool.DISABLE_ASSET and not HOUR_MS <= wish.span_ms <= _LONGEST_HOURS * HOUR_MS:
            return said.refused(Code.CALL_OUT_OF_RANGE, wish.span_ms / HOUR_MS, float(_LONGEST_HOURS))
        highest = _HIGHEST.get(wish.tool, 0.0)
        if not (wish.value >= 0.0 and wish.value <= highest) or (highest > 0.0 and wish.value == 0.0):
            return said.refused(Code.CALL_OUT_OF_RANGE, wish.value, highest)
        value = self.clamped(wish.tool, wish.value)
        in_force = self._in_force(wish, said.situation)
        if self._is_no_op(wish, value, said.situation):
            return said.but(Verdict.NO_OP, Code.NO_OP_CALL, wish.value, in_force)
        now_ms = said.situation.now_ms
        refusal = self._vetoed(wish, now_ms) or self._floor(wish) or self._rate(now_ms)
        if refusal is not None:
            return said.refused(*refusal)
        if is_full:
            return said.refused(Code.TOO_MANY_CALLS, limit=float(self._config.max_calls_per_review))
        taken = self._book.take(
            wish.tool, wish.symbol, value, span=(now_ms, now_ms + wish.span_ms), reason=said.reason
        )
        verdict = Verdict.APPLIED if value == wish.value else Verdict.CLAMPED
        return said.but(verdict, Code.PASSED, wish.value, in_force, value, taken)

    def clamped(self, tool: Tool, value: float) -> float:
        """The next value of the grid on the safer side, within the bounds; clamping twice is once."""
        step = _STEPS.get(tool)
        if step is None:
            return value
        if tool is Tool.ADJUST_CONVICTION:
            return min(math.ceil(value / step - _TINY) * step, self._config.highest_threshold)
        lowest = self._config.lowest_leverage
        if tool is Tool.ADJUST_POSITION_SIZE:
            lowest = self._config.lowest_multiplier
        return max(round(math.floor(value / step + _TINY) * step, 10), lowest)

    def _in_force(self, wish: _Wish, situation: Situation) -> float:
        if wish.tool is Tool.ADJUST_CONVICTION:
            return self._book.threshold(wish.symbol, situation.conviction_threshold)
        if wish.tool is Tool.ADJUST_POSITION_SIZE:
            return self._book.multiplier(wish.symbol)
        if wish.tool is Tool.ADJUST_LEVERAGE:
            return min(self._book.leverage_cap, situation.leverage)
        allowed = {
            Tool.DISABLE_SHORTS: self._book.shorts_allowed,
            Tool.DISABLE_ASSET: self._book.entries_allowed,
        }
        return float(allowed[wish.tool](wish.symbol))

    def _is_no_op(self, wish: _Wish, value: float, situation: Situation) -> bool:
        """Whether what holds without it is as strict already, now and for as long."""
        if wish.tool is Tool.ADJUST_LEVERAGE and value >= situation.leverage:
            return True
        if wish.tool is Tool.ADJUST_POSITION_SIZE and value >= 1.0:
            return True
        sign = -1.0 if wish.tool is Tool.ADJUST_CONVICTION else 1.0
        if sign < 0.0 and value <= situation.conviction_threshold:
            return True
        expires_ms = situation.now_ms + wish.span_ms
        return any(
            sign * one.value <= sign * value and one.expires_ms >= expires_ms
            for one in self._book.of(wish.tool, wish.symbol)
        )

    def _vetoed(self, wish: _Wish, now_ms: int) -> tuple[Code, float, float] | None:
        for veto in self._book.vetoes:
            if (veto.tool, veto.symbol) == (wish.tool, wish.symbol) and now_ms < veto.until_ms:
                return Code.VETOED, (now_ms - veto.from_ms) / HOUR_MS, self._config.veto_hours
        return None

    def _floor(self, wish: _Wish) -> tuple[Code, float, float] | None:
        if wish.tool is not Tool.DISABLE_ASSET:
            return None
        left = [
            symbol
            for symbol in self._book.symbols
            if symbol != wish.symbol and self._book.entries_allowed(symbol)
        ]
        least = self._config.min_enabled_symbols
        is_off = not self._book.entries_allowed(wish.symbol)
        return None if is_off or len(left) >= least else (Code.INTERVENTION_FLOOR, len(left), least)

    def _rate(self, now_ms: int) -> tuple[Code, float, float] | None:
        recent = [taken for taken in self._book.taken_ms if taken > now_ms - HOUR_MS]
        most = self._config.max_per_hour
        return None if len(recent) < most else (Code.INTERVENTION_RATE, len(recent), most)


def resolve_symbol(text: str, symbols: tuple[str, ...]) -> str | None:
    """The traded symbol meant: spelled exactly, or by its base when only one symbol has it."""
    if text in symbols:
        return text
    if not (text.isascii() and text.isalnum() and text.isupper()):
        return None
    meant = [symbol for symbol in symbols if symbol in {text + quote for quote in _QUOTES}]
    return meant[0] if len(meant) == 1 else None


def is_well_formed(call: ProposedCall, symbols: tuple[str, ...]) -> bool:
    """Whether the call names a tool exactly, with its arguments and a symbol that is traded."""
    tool = next((tool for tool in Tool if isinstance(call.tool, str) and tool.value == call.tool), None)
    arguments = None if tool is None else _arguments(tool, call.arguments)
    if arguments is None:
        return False
    return "symbol" not in arguments or resolve_symbol(arguments["symbol"], symbols) is not None


class _Said:
    """A call and what is recorded of it."""

    def __init__(self, call: ProposedCall, situation: Situation) -> None:
        self.call = call
        self.situation = situation
        self.symbol = PORTFOLIO
        given = call.arguments if isinstance(call.arguments, Mapping) else {}
        self.reason = cleaned(given.get("reason") or given.get("message"))

    def refused(self, code: Code, observed: float = math.nan, limit: float = math.nan) -> Judgement:
        """The refusal of this call."""
        return self.but(Verdict.REFUSED, code, observed, limit)

    def but(
        self, verdict: Verdict, code: Code, observed: float = math.nan, limit: float = math.nan, *taken: Any
    ) -> Judgement:
        """The judgement of this call; `taken` is the value in force and its intervention."""
        value, intervention = taken or (math.nan, None)
        return Judgement(
            review_id=self.situation.review_id,
            event_time_ms=self.situation.now_ms,
            tool=cleaned(self.call.tool, 40),
            symbol=self.symbol,
            verdict=verdict,
            code=code,
            params=canonical(self.call.arguments),
            reason=self.reason,
            observed=observed,
            limit=limit,
            value=value,
            intervention=intervention,
        )


def _arguments(tool: Tool, given: Any) -> dict[str, Any] | None:
    """The arguments as the tool's model takes them, None when it does not."""
    if not isinstance(given, Mapping):
        return None
    try:
        return MODELS[tool].model_validate(dict(given)).model_dump()
    except (ValidationError, ValueError, TypeError, RecursionError):
        return None


_VALUES: dict[Tool, Callable[[dict[str, Any]], float]] = {
    Tool.ADJUST_CONVICTION: lambda arguments: float(arguments["threshold"]),
    Tool.ADJUST_POSITION_SIZE: lambda arguments: float(arguments["multiplier"]),
    Tool.ADJUST_LEVERAGE: lambda arguments: float(arguments["new_leverage"]),
}


def _wish(tool: Tool, symbol: str, arguments: dict[str, Any], config: GuardConfig) -> _Wish:
    hours = config.expiry_hours
    if tool is Tool.DISABLE_ASSET:
        hours = min(max(arguments["duration_hours"], 0), 10**6)
    value = _VALUES[tool](arguments) if tool in _VALUES else 0.0
    return _Wish(tool, symbol, value, int(hours * HOUR_MS))
