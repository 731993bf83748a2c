"""The eight stages in order. Pure: events in, outcomes and commands out, time is the event's.

1 EXCHANGE -> 2 GATEWAY -> 3 FEATURES -> 4 VALIDATION -> 5 ML -> 6 STRATEGY -> 7 RISK -> 8 EXECUTION
"""

import math
from dataclasses import dataclass

import numpy as np

from alphastrike.domain.blocks import DecisionBlock, Floats, HaltGrid, MarketBlock
from alphastrike.domain.commands import Command, Forecast, Step
from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.events import (
    Advised,
    CandlesClosed,
    Event,
    FillReceived,
    FundingAnnounced,
    FundingSettled,
    OrderChanged,
    RiskNews,
    StopMissing,
)
from alphastrike.domain.outcomes import Code, Halted, Stage
from alphastrike.domain.plugins import Strategy
from alphastrike.engine.circuit_breaker import CircuitBreaker
from alphastrike.engine.stages import Execution, Features, Gateway, ModelSlot, Risk, Validator

_NOTHING = Step(outcomes=(), commands=())
_SEEN_BEFORE = (Code.DUPLICATE.value, Code.OUT_OF_ORDER.value)


@dataclass(frozen=True, slots=True)
class MarketStages:
    """Stages 2 to 6, which depend on the market alone.

    A backtest pushes a long block through, a stream pushes one bar; it is the same call.
    """

    gateway: Gateway
    features: Features
    validator: Validator
    model: ModelSlot
    strategy: Strategy

    def advance(self, block: MarketBlock, event_time_ms: int | None = None) -> DecisionBlock:
        """Candles in, a forecast or a halt for every symbol and bar out."""
        return self.judge(self.gateway.advance(block, event_time_ms))

    def judge(self, market: MarketBlock) -> DecisionBlock:
        """Stages 3 to 6 on what the gateway let through."""
        features = self.features.advance(market)
        valid = self.validator.advance(features)
        prediction = self.model.advance(valid)
        forecast = self.strategy.advance(valid, prediction)
        return DecisionBlock(
            market=market,
            forecast=forecast,
            atr_fraction=features.feature("atr_14"),
            daily_volatility=market_volatility(features.feature("daily_volatility")),
            features=valid,
        )


class Engine:
    """All eight stages behind one call; the exchange (stage 1) is where the events come from.

    `decisions` is what stages 2 to 6 said of the last bar, None before the first. `circuit_breaker` is set
    by whoever wants one before the first event; stage 7's breaker is another thing.
    """

    decisions: DecisionBlock | None = None
    circuit_breaker: CircuitBreaker | None = None

    def __init__(
        self, symbols: tuple[str, ...], market: MarketStages, risk: Risk, execution: Execution
    ) -> None:
        """Join the stages for these symbols, sorted."""
        self._symbols = symbols
        self._rows = {symbol: row for row, symbol in enumerate(symbols)}
        self._market = market
        self._risk = risk
        self._execution = execution

    def handle(self, event: Event) -> Step:
        """Answer one event. Only candles lead to decisions; all else updates what is known."""
        if isinstance(event, CandlesClosed):
            return self._decide(event)
        if isinstance(event, FillReceived):
            self._execution.learn_fill(event)
            self._risk.book_fill(event)
            if self.circuit_breaker is not None:
                self.circuit_breaker.learn_fill(event)
        elif isinstance(event, Advised):
            return _NOTHING if self.circuit_breaker is None else self.circuit_breaker.hear(event)
        elif isinstance(event, FundingSettled):
            self._risk.book_funding(event)
        elif isinstance(event, OrderChanged):
            self._execution.learn_order(event)
        else:
            return self._respond(event)
        return _NOTHING

    def _respond(self, event: RiskNews | StopMissing) -> Step:
        """What news asks of the positions cannot wait for the next close."""
        if isinstance(event, StopMissing):
            row = self._rows[event.symbol]
            self._risk.leave(row)
            return Step((), self._execution.plan(row, event.event_time_ms))
        self._risk.hear(event)
        if isinstance(event, FundingAnnounced):
            return _NOTHING
        commands: list[Command] = []
        for row in range(len(self._symbols)):
            self._risk.withdraw(row)
            commands.extend(self._execution.plan(row, event.event_time_ms))
        return Step((), tuple(commands))

    def _decide(self, event: CandlesClosed) -> Step:
        market = self._market.gateway.advance(self._block(event), event.event_time_ms)
        code = market.halts.code
        if ((code == _SEEN_BEFORE[0]) | (code == _SEEN_BEFORE[1])).all():
            return self._ignored(market, event)
        decisions = self._market.judge(market)
        now_ms = event.close_time_ms
        if self.circuit_breaker is not None:
            self.circuit_breaker.tick(now_ms)
        self._risk.mark(now_ms, decisions)
        requests = () if self.circuit_breaker is None else self.circuit_breaker.watch(now_ms, decisions)
        commands: list[Command] = []
        for row in range(len(self._symbols)):
            self._risk.judge(row, now_ms, decisions)
            commands.extend(self._execution.plan(row, now_ms))
        outcomes = tuple(self._execution.outcome(row) for row in range(len(self._symbols)))
        self.decisions = decisions
        return Step(outcomes, tuple(commands), requests, self._forecasts(decisions))

    def _forecasts(self, decisions: DecisionBlock) -> tuple[Forecast, ...]:
        said = decisions.forecast
        columns = (said.forecast[:, -1].tolist(), said.conviction[:, -1].tolist())
        rows = zip(self._symbols, *columns, strict=True)
        return tuple(Forecast(*row) for row in rows if not math.isnan(row[1]))

    def _ignored(self, market: MarketBlock, event: CandlesClosed) -> Step:
        """A bar that was already decided on changes nothing, and says so."""
        halts = market.halts
        outcomes = tuple(
            Halted(
                Stage.GATEWAY,
                Code(int(halts.code[row, -1])),
                symbol,
                event.close_time_ms,
                float(halts.observed[row, -1]),
                float(halts.limit[row, -1]),
            )
            for row, symbol in enumerate(self._symbols)
        )
        return Step(outcomes, ())

    def _block(self, event: CandlesClosed) -> MarketBlock:
        columns = np.full((6, len(self._symbols), 1), np.nan)
        for candle in event.candles:
            if (
                candle.symbol not in self._rows
                or not candle.is_closed
                or (candle.open_time_ms, candle.interval_ms) != (event.open_time_ms, event.interval_ms)
            ):
                raise InvariantBroken(f"a feed delivered a candle the engine did not ask for: {candle}")
            taker = np.nan if candle.taker_buy_volume is None else candle.taker_buy_volume
            prices = (candle.open, candle.high, candle.low, candle.close)
            columns[:, self._rows[candle.symbol], 0] = (*prices, candle.volume, taker)
        return MarketBlock(
            symbols=self._symbols,
            interval_ms=event.interval_ms,
            open_time_ms=np.array([event.open_time_ms], dtype=np.int64),
            open=columns[0],
            high=columns[1],
            low=columns[2],
            close=columns[3],
            volume=columns[4],
            taker_buy_volume=columns[5],
            halts=HaltGrid(len(self._symbols), 1),
            series=self._series(event),
        )

    def _series(self, event: CandlesClosed) -> dict[str, Floats]:
        columns: dict[str, Floats] = {}
        for known in event.series:
            if known.symbol not in self._rows:
                raise InvariantBroken(f"a feed delivered a series the engine did not ask for: {known}")
            column = columns.setdefault(known.name, np.full((len(self._symbols), 1), np.nan))
            column[self._rows[known.symbol], 0] = known.value
        return columns


def market_volatility(daily_volatility: Floats) -> Floats:
    """Median over symbols of each bar's daily volatility (fraction a day); NaN when none is known."""
    known = np.isfinite(daily_volatility)
    ranked = np.sort(np.where(known, daily_volatility, np.inf), axis=0)
    count = known.sum(axis=0)
    last = np.maximum(count - 1, 0)
    columns = np.arange(ranked.shape[1])
    median = 0.5 * (ranked[last // 2, columns] + ranked[(last + 1) // 2, columns])
    return np.where(count > 0, median, np.nan)
