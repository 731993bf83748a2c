"""From the account, the triggers, the market and the book to the report; the same at a bar in every mode."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import PORTFOLIO, TriggerFired
from alphastrike.domain.kernel_accounting import unrealized_pnl
from alphastrike.domain.outcomes import Code, Stage
from alphastrike.llm.book import Book
from alphastrike.llm.report import MOST_SYMBOLS, AccountPart, PerformanceReport
from alphastrike.llm.report_parts import FiredPart, InterventionPart, RecordPart, SignalPart, SymbolPart
from alphastrike.llm.watch import Watch

_DECIMALS = 6
_MOST = 1e15


@dataclass(frozen=True, slots=True)
class Glance:
    """One column of a block: what stages 2 to 6 said of every symbol at one close."""

    decisions: DecisionBlock
    column: int

    def regime(self, row: int) -> str:
        """The regime's name, `unknown` outside the strategy's own."""
        forecast = self.decisions.forecast
        index = int(forecast.regime[row, self.column])
        return forecast.regimes[index] if 0 <= index < len(forecast.regimes) else "unknown"

    def verdict(self, row: int) -> str:
        """The label of the code that stopped the symbol before stage 7."""
        code = int(self.decisions.forecast.halts.code[row, self.column])
        return Code(code).label if code in set(Code) else "unknown"

    def halted_share(self) -> float:
        """Share of the symbols that stage 4 stopped."""
        codes = self.decisions.forecast.halts.code[:, self.column]
        return float(np.mean(codes // 100 == Stage.VALIDATION)) if codes.size else 0.0

    def signals(self) -> tuple[SignalPart, ...]:
        """Categories of signals with their share of all weight; none for a single-rule strategy."""
        trace = self.decisions.forecast.trace
        if trace is None:
            return ()
        weight = np.nan_to_num(trace.weight[:, self.column])
        states = [trace.states[int(state)] for state in trace.state[:, self.column]]
        total = float(np.sum(weight))
        parts = []
        for category in sorted(set(trace.categories)):
            mine = [row for row, name in enumerate(trace.categories) if name == category]
            share = float(np.sum(weight[mine])) / total if total > 0.0 else 0.0
            parts.append(
                SignalPart(
                    category=category,
                    active=sum(states[row] == "active" for row in mine),
                    retired=sum(states[row] in {"retired", "dead"} for row in mine),
                    weight=min(1.0, max(0.0, _rounded(share))),
                )
            )
        return tuple(parts)


@dataclass(frozen=True, slots=True)
class Facts:
    """Whose report it is: the desk and triggers read, the book in force, what is configured."""

    symbols: tuple[str, ...]
    desk: Any
    watch: Watch
    book: Book
    conviction_threshold: float
    initial_equity: float


def report_at(
    facts: Facts, close_ms: int, interval_ms: int, fired: tuple[TriggerFired, ...], glance: Glance
) -> PerformanceReport:
    """The report at a close."""
    return PerformanceReport(
        at_ms=close_ms,
        interval_ms=interval_ms,
        fired=tuple(_fired_part(one) for one in fired),
        account=_account(facts, glance),
        symbols=tuple(_symbol(facts, row, glance) for row in _in_trouble_first(facts, fired)),
        interventions=tuple(
            InterventionPart(
                tool=one.tool.value,
                symbol=one.symbol,
                value=_rounded(one.value),
                hours_left=_rounded((one.expires_ms - close_ms) / HOUR_MS),
            )
            for one in facts.book.active[-64:]
        ),
        signals=glance.signals()[:12],
    )


def _fired_part(one: TriggerFired) -> FiredPart:
    return FiredPart(
        scope=one.scope if one.scope != PORTFOLIO else "portfolio",
        trigger=one.trigger.value,
        observed=_known(one.observed),
        limit=_rounded(one.limit),
        samples=one.samples,
    )


def _in_trouble_first(facts: Facts, fired: tuple[TriggerFired, ...]) -> list[int]:
    scopes = {one.scope for one in fired}
    drawdown = facts.watch.scopes["drawdown"][1:]
    rows = range(len(facts.symbols))
    ranked = sorted(rows, key=lambda row: (facts.symbols[row] not in scopes, -_rounded(drawdown[row]), row))
    return ranked[:MOST_SYMBOLS]


def _account(facts: Facts, glance: Glance) -> AccountPart:
    account, state = facts.desk.account[0], facts.desk.state[0]
    equity, start = float(account["equity"]), float(account["day_start_equity"])
    gross = sum(abs(_notional(position)) for position in facts.desk.positions)
    return AccountPart(
        record=_record(facts, 0, float(account["equity"]) - facts.initial_equity),
        equity=_rounded(equity),
        day_change=_rounded(equity / start - 1.0 if start > 0.0 else 0.0),
        gross=_rounded(gross / equity if equity > 0.0 else 0.0),
        leverage=_rounded(float(state["leverage"])),
        leverage_cap=_known(facts.book.leverage_cap),
        volatility_factor=_rounded(float(state["volatility_factor"])),
        drawdown_factor=_rounded(float(state["drawdown_factor"])),
        performance_factor=_rounded(float(state["performance_factor"])),
        validator_halted=_rounded(glance.halted_share()),
        symbols_traded=len(facts.symbols),
    )


def _symbol(facts: Facts, row: int, glance: Glance) -> SymbolPart:
    symbol, position = facts.symbols[row], facts.desk.positions[row]
    equity = float(facts.desk.account[0]["equity"])
    scope = facts.watch.scopes[1 + row]
    unrealized = float(unrealized_pnl(position))
    profit = float(scope["closed_pnl"])
    if position["lots"] != 0:
        profit += float(position["trip_pnl"] - position["trip_fees"] + position["trip_funding"]) + unrealized
    return SymbolPart(
        symbol=symbol,
        record=_record(facts, 1 + row, profit),
        position=_rounded(_notional(position) / equity if equity > 0.0 else 0.0),
        unrealized=_rounded(unrealized / equity if equity > 0.0 else 0.0),
        regime=glance.regime(row),
        verdict=glance.verdict(row),
        conviction_threshold=facts.book.threshold(symbol, facts.conviction_threshold),
        size_multiplier=facts.book.multiplier(symbol),
        shorts_allowed=facts.book.shorts_allowed(symbol),
        entries_allowed=facts.book.entries_allowed(symbol),
    )


def _record(facts: Facts, row: int, profit: float) -> RecordPart:
    scope = facts.watch.scopes[row]
    return RecordPart(
        trades=int(scope["trades"]),
        win_rate=_known(float(scope["win_rate"])),
        win_rate_trades=min(int(scope["trades"]), facts.watch.wins.shape[1]),
        losses_in_a_row=int(scope["losses"]),
        drawdown=_known(float(scope["drawdown"])),
        net_profit=_rounded(profit / facts.initial_equity),
    )


def _notional(position: Any) -> float:
    return float(position["quantity"] * position["mark_price"]) if position["lots"] != 0 else 0.0


def _rounded(value: float) -> float:
    """Six decimals, finite and bounded: a report never fails for a number it was given."""
    number = float(value)
    if math.isnan(number):
        return 0.0
    return round(min(_MOST, max(-_MOST, number)), _DECIMALS) + 0.0


def _known(value: float) -> float | None:
    return _rounded(value) if math.isfinite(value) else None
