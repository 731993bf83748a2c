"""The breaker and the limits of a run at one close, as plain values, and how a terminal draws them."""

from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_UNKNOWN = "unknown"
_CALM_STATE = "normal"
_ABREAST = 2


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit and its current use, both in the rule's own `unit`; `None` is not known."""

    rule: str
    observed: float | None
    limit: float | None
    unit: str
    passes: bool


@dataclass(frozen=True, slots=True)
class BreakerLine:
    """The breaker's state, what tripped it in the trigger's own unit, and what has to happen to leave it."""

    state: str
    trigger: str
    observed: float | None
    limit: float | None
    left_by: str

    @property
    def is_calm(self) -> bool:
        """Whether nothing is restrained."""
        return self.state == _CALM_STATE


def breaker_words(breaker: BreakerLine) -> str:
    """State, trigger and way out in one line."""
    because = f" because of {breaker.trigger} ({_use(breaker.observed, breaker.limit)})"
    way = "" if breaker.is_calm else f", left by: {breaker.left_by}"
    return f"breaker {breaker.state}{'' if breaker.trigger == 'none' else because}{way}"


def risk_lines(breaker: BreakerLine, limits: tuple[LimitLine, ...]) -> RenderableType:
    """State and trigger, then the limits two abreast; red where one is exceeded."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for _ in range(_ABREAST):
        table.add_column(style="dim")
        table.add_column(justify="right")
    for first in range(0, len(limits), _ABREAST):
        cells: list[str | Text] = []
        for limit in limits[first : first + _ABREAST]:
            use = _use(limit.observed, limit.limit)
            cells += [limit.rule, Text(use, style="" if limit.passes else "red")]
        table.add_row(*cells)
    return Group(Text(breaker_words(breaker), style="green" if breaker.is_calm else "bold red"), table)


def _use(observed: float | None, limit: float | None) -> str:
    return f"{_number(observed)} / {_number(limit)}"


def _number(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:,.5g}"
