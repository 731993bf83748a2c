"""What a model is told: one fixed text that can be cached, then the report. No word comes from outside."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from alphastrike.domain.errors import ConfigError
from alphastrike.llm.report import PerformanceReport
from alphastrike.llm.report_parts import RecordPart, SymbolPart

PROMPT_VERSION = 2  # of how a report is written and what follows the role

ROLES = MappingProxyType(
    {
        "default": """\
You are the circuit breaker of a crypto trading bot. You do not trade and do not predict. The bot is losing.
Read the report and choose one tool that makes the account safer, aimed at what loses money. Every change ends
by itself. You cannot raise risk: thresholds only go up, sizes and leverage only go down. If nothing helps,
choose no_action.""",
        "terse": """\
Circuit breaker of a losing trading bot. Choose one tool that lowers risk where money is lost. Nothing can
raise risk, and every change ends by itself. In doubt: no_action.""",
        "by_trigger": """\
You are the circuit breaker of a crypto trading bot that is losing. The report begins with the triggers that
fired. Answer the worst of them, the one furthest beyond its limit:
portfolio drawdown or streak: lower the leverage of the account
a symbol's drawdown: no new positions in it for a day, for three days when it is far beyond
a symbol's losing streak: positions of half the size or less
a symbol's low win rate: more conviction before a position is opened
losses in shorts only: no new shorts in that symbol
Where what fired is already answered by an intervention in force, choose no_action.""",
    }
)
"""What a model can be told it is, by the name in `llm.prompt`."""

_LONGEST = 8_000  # characters of a role of one's own
TOOLS = """\
Tools:
adjust_conviction(symbol, threshold 60..95, reason): open positions in symbol only with more conviction
adjust_position_size(symbol, multiplier 0.1..0.9, reason): smaller positions in symbol
adjust_leverage(new_leverage 1..5, reason): lower leverage of the account, below the present one
disable_shorts(symbol, reason): no new shorts in symbol
disable_asset(symbol, duration_hours 4..168, reason): no new positions in symbol
send_alert(severity info|warning|critical, message, reason): tell the operator
no_action(reason): change nothing"""
SYSTEM = f"{ROLES['default']}\n{TOOLS}"

ANSWER = 'Answer with one JSON object: {"tool": "...", "args": {...}}.'
REPAIR = "That was no valid call of a tool. " + ANSWER


@dataclass(frozen=True, slots=True)
class Prompt:
    """`system` is the role and the tools; `label`, as `terse@1f0c2a9b`, tells answers to the same words."""

    system: str
    label: str


def prompt_of(name: str) -> Prompt:
    """The prompt of that name, or with the role in that file; `ConfigError` when there is neither."""
    role = ROLES.get(name) or _own_role(Path(name))
    system = f"{role}\n{TOOLS}"
    words = f"{PROMPT_VERSION}\n{system}\n{ANSWER}\n{REPAIR}"
    return Prompt(system, f"{Path(name).stem}@{hashlib.sha256(words.encode()).hexdigest()[:8]}")


def _own_role(path: Path) -> str:
    allowed = f"allowed {', '.join(ROLES)}, or a text file of up to {_LONGEST:,} characters"
    try:
        role = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"llm.prompt: observed {str(path)!r}, {allowed}") from None
    if not 0 < len(role) <= _LONGEST:
        raise ConfigError(f"llm.prompt: observed {len(role):,} characters in {path}, {allowed}")
    return role


def render(report: PerformanceReport) -> str:
    """The report as text; the same bytes for the same report."""
    account = report.account
    rows = [
        "REPORT",
        "triggers: "
        + "; ".join(
            f"{one.scope} {one.trigger} {_number(one.observed)} against {one.limit:g} ({one.samples} trades)"
            for one in report.fired
        ),
        f"account: equity {account.equity:.2f}, today {account.day_change:+.2%}, {_record(account.record)}, "
        f"gross {account.gross:.2f}x",
        f"leverage: {account.leverage:g} in force, cap {_number(account.leverage_cap)}, factors: volatility "
        f"{account.volatility_factor:g}, drawdown {account.drawdown_factor:g}, "
        f"performance {account.performance_factor:g}",
        f"validator: {account.validator_halted:.0%} of {account.symbols_traded} symbols halted",
        *(_symbol(one) for one in report.symbols),
    ]
    rows += [
        f"in force: {one.tool} {one.symbol or 'account'} {one.value:g}, {one.hours_left:.1f} h left"
        for one in report.interventions
    ]
    if report.signals:
        heard = ", ".join(
            f"{one.category} {one.weight:.0%} ({one.active} active, {one.retired} retired)"
            for one in report.signals
        )
        rows.append(f"signals: {heard}")
    return "\n".join(rows)


def _symbol(one: SymbolPart) -> str:
    side = "long" if one.position > 0 else "short"
    held = f"{side} {abs(one.position):.2f}x" if one.position else "flat"
    shorts = "on" if one.shorts_allowed else "off"
    entries = "on" if one.entries_allowed else "off"
    return (
        f"{one.symbol}: {_record(one.record)}, {held}, unrealized {one.unrealized:+.2%}, "
        f"regime {one.regime}, stages {one.verdict}, conviction threshold {one.conviction_threshold:g}, "
        f"size x{one.size_multiplier:g}, shorts {shorts}, entries {entries}"
    )


def _record(one: RecordPart) -> str:
    rate = "unknown" if one.win_rate is None else f"{one.win_rate:.0%}"
    fall = "unknown" if one.drawdown is None else f"{one.drawdown:.1%}"
    return (
        f"win rate {rate} of {one.win_rate_trades} trades, losses in a row {one.losses_in_a_row}, "
        f"drawdown {fall}, net {one.net_profit:+.2%} of start"
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"
