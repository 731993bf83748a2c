"""Everything a live run calls, once, on a run that is thrown away: nothing compiles while an order waits."""

import asyncio
from decimal import Decimal

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.paper import PaperRun, Trading, open_paper, paper_driver
from alphastrike.app.paper_market import embedded_market
from alphastrike.domain.events import (
    CashMoved,
    Event,
    FillReceived,
    FundingSettled,
    OperatorCommanded,
    OrderChanged,
    PositionsReconciled,
    StopMissing,
)
from alphastrike.domain.orders import OrderState, Side, UnifiedFill
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.risk_states import OperatorAction
from alphastrike.live.driver import Stopping
from alphastrike.live.journal import MemoryJournal
from alphastrike.live.pacing import Pace

_WARM_UP_DAYS, _CLOSES = 10, 12


def rehearse(config: AlphaStrikeConfig) -> None:
    """Trade a little of the embedded market in memory, and hear every kind of news."""
    small = config.model_copy(
        update={
            "paper": config.paper.model_copy(update={"warm_up_days": _WARM_UP_DAYS, "most_days": 1}),
            "data": config.data.model_copy(update={"symbols": ()}),
            "backtest": config.backtest.model_copy(update={"llm": "off"}),
        }
    )
    market, feed = embedded_market(small, Pace(float("inf")))
    run = open_paper(small, market)
    driver = paper_driver(run, Trading(run, lambda _: None), MemoryJournal())
    asyncio.run(driver.run(feed.closes((), _CLOSES), Stopping()))
    for event in _news(run):
        run.engine.handle(event)


def _news(run: PaperRun) -> tuple[Event, ...]:
    instrument, now_ms = run.assembly.instruments[0], run.market.first_open_ms
    symbol, step = instrument.symbol, instrument.quantity_step

    def fill(side: Side) -> FillReceived:
        done = UnifiedFill(symbol, side, step, Decimal(100), Decimal(0), False, "", "", now_ms)  # noqa: FBT003
        return FillReceived(now_ms, done, Reason.ENTRY)

    return (
        fill(Side.BUY),
        OrderChanged(now_ms, symbol, "", OrderState.CANCELED),
        FundingSettled(now_ms, symbol, 0.0, 100.0, 0.0, 0.0),
        CashMoved(now_ms, 1.0),
        StopMissing(now_ms, symbol),
        fill(Side.SELL),
        PositionsReconciled(now_ms, 1),
        OperatorCommanded(now_ms, OperatorAction.FLATTEN),
    )
