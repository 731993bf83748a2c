"""One symbol's judgement in one call, for the stream: handing a desk over costs more than the judgement."""

from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.kernel_carry import expect
from alphastrike.risk.kernel_desk import decide
from alphastrike.risk.kernel_exits import remember_backing, watch_backing


@compiled_without_allocation
def judge(
    desk: Any,
    symbol: int,
    close_ms: int,
    code: int,
    observed: float,
    limit: float,
    forecast: float,
    conviction: float,
    regime: int,
    atr_fraction: float,
    backing: Any,
    bar: int,
) -> None:
    """See what became of the signals behind a position, decide, and remember those behind a new one."""
    watch_backing(desk, symbol, backing.retired, bar)
    expect(
        desk, symbol, backing.surplus[symbol, bar], backing.horizon_hours[symbol, bar],
        backing.size_cut[symbol, bar],
    )  # fmt: skip
    decide(desk, symbol, close_ms, code, observed, limit, forecast, conviction, regime, atr_fraction)
    remember_backing(desk, symbol, backing.votes, backing.weights, bar)
