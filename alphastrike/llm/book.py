"""Interventions in force. They combine by the safest, end by themselves, and never read-modify-write.

What holds is computed afresh from the configuration and what is active, so that after the last one
has ended everything is exactly as configured, whatever the order.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import PORTFOLIO, Intervention, Tool
from alphastrike.domain.records import RESTRAINT

STATE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Veto:
    """A call an operator does not want to see again before `until_ms`."""

    tool: Tool
    symbol: str
    from_ms: int
    until_ms: int


@dataclass(slots=True)
class Book:
    """What is active, what was taken in the last hour, and what is vetoed."""

    symbols: tuple[str, ...]
    active: list[Intervention] = field(default_factory=list)
    taken_ms: list[int] = field(default_factory=list)
    vetoes: list[Veto] = field(default_factory=list)
    ordinal: int = 0

    def take(
        self, tool: Tool, symbol: str, value: float, *, span: tuple[int, int], reason: str
    ) -> Intervention:
        """Put an intervention in force from `span`'s first time until its last."""
        self.ordinal += 1
        taken = Intervention(f"i{self.ordinal:06d}", tool, symbol, value, *span, reason)
        self.active.append(taken)
        self.taken_ms = [*(taken for taken in self.taken_ms if taken > span[0] - HOUR_MS), span[0]]
        return taken

    def expire(self, now_ms: int) -> tuple[Intervention, ...]:
        """End what is due; returns it."""
        ended = tuple(one for one in self.active if one.expires_ms <= now_ms)
        self.active = [one for one in self.active if one.expires_ms > now_ms]
        return ended

    def revoke(self, ids: tuple[str, ...], now_ms: int, veto_ms: int) -> tuple[Intervention, ...]:
        """End these (all when empty); with `veto_ms` the same calls are kept out for so long."""
        ended = tuple(one for one in self.active if not ids or one.intervention_id in ids)
        self.active = [one for one in self.active if one not in ended]
        if veto_ms > 0:
            self.vetoes = [veto for veto in self.vetoes if veto.until_ms > now_ms]
            self.vetoes += [Veto(one.tool, one.symbol, now_ms, now_ms + veto_ms) for one in ended]
        return ended

    def of(self, tool: Tool, symbol: str = PORTFOLIO) -> list[Intervention]:
        """What is active of one tool on one symbol."""
        return [one for one in self.active if one.tool is tool and one.symbol == symbol]

    def threshold(self, symbol: str, configured: float = 0.0) -> float:
        """Least conviction, never below the configured one."""
        return max([configured, *(one.value for one in self.of(Tool.ADJUST_CONVICTION, symbol))])

    def multiplier(self, symbol: str) -> float:
        """Share of the usual size, at most 1."""
        return min([1.0, *(one.value for one in self.of(Tool.ADJUST_POSITION_SIZE, symbol))])

    @property
    def leverage_cap(self) -> float:
        """Highest leverage, infinite without an intervention."""
        return min([np.inf, *(one.value for one in self.of(Tool.ADJUST_LEVERAGE))])

    def shorts_allowed(self, symbol: str) -> bool:
        """Whether new shorts may be opened."""
        return not self.of(Tool.DISABLE_SHORTS, symbol)

    def entries_allowed(self, symbol: str) -> bool:
        """Whether anything new may be opened."""
        return not self.of(Tool.DISABLE_ASSET, symbol)

    @property
    def next_expiry_ms(self) -> int | None:
        """When the next one ends."""
        return min((one.expires_ms for one in self.active), default=None)

    def restraints(self) -> NDArray[np.void]:
        """What stage 7 honours, one a symbol."""
        rows = np.zeros(len(self.symbols), dtype=RESTRAINT)
        for row, symbol in zip(rows, self.symbols, strict=True):
            row["conviction_threshold"] = self.threshold(symbol)
            row["size_multiplier"] = self.multiplier(symbol)
            row["shorts_allowed"] = self.shorts_allowed(symbol)
            row["entries_allowed"] = self.entries_allowed(symbol)
        return rows

    def to_json(self) -> str:
        """The whole book as JSON."""
        plain = {
            "schema_version": STATE_VERSION,
            "ordinal": self.ordinal,
            "active": [_plain(one) for one in self.active],
            "taken_ms": self.taken_ms,
            "vetoes": [_plain(one) for one in self.vetoes],
        }
        return json.dumps(plain, sort_keys=True, indent=1)

    def read_json(self, text: str) -> None:
        """Go back to what `to_json` wrote; interventions on symbols no longer traded are kept and idle."""
        try:
            plain = json.loads(text)
            _check_version(plain["schema_version"])
            self.active = [_read(one, Intervention) for one in plain["active"]]
            self.vetoes = [_read(one, Veto) for one in plain["vetoes"]]
            self.taken_ms = [int(one) for one in plain["taken_ms"]]
            self.ordinal = int(plain["ordinal"])
        except (ValueError, KeyError, TypeError) as error:
            raise InvariantBroken(f"interventions in force cannot be read back: {error}") from error


def _plain(one: Any) -> dict[str, Any]:
    return {**asdict(one), "tool": one.tool.value}


def _read(plain: dict[str, Any], kind: Callable[..., Any]) -> Any:
    return kind(**{**plain, "tool": Tool(plain["tool"])})


def _check_version(version: int) -> None:
    if version != STATE_VERSION:
        raise ValueError(f"schema_version: observed {version}, allowed {STATE_VERSION}")
