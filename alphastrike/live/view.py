"""The terminal view of a running process: one screen on a terminal, plain lines where it is piped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alphastrike.live.picture import Picture
from alphastrike.live.risk_picture import breaker_words, risk_lines

_LINE_EVERY_MS = 3_600_000
_MOST_VERDICTS = 6
_SHOWN_ORDERS = 6


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Picture], None]]:
    """Yield what to call with each new picture; the last one stays on the screen."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    with Live(console=console, refresh_per_second=8, transient=False) as live:

        def show(picture: Picture) -> None:
            live.update(screen(picture))

        yield show


class _Lines:
    """A line an hour of market time, one for each new order, and one whenever the breaker moves."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said_ms = 0
        self._orders: tuple[str, ...] = ()
        self._state = "normal"

    def __call__(self, picture: Picture) -> None:
        if picture.breaker.state != self._state:
            self._state = picture.breaker.state
            self._say(f"{_time(picture.time_ms)} {breaker_words(picture.breaker)}")
        has_news = picture.orders[:1] != self._orders[:1]
        self._orders = picture.orders
        if has_news or picture.time_ms - self._said_ms >= _LINE_EVERY_MS:
            self._said_ms = picture.time_ms
            self._say(line(picture))

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def line(picture: Picture) -> str:
    """The picture in one line."""
    verdicts = ", ".join(f"{count} {label}" for label, count in _counted(picture.verdicts))
    latest = f"; {picture.orders[0]}" if picture.orders else ""
    return (
        f"{_time(picture.time_ms)} equity {picture.equity:,.2f} drawdown {picture.drawdown:.2%} "
        f"leverage {picture.leverage.leverage:.2f}x positions {len(picture.positions)} "
        f"trades {picture.trades}; {verdicts}{latest}"
    )


def screen(picture: Picture) -> RenderableType:
    """The picture as a screen of panels."""
    upper = Columns(
        [_panel("Account", _account(picture)), _panel("Leverage", _leverage(picture)), _why(picture)],
        equal=False,
        expand=False,
    )
    orders = Text("\n".join(picture.orders[:_SHOWN_ORDERS]) or "none yet")
    return Group(
        Text.assemble(
            (picture.title, "bold"), "   ", _time(picture.time_ms), "   Ctrl-C stops after this close"
        ),
        upper,
        Columns(
            [
                _panel("Risk: use / limit", risk_lines(picture.breaker, picture.limits)),
                _panel("Positions", _positions(picture)),
            ]
        ),
        Columns([_panel("Signals by category", _categories(picture)), _panel("Last orders", orders)]),
    )


def _panel(title: str, content: RenderableType) -> Panel:
    return Panel(content, title=title, title_align="left", expand=False)


def _account(picture: Picture) -> Table:
    profit = picture.equity - picture.initial_equity
    return _pairs(
        ("equity", f"{picture.equity:,.2f}"),
        ("profit", _signed(profit)),
        ("drawdown", f"{picture.drawdown:.2%}"),
        ("gross notional", f"{picture.gross_notional:,.0f}"),
        ("trades", f"{picture.trades}"),
        ("fees paid", f"{picture.fees:,.2f}"),
        ("funding received", f"{picture.funding:,.2f}"),
    )


def _leverage(picture: Picture) -> Table:
    leverage = picture.leverage
    return _pairs(
        ("leverage", Text(f"{leverage.leverage:.2f}x", style="bold")),
        ("volatility", f"x {leverage.volatility_factor:.2f}"),
        ("drawdown", f"x {leverage.drawdown_factor:.2f}"),
        ("performance", f"x {leverage.performance_factor:.2f}"),
    )


def _why(picture: Picture) -> Panel:
    """What stands between each symbol and an order: the validator first."""
    rows: list[tuple[str, str | Text]] = [("validator", picture.validator)]
    rows += [(symbol, label) for symbol, label in list(picture.verdicts.items())[:_MOST_VERDICTS]]
    hidden = len(picture.verdicts) - _MOST_VERDICTS
    if hidden > 0:
        rows.append((f"{hidden} more", ""))
    return _panel("Verdicts", _pairs(*rows))


def _positions(picture: Picture) -> RenderableType:
    if not picture.positions:
        return Text("flat")
    table = Table(box=None, pad_edge=False)
    for name in ("symbol", "notional", "entry", "mark", "unrealised"):
        table.add_column(name, justify="left" if name == "symbol" else "right")
    for position in picture.positions:
        table.add_row(
            position.symbol,
            f"{position.notional:,.0f}",
            f"{position.entry_price:,.6g}",
            f"{position.mark_price:,.6g}",
            _signed(position.unrealized),
        )
    return table


def _categories(picture: Picture) -> RenderableType:
    if not picture.categories:
        return Text("this strategy has no signals of its own")
    table = Table(box=None, pad_edge=False)
    table.add_column("category")
    table.add_column("weight", justify="right")
    table.add_column("voting", justify="right")
    for category in picture.categories:
        style = "" if category.active else "dim"
        table.add_row(
            category.name,
            f"{category.weight_share:.1%}",
            f"{category.active}/{category.signals}",
            style=style,
        )
    return table


def _pairs(*rows: tuple[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _signed(value: float) -> Text:
    return Text(f"{value:+,.2f}", style="green" if value > 0 else "red" if value < 0 else "")


def _counted(verdicts: dict[str, str]) -> list[tuple[str, int]]:
    labels = list(verdicts.values())
    return [(label, labels.count(label)) for label in sorted(set(labels))]


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp((time_ms + 1) / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
