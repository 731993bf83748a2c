"""nautilus_trader: matching engine and message bus, one margin account."""

from decimal import Decimal

import nautilus_trader
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.indicators import ExponentialMovingAverage
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Currency, Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy
from task import FAST, SLOW, Stopwatch, Task, report

VENUE = Venue("SIM")


class EmaCrossConfig(StrategyConfig, frozen=True):
    notional: float
    step: float
    first_decision_bar: int
    bar_types: tuple[BarType, ...]


class EmaCross(Strategy):
    def on_start(self) -> None:
        self.fills = 0
        self.books = {}
        for bar_type in self.config.bar_types:
            fast, slow = ExponentialMovingAverage(FAST), ExponentialMovingAverage(SLOW)
            instrument = self.cache.instrument(bar_type.instrument_id)
            self.register_indicator_for_bars(bar_type, fast)
            self.register_indicator_for_bars(bar_type, slow)
            self.books[bar_type] = [fast, slow, instrument, 0, 0.0, -1]
            self.subscribe_bars(bar_type)

    def on_bar(self, bar: Bar) -> None:
        book = self.books[bar.bar_type]
        fast, slow, instrument, held_side, held, seen = book
        book[5] = seen + 1
        if book[5] < self.config.first_decision_bar:
            return
        gap = fast.value - slow.value
        side = (gap > 0) - (gap < 0)
        if side in {0, held_side}:
            return
        steps = int(self.config.notional / float(bar.close) / self.config.step + 1e-9)
        wanted = side * steps * self.config.step
        change = wanted - held
        order = self.order_factory.market(
            instrument.id,
            OrderSide.BUY if change > 0 else OrderSide.SELL,
            instrument.make_qty(abs(change)),
        )
        book[3], book[4] = side, wanted
        self.submit_order(order)

    def on_order_filled(self, event: object) -> None:  # noqa: ARG002
        self.fills += 1


def instrument_of(task: Task, symbol: str, first_price: float) -> CryptoPerpetual:
    decimals = max(0, 5 - len(str(int(first_price))) + 1) if first_price >= 1 else 7
    sizes = 5
    return CryptoPerpetual(
        instrument_id=InstrumentId(Symbol(symbol), VENUE),
        raw_symbol=Symbol(symbol),
        base_currency=Currency.from_str("BTC"),
        quote_currency=USDT,
        settlement_currency=USDT,
        is_inverse=False,
        price_precision=decimals,
        price_increment=Price(10.0**-decimals, decimals),
        size_precision=sizes,
        size_increment=Quantity(task.quantity_step, sizes),
        margin_init=Decimal("0.01"),
        margin_maint=Decimal("0.005"),
        maker_fee=Decimal(str(task.taker_fee)),
        taker_fee=Decimal(str(task.taker_fee)),
        ts_event=0,
        ts_init=0,
    )


def add_market(engine: BacktestEngine, task: Task) -> tuple[BarType, ...]:
    kinds = []
    for symbol in task.symbols:
        columns = task.candles(symbol)
        instrument = instrument_of(task, symbol, float(columns["open"][0]))
        engine.add_instrument(instrument)
        kind = BarType.from_str(f"{instrument.id}-1-MINUTE-LAST-EXTERNAL")
        # A bar is known when it closes.
        index = pd.to_datetime(columns.pop("ts_ms") + 60_000, unit="ms", utc=True)
        frame = pd.DataFrame(columns, index=index)
        engine.add_data(BarDataWrangler(kind, instrument).process(frame))
        kinds.append(kind)
    return tuple(kinds)


def main() -> None:
    task, watch = Task.given(), Stopwatch()
    engine = BacktestEngine(
        BacktestEngineConfig(trader_id=TraderId("BENCH-001"), logging=LoggingConfig(bypass_logging=True))
    )
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USDT,
        starting_balances=[Money(task.equity, USDT)],
    )
    config = EmaCrossConfig(
        notional=task.notional,
        step=task.quantity_step,
        first_decision_bar=task.first_decision_bar,
        bar_types=add_market(engine, task),
    )
    strategy = EmaCross(config)
    engine.add_strategy(strategy)
    with watch:
        engine.run()
    account = engine.portfolio.account(VENUE)
    unrealized = engine.portfolio.unrealized_pnls(VENUE)
    final = account.balance_total(USDT).as_double() + sum(each.as_double() for each in unrealized.values())
    report(task, watch, version=nautilus_trader.__version__, fills=strategy.fills, final_equity=final)


if __name__ == "__main__":
    main()
