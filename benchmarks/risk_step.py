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
from alphastrike.risk.books import Desk, DeskTerms
from alphastrike.risk.config import RiskConfig
from alphastrike.risk.stage import RiskStage

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
HOUR_MS = 3_600_000
START_MS = 1_704_067_200_000 + HOUR_MS - 1
CALLS = 20_000


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


def microseconds(stage: RiskStage, decisions: DecisionBlock, calls: int) -> float:
    stage.mark(START_MS, decisions)
    begun = time.process_time()
    for call in range(calls):
        stage.judge(call % len(SYMBOLS), START_MS, decisions)
    return (time.process_time() - begun) / calls * 1e6


def main() -> None:
    instruments = tuple(an_instrument(symbol) for symbol in SYMBOLS)
    terms = DeskTerms(0.0, 0.5, 20.0, 55.0)
    desk = Desk.opened(Markets.of(instruments), 10_000.0, RiskConfig(order_rate=256), terms=terms)
    stage = RiskStage(desk, instruments)
    for name, forecast in (("a new position, sized and judged", 1.0), ("no forecast", 0.0)):
        microseconds(stage, one_bar(forecast), 10)
        print(f"{name}: {microseconds(stage, one_bar(forecast), CALLS):.1f} us a decision")


if __name__ == "__main__":
    main()
