"""The performance report: all an advisor may know, typed, bounded, and the same bytes for the same facts."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from alphastrike.llm.report_parts import (
    Count,
    FiredPart,
    Fraction,
    InterventionPart,
    Number,
    Part,
    RecordPart,
    SignalPart,
    SymbolPart,
)

REPORT_VERSION = 1
MOST_SYMBOLS = 12


class AccountPart(Part):
    """The whole account. `gross` is notional over equity; the cap is None without an intervention."""

    record: RecordPart
    equity: Number  # quote
    day_change: Number  # of the day's first equity
    gross: Number
    leverage: Number
    leverage_cap: Number | None
    volatility_factor: Number
    drawdown_factor: Number
    performance_factor: Number
    validator_halted: Fraction  # share of the symbols
    symbols_traded: Count


class PerformanceReport(Part):
    """Everything an advisor is told. `symbols` are at most MOST_SYMBOLS, those in trouble first."""

    schema_version: Literal[1] = 1
    at_ms: Count
    interval_ms: Count
    fired: Annotated[tuple[FiredPart, ...], Field(max_length=3 * 4096)]
    account: AccountPart
    symbols: Annotated[tuple[SymbolPart, ...], Field(max_length=MOST_SYMBOLS)]
    interventions: Annotated[tuple[InterventionPart, ...], Field(max_length=64)]
    signals: Annotated[tuple[SignalPart, ...], Field(max_length=12)]

    def to_json(self) -> str:
        """Canonical JSON: fixed order, shortest floats."""
        return self.model_dump_json()


def fingerprint(report_json: str) -> str:
    """What a recorded answer is found by: the SHA-256 of the report."""
    return hashlib.sha256(report_json.encode()).hexdigest()
