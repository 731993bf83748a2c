"""A circuit breaker over a desk for tests: finish trades, move equity, propose calls, see what holds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.domain.blocks import DecisionBlock, FeatureBlock, ForecastBlock, HaltGrid, MarketBlock
from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.llm.book import Book
from alphastrike.llm.breaker import Breaker
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.kernel_triggers import hear_trade
from alphastrike.llm.report import PerformanceReport
from alphastrike.llm.reporting import Facts
from alphastrike.llm.watch import Watch
from tests.builders import START_MS, an_instrument
from tests.desks import Trader, a_trader

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


@dataclass
class Patient:
    """An account under a breaker's watch; `restrained` is what stage 7 was told last."""

    trader: Trader
    breaker: Breaker
    watch: Watch
    book: Book
    restrained: list[Any]
    now_ms: int = START_MS + HOUR_MS - 1

    def trade(self, *net_pnls: float, symbol: int = 0) -> None:
        """Finish round trips."""
        for net_pnl in net_pnls:
            hear_trade(self.watch, symbol, net_pnl)

    def close(self, *, hours: int = 1, equity: float | None = None) -> ReviewRequested | None:
        """Let hours pass and look at the account; returns the review asked for."""
        self.now_ms += hours * HOUR_MS
        account = self.trader.desk.account[0]
        if equity is not None:
            account["equity"] = equity
            account["equity_peak"] = max(account["equity_peak"], equity)
        self.breaker.tick(self.now_ms)
        requests = self.breaker.watch(self.now_ms, a_decision_block())
        return requests[0] if requests else None

    def answer(self, review: ReviewRequested, *calls: ProposedCall, after_ms: int = 1_000) -> Any:
        """Answer a review; returns the judgements."""
        arrival_ms = review.event_time_ms + after_ms
        advice = Advice(tuple(calls), "test", after_ms)
        self.breaker.hear(InterventionProposed(arrival_ms, review.review_id, advice))
        return self.breaker.history[-1].judgements


def a_patient(symbols: tuple[str, ...] = SYMBOLS, **sections: Any) -> Patient:
    """A fresh account of 10,000 at leverage 5 under a breaker; `sections` are those of `[llm]`."""
    config = LlmConfig.model_validate(sections)
    trader = a_trader(*(an_instrument(symbol) for symbol in symbols))
    trader.marked(*[100.0] * len(symbols))
    trader.desk.state[0]["leverage"] = 5.0
    watch, book = Watch.over(len(symbols), config.triggers), Book(symbols)
    restrained: list[Any] = []

    def restrain(restraints: Any, cap: float) -> None:
        restrained.append((restraints, cap))

    facts = Facts(symbols, trader.desk, watch, book, 55.0, 10_000.0)
    return Patient(trader, Breaker(facts, config, restrain), watch, book, restrained)


def a_review(patient: Patient | None = None) -> tuple[Patient, ReviewRequested]:
    """A patient whose losing streak has just fired."""
    patient = patient or a_patient()
    patient.trade(-1.0, -1.0, -1.0, -1.0, -1.0, symbol=2)
    review = patient.close()
    assert review is not None
    return patient, review


def report_of(review: ReviewRequested) -> PerformanceReport:
    """The report a review carries."""
    return PerformanceReport.model_validate_json(review.report)


def a_call(tool: Any, **arguments: Any) -> ProposedCall:
    """A proposed call."""
    return ProposedCall(tool, arguments)


def a_decision_block(symbols: tuple[str, ...] = SYMBOLS) -> DecisionBlock:
    """One bar on which nothing halted."""
    shape = (len(symbols), 1)
    halts, flat = HaltGrid(*shape), np.full(shape, 100.0)
    market = MarketBlock(symbols, HOUR_MS, np.array([START_MS]), flat, flat, flat, flat, flat, flat, halts)
    forecast = ForecastBlock(np.zeros(shape), flat, np.zeros(shape, dtype=np.int8), ("range",), halts)
    features = FeatureBlock(market, (), np.zeros((0, *shape)), halts)
    return DecisionBlock(market, forecast, flat, np.array([0.02]), features)
