"""What one decision of stage 7 costs when Python asks for it, as paper and live do.

Run: `python risk_step.py     # microseconds of processor time a decision`
"""

import time
from decimal import Decimal

import kernels  # noqa: F401 - before any compiled code
import numpy as np

from alphastrike.domain.blocks import DecisionBlock, FeatureBlock, ForecastBlock, HaltGrid, MarketBlock
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.ledger import Markets
from alphastrike.domain.orders import OrderState, OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.risk.books import Desk, DeskTerms
from alphastrike.risk.config import RiskConfig
from alphastrike.risk.stage import RiskStage

SYMBOLS = tuple(f"S{number}USDT" for number in range(10))
HELD = 7
HOUR_MS = 3_600_000
START_MS = 1_704_067_200_000 + HOUR_MS - 1
BATCHES, CALLS = 200, 200  # fewer calls than opening orders are allowed a minute


def an_instrument(symbol: str) -> UnifiedInstrument:
    numbers = {
        "tick_size": "0.01", "quantity_step": "0.001", "min_quantity": "0.001", "min_notional": "5",
        "maker_fee_rate": "0.0002", "taker_fee_rate": "0.0005", "liquidation_fee_rate": "0.0125",
    }  # fmt: skip
    tiers = (
        MarginTier(Decimal(0), Decimal("0.004"), 125),
        MarginTier(Decimal(50_000), Decimal("0.005"), 100),
    )
    return UnifiedInstrument(
        symbol=symbol,
        venue="simulated",
        native_symbol=symbol,
        margin_tiers=tiers,
        **{name: Decimal(value) for name, value in numbers.items()},
    )


def one_bar(forecast: float) -> DecisionBlock:
    count = len(SYMBOLS)
    price, halts = np.full((count, 1), 100.0), HaltGrid(count, 1)
    market = MarketBlock(SYMBOLS, HOUR_MS, np.array([START_MS]), *[price] * 6, halts)
    features = FeatureBlock(market, ("daily_volatility",), np.full((1, count, 1), 0.02), halts)
    word = ForecastBlock(
        np.full((count, 1), forecast),
        np.full((count, 1), 100.0),
        np.zeros((count, 1), np.int8),
        ("none",),
        halts,
    )
    return DecisionBlock(market, word, np.full((count, 1), 0.01), np.array([0.02]), features)


def a_desk(held: int) -> RiskStage:
    """An account of 10,000 with so many positions, each under its stop."""
    instruments = tuple(an_instrument(symbol) for symbol in SYMBOLS)
    terms = DeskTerms(0.0, 0.5, 20.0, 55.0)
    desk = Desk.opened(Markets.of(instruments), 10_000.0, RiskConfig(order_rate=256), terms=terms)
    for row in range(held):
        position, stop = desk.positions[row], desk.orders[row, 0]
        position["lots"], position["quantity"], position["entry_price"] = 3_000, 3.0, 100.0
        position["mark_price"], position["opened_ms"] = 100.0, START_MS
        stop["order_id"], stop["state"], stop["lots"], stop["side"] = row + 1, OrderState.WORKING, 3_000, -1
        stop["order_type"], stop["trigger_price"], stop["reduce_only"] = OrderType.STOP_MARKET, 98.5, 1
        desk.order_count[row] = 1
    return RiskStage(desk, instruments)


def judging(stage: RiskStage, decisions: DecisionBlock, rows: range) -> float:
    """Microseconds of processor time a symbol's judgement takes, the median of the batches."""
    taken = []
    for _ in range(BATCHES):
        stage.mark(START_MS, decisions)
        stage.desk.state[0]["orders_sent"] = 0
        begun = time.process_time_ns()
        for call in range(CALLS):
            stage.judge(rows[call % len(rows)], START_MS, decisions)
        taken.append((time.process_time_ns() - begun) / CALLS / 1e3)
    return float(np.median(taken))


def marking(stage: RiskStage, decisions: DecisionBlock) -> float:
    """Microseconds a close's marking takes, a symbol's share of it."""
    taken = []
    for _ in range(BATCHES):
        begun = time.process_time_ns()
        for _ in range(CALLS // len(SYMBOLS)):
            stage.mark(START_MS, decisions)
        taken.append((time.process_time_ns() - begun) / CALLS / 1e3)
    return float(np.median(taken))


def main() -> None:
    """Judge what is new, what is held and what nobody wants, on an empty and on a full account."""
    held, free = range(HELD), range(HELD, len(SYMBOLS))
    cases = (
        ("nothing wanted, nothing held", 0, 0.0, free, Code.HOLD),
        ("a position held", HELD, 1.0, held, Code.HOLD),
        ("a new position on an empty account", 0, 1.0, free, Code.ORDERED),
        (f"a new position beside {HELD} others", HELD, 1.0, free, Code.ORDERED),
    )
    for name, count, forecast, rows, expected in cases:
        stage, decisions = a_desk(count), one_bar(forecast)
        cost = judging(stage, decisions, rows)
        found = Code(int(stage.desk.decisions[rows[0]]["code"]))
        if found is not expected:
            raise SystemExit(
                f"{name}: observed {found.label}, expected {expected.label}: nothing was measured"
            )
        print(f"{name}: {cost:.1f} us a decision")
    share = marking(a_desk(HELD), one_bar(0.0))
    print(f"marking account, leverage and breaker at a close of {len(SYMBOLS)}: {share:.1f} us a decision")


if __name__ == "__main__":
    main()
