"""The simulated venue's arrays as unified values; pure. Rows are symbols, bars those of the history."""

import math
from decimal import Decimal

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.kernel_session import Rates
from alphastrike.adapters.simulated.margin import (
    equity,
    initial_margin,
    position_leverage,
    price_of_liquidation,
    unrealized,
)
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.instruments import UnifiedInstrument, to_decimal, to_order_quantity
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.numerics.grid import ceil_to_grid, floor_to_grid, whole_steps

_MINUTE_MS = 60_000


def to_candle(history: CandleHistory, row: int, bar: int) -> UnifiedCandle | None:
    """One closed candle, or None where the symbol has none."""
    if not history.close[row, bar] > 0.0:
        return None
    taker = float(history.taker_buy_volume[row, bar])
    return UnifiedCandle(
        symbol=history.symbols[row],
        interval_ms=history.interval_ms,
        open_time_ms=int(history.open_time_ms[bar]),
        open=float(history.open[row, bar]),
        high=float(history.high[row, bar]),
        low=float(history.low[row, bar]),
        close=float(history.close[row, bar]),
        volume=float(history.volume[row, bar]),
        taker_buy_volume=None if math.isnan(taker) else taker,
    )


def to_ticker(venue: Venue, row: int, last: UnifiedCandle) -> UnifiedTicker:
    """Prices after a symbol's last candle: half the configured spread on each side, on the tick.

    Candles carry one price, so last and mark price are both its close. A taker pays slippage and
    impact beyond the quote.
    """
    bid, ask = _quote(venue, row, last.close)
    return UnifiedTicker(
        symbol=last.symbol,
        last_price=to_decimal(last.close),
        best_bid=bid,
        best_ask=ask,
        event_time_ms=last.close_time_ms,
        mark_price=to_decimal(last.close),
    )


def to_order_book(
    venue: Venue, row: int, last: UnifiedCandle, instrument: UnifiedInstrument
) -> UnifiedOrderBook:
    """A derived book: one level a side at the ticker's quote, empty when the candle had no volume.

    Candles hold no depth. Each level's quantity is the share of the last candle's volume that the
    venue lets an account take of a candle, so it says what is to be had, not what once stood there.
    """
    bid, ask = _quote(venue, row, last.close)
    share = float(venue.state[0]["volume_share"]) * last.volume
    lots = whole_steps(share, float(instrument.quantity_step))
    quantity = to_order_quantity(lots, instrument)
    return UnifiedOrderBook(
        symbol=last.symbol,
        bids=((bid, quantity),) if lots else (),
        asks=((ask, quantity),) if lots else (),
        event_time_ms=last.close_time_ms,
        sequence=last.close_time_ms,
    )


def to_position(venue: Venue, row: int, instrument: UnifiedInstrument) -> UnifiedPosition | None:
    """A symbol's open position, or None when flat. The liquidation price is None where none exists."""
    position = venue.positions[row]
    if position["lots"] == 0:
        return None
    state = venue.state[0]
    isolated = bool(state["is_isolated"])
    liquidation = price_of_liquidation(venue, row)
    notional = abs(float(position["quantity"])) * float(position["mark_price"])
    return UnifiedPosition(
        symbol=instrument.symbol,
        quantity=to_order_quantity(int(position["lots"]), instrument),
        entry_price=to_decimal(position["entry_price"]),
        mark_price=to_decimal(position["mark_price"]),
        unrealized_pnl=to_decimal(unrealized(venue, row)),
        leverage=int(position_leverage(venue, row, float(state["leverage"]), notional)),
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        isolated_margin=to_decimal(position["isolated_margin"]) if isolated else None,
        liquidation_price=None if math.isnan(liquidation) else to_decimal(liquidation),
    )


def to_balance(venue: Venue, asset: str) -> UnifiedBalance:
    """The account. `available` is what new positions may still claim as initial margin, at least 0."""
    worth = equity(venue)
    wallet = float(venue.account[0]["wallet"])
    free = worth - initial_margin(venue, float(venue.state[0]["leverage"]))
    return UnifiedBalance(
        asset=asset,
        wallet=to_decimal(wallet),
        available=to_decimal(max(0.0, free)),
        unrealized_pnl=to_decimal(sum(unrealized(venue, row) for row in range(len(venue.positions)))),
    )


def to_funding_rate(history: CandleHistory, rates: Rates, row: int, index: int) -> UnifiedFundingRate:
    """One settled rate, priced at the close before it fell due (None before the first candle).

    `interval_ms` is the time since the row before, to the minute; a symbol's first row takes the
    time to the next, and 0 means that its only row does not tell.
    """
    first, after = int(rates.offsets[row]), int(rates.offsets[row + 1])
    due_ms = int(rates.ts_ms[index])
    earlier = index - 1 if index > first else index
    gap_ms = int(rates.ts_ms[min(earlier + 1, after - 1)]) - int(rates.ts_ms[earlier])
    mark = _close_before(history, row, due_ms)
    return UnifiedFundingRate(
        symbol=history.symbols[row],
        rate=float(rates.rate[index]),
        funding_time_ms=due_ms,
        interval_ms=round(gap_ms / _MINUTE_MS) * _MINUTE_MS,
        mark_price=None if mark is None else to_decimal(mark),
    )


def _quote(venue: Venue, row: int, price: float) -> tuple[Decimal, Decimal]:
    half_spread = float(venue.state[0]["half_spread"])
    tick = float(venue.instruments[row]["tick"])
    bid = max(tick, floor_to_grid(price * (1.0 - half_spread), tick))
    return to_decimal(bid), to_decimal(ceil_to_grid(price * (1.0 + half_spread), tick))


def _close_before(history: CandleHistory, row: int, due_ms: int) -> float | None:
    """The last close known in the candle that an instant falls into."""
    bar = (due_ms - int(history.open_time_ms[0])) // history.interval_ms
    for earlier in range(min(bar, history.open_time_ms.size) - 1, -1, -1):
        if history.close[row, earlier] > 0.0:
            return float(history.close[row, earlier])
    return None
