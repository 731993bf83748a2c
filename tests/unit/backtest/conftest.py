"""A small finished run whose books balance, built without the engine."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.backtest.result import Provenance, RunResult, SignalCatalogue
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.records import DECISION, EQUITY, FILL, FUNDING, RISK_CHANGE, SIGNAL, TRADE
from alphastrike.domain.risk_states import RiskState, Trigger

START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
INITIAL = 10_000.0
FEE, SLIPPAGE = 0.0005, 0.0002
STEPS = ("0.001", "0.05", "1")
CATALOGUE = SignalCatalogue(
    names=("trend", "funding_carry", "reversal"),
    categories=("price_action", "derivatives", "statistical"),
    states=("shadow", "active", "retired"),
)


def an_instrument(symbol: str, step: str) -> UnifiedInstrument:
    return UnifiedInstrument(
        symbol=symbol,
        venue="simulated",
        native_symbol=symbol,
        tick_size=Decimal("0.01"),
        quantity_step=Decimal(step),
        min_quantity=Decimal(step),
        min_notional=Decimal(5),
        maker_fee_rate=Decimal("0.0002"),
        taker_fee_rate=Decimal("0.0005"),
        liquidation_fee_rate=Decimal("0.01"),
        margin_tiers=(MarginTier(Decimal(0), Decimal("0.005"), 100),),
    )


def a_history(
    symbols: tuple[str, ...], bars: int, interval_ms: int = HOUR_MS, seed: int = 1
) -> CandleHistory:
    chance = np.random.default_rng(seed)
    steps = chance.normal(0.0001, 0.01, (len(symbols), bars))
    close = 100.0 * np.exp(np.cumsum(steps, axis=1))
    before = np.concatenate((np.full((len(symbols), 1), 100.0), close[:, :-1]), axis=1)
    return CandleHistory(
        symbols=symbols,
        interval_ms=interval_ms,
        open_time_ms=START_MS + np.arange(bars, dtype=np.int64) * interval_ms,
        open=before,
        high=np.maximum(before, close) * 1.001,
        low=np.minimum(before, close) * 0.999,
        close=close,
        volume=np.full(close.shape, 1000.0),
        taker_buy_volume=np.full(close.shape, np.nan),
    )


@dataclass
class Holding:
    """One symbol's open position while the run is built."""

    lots: int = 0
    entry: float = 0.0
    opened_ms: int = 0
    fees: float = 0.0
    funding: float = 0.0


class Book:
    """Market orders at the open, one round trip at a time, kept by hand in plain Python."""

    def __init__(self, history: CandleHistory) -> None:
        self.history = history
        self.steps = [float(STEPS[row % len(STEPS)]) for row in range(len(history.symbols))]
        self.held = [Holding() for _ in history.symbols]
        self.wallet = INITIAL
        self.fills: list[tuple] = []
        self.funding: list[tuple] = []
        self.trades: list[tuple] = []

    def fill(self, ts_ms: int, row: int, lots: int, reason: Reason, reference: float) -> None:
        side, holding = (1 if lots > 0 else -1), self.held[row]
        price = reference * (1 + side * SLIPPAGE)
        quantity = abs(lots) * self.steps[row]
        fee, slippage = quantity * price * FEE, quantity * reference * SLIPPAGE
        closing = holding.lots != 0
        realized = holding.lots * self.steps[row] * (price - holding.entry) if closing else 0.0
        self.wallet += realized - fee
        after = holding.lots + lots
        number = len(self.fills) + 1
        self.fills.append(
            (ts_ms, row, side, 0, 0, reason, abs(lots), price, fee, slippage, realized, number, after)
        )
        if closing:
            direction = 1 if holding.lots > 0 else -1
            costs = (realized, holding.fees + fee, holding.funding)
            times = (holding.opened_ms, ts_ms, abs(lots), holding.entry, price)
            self.trades.append((row, direction, reason, *times, *costs))
            self.held[row] = Holding()
        else:
            self.held[row] = Holding(lots, price, ts_ms, fee)

    def settle(self, ts_ms: int, rate: float, prices: np.ndarray) -> None:
        for row, holding in enumerate(self.held):
            if holding.lots:
                payment = -holding.lots * self.steps[row] * prices[row] * rate
                holding.funding += payment
                self.wallet += payment
                self.funding.append((ts_ms, row, rate, prices[row], holding.lots, payment))


def build_run(symbols: int = 2, bars: int = 480, seed: int = 1, trade_every: int = 12) -> RunResult:
    """Opens and closes positions of turning sides; `trade_every` 0 never trades."""
    history = a_history(tuple(f"{name}USDT" for name in "ABCDEFGHIJKL"[:symbols]), bars, seed=seed)
    book = Book(history)
    equity = np.zeros(bars, dtype=EQUITY)
    close_ms = history.open_time_ms + history.interval_ms - 1
    peak = INITIAL
    for bar, ts_ms in enumerate(history.open_time_ms.tolist()):
        if ts_ms % (8 * HOUR_MS) == 0:
            book.settle(ts_ms, 0.0001, history.open[:, bar])
        for row in range(symbols):
            if trade_every and bar > 48 and (bar + 5 * row) % trade_every == 0:
                _trade(book, row, bar, ts_ms)
        value = [
            h.lots * s * history.close[r, bar]
            for r, (h, s) in enumerate(zip(book.held, book.steps, strict=True))
        ]
        paid = sum(h.lots * s * h.entry for h, s in zip(book.held, book.steps, strict=True))
        total = book.wallet + sum(value) - paid
        peak = max(peak, total)
        fall = 1 - total / peak
        gross, net = sum(map(abs, value)), sum(value)
        factors = (1 - 0.2 * np.sin(bar / 50), 1 - fall, 1.0)
        lever = 3 * factors[0] * factors[1]
        equity[bar] = (
            close_ms[bar],
            total,
            book.wallet,
            total - book.wallet,
            fall,
            lever,
            gross,
            net,
            *factors,
        )
    return _finish(history, book, equity)


def _trade(book: Book, row: int, bar: int, ts_ms: int) -> None:
    price = float(book.history.open[row, bar])
    holding = book.held[row]
    if holding.lots:
        reason = (Reason.SIGNAL_EXIT, Reason.STOP, Reason.TAKE_PROFIT)[bar % 3]
        book.fill(ts_ms, row, -holding.lots, reason, price)
    else:
        side = 1 if (bar // 24 + row) % 2 else -1
        lots = int(2000.0 / price / book.steps[row])
        book.fill(ts_ms, row, side * lots, Reason.ENTRY, price)


def _finish(history: CandleHistory, book: Book, equity: np.ndarray) -> RunResult:
    decisions = _decisions(history)
    codes = [Code(value) for value in decisions["code"].tolist()]
    halts: dict[str, dict[str, int]] = {}
    for code in codes:
        if code.stage is not None:
            of_stage = halts.setdefault(code.stage.name.lower(), {})
            of_stage[code.label] = of_stage.get(code.label, 0) + 1
    instruments = tuple(
        an_instrument(symbol, STEPS[row % len(STEPS)]) for row, symbol in enumerate(history.symbols)
    )
    return RunResult(
        provenance=Provenance(
            "r-0001", 7, "d4", "c0", "seed = 7\n", "ensemble", "synthetic perp market", True
        ),
        history=history,
        instruments=instruments,
        initial_equity=INITIAL,
        fills=np.array(book.fills, dtype=FILL),
        funding=np.array(book.funding, dtype=FUNDING),
        equity=equity,
        decisions=decisions,
        trades=np.array(book.trades, dtype=TRADE),
        signals=_signals(history),
        risk_states=_risk_states(),
        risk=a_panel(),
        regimes=("calm", "wild"),
        catalogue=CATALOGUE,
        halts=halts,
        bars=int(np.isfinite(history.close).sum()),
        liquidations=0,
        first_tradable_ms=START_MS + 48 * HOUR_MS - 1,
        assumptions=("fees: taker 5 bp", "funding: 1 bp every 8 h", "no borrowing limit"),
        elapsed_s=1.5,
        engine_s=0.5,
        extra={},
    )


def _decisions(history: CandleHistory) -> np.ndarray:
    rows = []
    for bar, ts_ms in enumerate((history.open_time_ms + history.interval_ms - 1).tolist()):
        for symbol in range(len(history.symbols)):
            forecast = float(np.sin(bar / 7 + symbol))
            conviction = 100 * abs(forecast)
            if bar < 48:
                row = (Code.WARM_UP, -1, np.nan, np.nan, 3.0, 0.0, bar + 1, 48)
            elif 120 <= bar % 400 < 150:
                row = (Code.DRIFT, 0, np.nan, np.nan, 3.0, 0.0, 0.4, 0.3)
            elif conviction < 60:
                row = (Code.LOW_CONVICTION, bar % 2, forecast, conviction, 3.0, 0.0, conviction, 60)
            elif conviction < 75:
                row = (Code.GROSS_EXPOSURE, 1, forecast, conviction, 2.0, 500.0, 3.1, 3.0)
            else:
                code = Code.ORDERED if bar % 12 == 0 else Code.HOLD
                row = (code, 0, forecast, conviction, 3.0, 2000.0 * np.sign(forecast), 0.0, 0.0)
            rows.append((ts_ms, symbol, *row, 0.0))
    return np.array(rows, dtype=DECISION)


def a_panel() -> dict:
    """A risk panel in its form, one limit exceeded."""
    factors = ("volatility_factor", "drawdown_factor", "performance_factor")
    leverage = dict.fromkeys(
        ("value", "raw", "base", *factors, "lowest", "highest", "cap", "hours_until_a_raise"), 1.0
    )
    limit = {"unit": "quote", "passes": True, "setting": "risk.net_exposure", "observed": 5.0, "limit": 7.0}
    return {
        "at_ms": START_MS,
        "equity": INITIAL,
        "leverage": leverage | {"closes_asking_for_more": 1, "closes_needed": 3},
        "breaker": {
            "state": "halted",
            "since_ms": START_MS,
            "trigger": "day_loss",
            "observed": 0.061,
            "limit": 0.05,
            "left_by": "an operator who resumes, then cooldown",
        },
        "triggers": [{"trigger": "drawdown", "observed": 0.1, "limit": 0.2, "leads_to": "halted"}],
        "limits": [
            limit | {"rule": "net_exposure"},
            limit | {"rule": "gross_exposure", "passes": False, "observed": None},
        ],
    }


def _risk_states() -> np.ndarray:
    """Halted for a loss in the sixth day, resumed by an operator half a day later."""
    halted_ms = START_MS + 130 * HOUR_MS - 1
    return np.array(
        [
            (halted_ms, RiskState.NORMAL, RiskState.HALTED, Trigger.DAY_LOSS, 0.061, 0.05),
            (halted_ms + 12 * HOUR_MS, RiskState.HALTED, RiskState.COOLDOWN, Trigger.OPERATOR, 3, 4),
        ],
        dtype=RISK_CHANGE,
    )


def _signals(history: CandleHistory) -> np.ndarray:
    rows = [
        (ts_ms, symbol, name, 1, 0, 0.5 - name / 4, 0.02 * (1 + name), 0.52, 300.0)
        for ts_ms in (history.open_time_ms[23::24] + history.interval_ms - 1).tolist()
        for symbol in range(len(history.symbols))
        for name in range(len(CATALOGUE.names))
    ]
    return np.array(rows, dtype=SIGNAL)


@pytest.fixture
def a_run() -> Callable[..., RunResult]:
    """Build a run; keyword arguments of `build_run`, then replaced fields under `changes`."""

    def build(changes: dict | None = None, **shape: int) -> RunResult:
        return replace(build_run(**shape), **(changes or {}))

    return build
