"""What the terminal shows of a paper run, read off the desk and the last decision."""

import math
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np

from alphastrike.app.risk_panel import panel_of
from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.commands import Command, PlaceOrder
from alphastrike.domain.kernel_accounting import unrealized_pnl
from alphastrike.domain.outcomes import Code, Stage
from alphastrike.live.picture import CategoryLine, LeverageLine, Picture, PositionLine
from alphastrike.live.risk_picture import BreakerLine, LimitLine
from alphastrike.risk.books import Desk

_KEPT_ORDERS = 60


class PictureTaker:
    """Keeps the last orders and takes a picture of the desk when asked."""

    def __init__(self, desk: Desk, symbols: tuple[str, ...], title: str) -> None:
        """Look at this desk; `title` heads every picture."""
        self._desk = desk
        self._symbols = symbols
        self._title = title
        self._initial_equity = float(desk.account[0]["wallet"])
        self._orders: deque[str] = deque(maxlen=_KEPT_ORDERS)

    def note(self, commands: Iterable[Command]) -> None:
        """Remember what was sent."""
        for command in commands:
            self._orders.appendleft(_order_line(command))

    def take(self, time_ms: int, decisions: DecisionBlock | None) -> Picture:
        """The desk as it stands after the close at `time_ms`."""
        account, state = self._desk.account[0], self._desk.state[0]
        peak, equity = float(account["equity_peak"]), float(account["equity"])
        positions = tuple(self._positions())
        codes = [Code(int(code)) for code in self._desk.decisions["code"]]
        panel = panel_of(self._desk, time_ms)
        return Picture(
            title=self._title,
            time_ms=time_ms,
            initial_equity=self._initial_equity,
            equity=equity,
            drawdown=1.0 - equity / peak if peak > 0.0 else 0.0,
            gross_notional=sum(abs(position.notional) for position in positions),
            trades=int(account["trades"]),
            fees=float(account["fees"]),
            funding=float(account["funding"]),
            leverage=LeverageLine(
                float(state["leverage"]),
                float(state["volatility_factor"]),
                float(state["drawdown_factor"]),
                float(state["performance_factor"]),
            ),
            breaker=_breaker(panel["breaker"]),
            limits=tuple(_limit(row) for row in panel["limits"]),
            positions=positions,
            categories=() if decisions is None else categories_of(decisions),
            verdicts={symbol: code.label for symbol, code in zip(self._symbols, codes, strict=True)},
            validator=_validator(codes),
            orders=tuple(self._orders),
        )

    def _positions(self) -> Iterable[PositionLine]:
        for symbol, position in zip(self._symbols, self._desk.positions, strict=True):
            if position["lots"] != 0:
                mark = float(position["mark_price"])
                yield PositionLine(
                    symbol,
                    float(position["quantity"]) * mark,
                    float(position["entry_price"]),
                    mark,
                    float(unrealized_pnl(position)),
                )


def categories_of(decisions: DecisionBlock) -> tuple[CategoryLine, ...]:
    """Weight and votes of each category at the last bar, heaviest first; empty without signals."""
    trace = decisions.forecast.trace
    if trace is None:
        return ()
    weight = np.nan_to_num(trace.weight[:, -1])
    voting = np.isfinite(trace.values[:, :, -1]).any(axis=1) & (weight > 0.0)
    total = float(weight.sum())
    lines = []
    for name in sorted(set(trace.categories)):
        rows = [row for row, category in enumerate(trace.categories) if category == name]
        share = float(weight[rows].sum()) / total if total > 0.0 else 0.0
        lines.append(CategoryLine(name, share, int(voting[rows].sum()), len(rows)))
    return tuple(sorted(lines, key=lambda line: (-line.weight_share, line.name)))


def _breaker(panel: dict[str, Any]) -> BreakerLine:
    observed, limit = _known(panel["observed"]), _known(panel["limit"])
    return BreakerLine(panel["state"], panel["trigger"], observed, limit, panel["left_by"])


def _limit(row: dict[str, Any]) -> LimitLine:
    return LimitLine(row["rule"], _known(row["observed"]), _known(row["limit"]), row["unit"], row["passes"])


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _validator(codes: list[Code]) -> str:
    halted = [code for code in codes if code.stage is Stage.VALIDATION]
    return f"halts {len(halted)} of {len(codes)}: {halted[0].label}" if halted else "passes"


def _order_line(command: Command) -> str:
    if not isinstance(command, PlaceOrder):
        return f"cancel {command.symbol} {command.client_order_id}"
    order = command.order
    trigger = "" if order.trigger_price is None else f" at {order.trigger_price:,.6g}"
    kind = order.order_type.name.lower().replace("_", " ")
    return (
        f"{order.side.name.lower()} {order.quantity} {order.symbol} {kind}{trigger} ({command.reason.label})"
    )
