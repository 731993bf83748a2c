"""Any sequence of markets, news, operators and restarts: no limit broken by an order, nothing unprotected."""

import json
import math
from collections import Counter
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alphastrike.adapters.simulated.kernel_session import submit
from alphastrike.app.kernel_loop import Log, learn
from alphastrike.app.risk_start import RiskStart, begin_risk
from alphastrike.domain.events import CashMoved, OperatorCommanded, PositionsReconciled, VenueHealthObserved
from alphastrike.domain.orders import OrderState, OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.domain.records import DECISION, EQUITY, TRADE
from alphastrike.domain.risk_states import OperatorAction, RiskState, Trigger
from alphastrike.execution.kernel_orders import learn_state
from alphastrike.risk.books import unrestrained
from alphastrike.risk.kernel_desk import look, observe
from alphastrike.risk.kernel_news import hear_funding
from alphastrike.risk.saved_state import saved_state
from alphastrike.risk.stage import RiskStage
from tests.builders import BINANCE_TIERS, an_instrument
from tests.chance import SYMBOLS, a_market, a_venue_for, live_through, on_tick
from tests.desks import a_trader
from tests.limits import keeps_every_limit

OPEN = (RiskState.NORMAL, RiskState.CAUTION, RiskState.COOLDOWN)
COUNT = len(SYMBOLS)
STOPS = ("kept", "lost", "missed")  # at the venue; the last is noticed at once
DEFAULTS = {
    "cluster_exposure": 0.6,
    "stressed_loss": 0.06,
    "liquidation_sigmas": 6.0,
    "liquidation_stops": 2.5,
    "liquidation_floor": 0.03,
    "order_rate": 20,
    "price_band": 0.25,
}


class RiskMachine(RuleBasedStateMachine):
    """One account at the venue and at the desk, with everything that can happen to it.

    `seen` counts over all sequences what has happened, so that a test can tell that it did.
    """

    seen: ClassVar[Counter[str]] = Counter()

    @initialize(
        seed=st.integers(0, 10**6),
        trailing=st.sampled_from([0.0, 2.0]),
        stops=st.sampled_from([0.0, 1.5]),
        wildness=st.sampled_from([0.1, 0.3, 1.0]),
    )
    def open(self, seed: int, wildness: float, trailing: float, stops: float) -> None:
        self.chance = np.random.default_rng(seed)
        self.market = a_market(seed, 80, wildness=wildness)
        self.exchange = a_venue_for(
            self.market, leverage=20, volume_share=float(self.chance.choice([0.01, 1.0]))
        )
        self.instruments = tuple(
            an_instrument(symbol, tiers=BINANCE_TIERS, min_notional="1") for symbol in SYMBOLS
        )
        self.rules = DEFAULTS | {"trailing_atr": trailing, "take_profit_stops": stops}
        self.trader = self.a_desk()
        self.bars = 0
        self.refused: frozenset[OrderType] = frozenset()
        self.bare: set[int] = set()  # the venue refused what would have protected it, since the last close
        nothing = np.zeros(0, np.int64)
        self.log = Log(
            np.zeros(0, DECISION),
            np.zeros(4_096, TRADE),
            np.zeros(0, EQUITY),
            np.zeros(3, np.int64),
            nothing,
            nothing,
        )

    def a_desk(self) -> Any:
        return a_trader(*self.instruments, equity=1_000.0, leverage=0.0, max_holding_hours=9.0, **self.rules)

    @property
    def desk(self) -> Any:
        return self.trader.desk

    @property
    def stage(self) -> RiskStage:
        return RiskStage(self.desk, self.instruments)

    def state(self) -> RiskState:
        return RiskState(int(self.desk.breaker[0]["state"]))

    def heard(self) -> None:
        self.count_tape()
        learn(self.desk, self.exchange.venue, self.log, 0)
        self.exchange.venue.used[:] = 0
        self.log.used[1] = 0

    @rule(
        wanted=st.lists(st.sampled_from([-1.0, 0.0, 1.0, math.nan]), min_size=COUNT, max_size=COUNT),
        volatility=st.sampled_from([0.01, 0.03, 0.1, math.nan]),
        atr=st.sampled_from([0.005, 0.03, math.nan]),
        code=st.sampled_from([0, 0, 0, 0, int(Code.DRIFT), int(Code.GAP)]),
    )
    def any_close(self, wanted: list[float], volatility: float, atr: float, code: int) -> None:
        """A close on which anything may be missing."""
        self.bar(wanted, volatility, atr, code)

    def bar(self, wanted: list[float], volatility: float, atr: float, code: int) -> None:
        number = self.bars % self.market.bars
        self.bars += 1
        live_through(self.exchange, self.market, number)
        self.heard()
        close_ms = self.exchange.now_ms - 1
        self.trader.now_ms = close_ms
        self.seen["bars"] += 1
        self.seen["gaps"] += int(np.isnan(self.market.candles[:, number, 3]).any())
        column = self.market.candles[:, number, 3:4].copy()
        codes = np.full((COUNT, 1), code, dtype=np.int16)
        look(self.desk, codes, column, np.full((COUNT, 1), volatility), 0, close_ms)
        row = np.zeros(1, EQUITY)[0]
        observe(self.desk, close_ms, volatility, row)
        self.desk.change_count[0] = 0
        assert row["leverage"] <= max(self.leverage_bound(), self.desk.rules[0]["lowest"])
        self.seen[self.state().label] += 1
        sent, bare = [], self.bare
        self.bare = set()
        for symbol in range(COUNT):
            halt = (code, 0.0, 1.0)
            held = int(self.desk.positions[symbol]["lots"])
            leaving = self.is_leaving(symbol)
            self.trader.decision(wanted[symbol], symbol, atr=atr, halt=halt)
            if code == 0 and held * wanted[symbol] < 0 and not leaving:
                intent = self.trader.intent(symbol)
                assert intent["acts"] == 1
                assert intent["target_lots"] * held <= 0
            orders = self.trader.planned(symbol)
            for order in orders:
                self.judge(symbol, order)
            closing = any(
                order["reduce_only"] and order["order_type"] == OrderType.MARKET for order in orders
            )
            assert closing or held == 0 or symbol not in bare or self.is_guarded(symbol)
            sent += [(symbol, order) for order in orders]
        self.carry(sent, close_ms)

    @rule(count=st.integers(1, 12), bias=st.sampled_from([-1.0, 0.0, 1.0]))
    def trade(self, count: int, bias: float) -> None:
        """Closes on which forecasts lean one way, mostly with numbers that let them through."""
        for _ in range(count):
            lean = np.sign(bias + self.chance.normal(0.0, 1.0, COUNT))
            volatility = float(self.chance.choice([0.01, 0.02, 0.05]))
            atr = float(self.chance.choice([0.004, 0.01, 0.03]))
            self.bar(lean.tolist(), volatility, atr, 0)

    @rule(jump=st.sampled_from([-0.9, -0.4, 0.5, 3.0]), both=st.booleans(), stops=st.sampled_from(STOPS))
    def gap(self, jump: float, both: bool, stops: str) -> None:
        """From the next candle on the price is somewhere else; the venue may lose the stops before that."""
        ahead = self.market.candles[: COUNT if both else 1, self.bars % self.market.bars :, :4]
        ahead[:] = on_tick(ahead * (1.0 + jump))
        for symbol in range(0 if stops == "kept" else COUNT):
            for order in self.book(symbol)[self.book(symbol)["order_type"] == OrderType.STOP_MARKET].copy():
                order["state"] = OrderState.CANCELED
                submit(self.exchange.venue, symbol, order, self.exchange.now_ms - 1)
                self.bare.add(symbol)
        self.heard()
        if stops == "missed":
            self.leave_what_is_bare()

    @rule(side=st.sampled_from([-1.0, 1.0]), stops=st.sampled_from(STOPS))
    def ruin(self, side: float, stops: str) -> None:
        """As much as may be opened, and then the market goes where it hurts most."""
        for _ in range(2):
            self.bar([side] * COUNT, 0.01, 0.004, 0)
        self.gap(-0.9 if side > 0 else 3.0, both=True, stops=stops)
        self.bar([side] * COUNT, 0.01, 0.004, 0)

    def leverage_bound(self) -> float:
        cap = float(self.desk.state[0]["leverage_cap"])
        highest = float(self.desk.rules[0]["highest"])
        return min(highest, cap) if cap > 0.0 else float(self.desk.rules[0]["lowest"])

    def book(self, symbol: int) -> Any:
        return self.desk.orders[symbol, : self.desk.order_count[symbol]]

    def is_leaving(self, symbol: int) -> bool:
        return bool((self.book(symbol)["order_type"] == OrderType.MARKET).any())

    def is_guarded(self, symbol: int) -> bool:
        """Whether an order that ends or limits the loss is working against the position."""
        book = self.book(symbol)
        guards = book[book["order_type"] != OrderType.TAKE_PROFIT_MARKET]
        return bool((guards["side"] == -np.sign(int(self.desk.positions[symbol]["lots"]))).any())

    def judge(self, symbol: int, order: Any) -> None:
        """An order that opens is sent in an open state and keeps every limit."""
        self.seen["reducing" if order["reduce_only"] else "orders"] += 1
        if order["state"] != OrderState.CANCELED and not order["reduce_only"]:
            assert self.state() in OPEN
            keeps_every_limit(self.trader, symbol, int(order["side"]))

    def carry(self, sent: list[tuple[int, Any]], now_ms: int) -> None:
        for symbol, order in sent:
            is_new = order["state"] != OrderState.CANCELED
            if is_new and OrderType(int(order["order_type"])) in self.refused:
                learn_state(self.desk, symbol, order["order_id"], OrderState.REJECTED)
                self.seen["rejected"] += 1
                self.bare.add(symbol)
            else:
                submit(self.exchange.venue, symbol, order, now_ms)
        self.refused = frozenset()
        self.heard()

    def count_tape(self) -> None:
        venue = self.exchange.venue
        fills = venue.fills[: venue.used[0]]
        self.seen["fills"] += fills.size
        self.seen["liquidations"] += int(fills["is_liquidation"].sum())
        self.seen["funding"] += int(venue.used[1])

    def respond(self, event: Any) -> None:
        """What the engine does with news: hear it and act at once."""
        stage = self.stage
        stage.hear(event)
        sent = []
        for symbol in range(COUNT):
            stage.withdraw(symbol)
            sent += [(symbol, order) for order in self.trader.planned(symbol)]
        assert all(order["state"] == OrderState.CANCELED or order["reduce_only"] for _, order in sent)
        self.carry(sent, self.exchange.now_ms - 1)
        self.desk.change_count[0] = 0

    @rule(kinds=st.frozensets(st.sampled_from(OrderType), min_size=1))
    def refuse(self, kinds: frozenset[OrderType]) -> None:
        """The venue will refuse such orders the next time any are sent."""
        self.refused = kinds

    @rule(action=st.sampled_from([*OperatorAction, OperatorAction.RESUME, OperatorAction.RESUME]))
    def operator(self, action: OperatorAction) -> None:
        before = self.state()
        self.seen[action.name] += 1
        self.respond(OperatorCommanded(self.exchange.now_ms - 1, action))
        if action is not OperatorAction.RESUME:
            assert self.state() in (RiskState.REDUCE_ONLY, RiskState.HALTED)
        elif before is RiskState.HALTED:
            assert self.state() is RiskState.COOLDOWN

    def leave_what_is_bare(self) -> None:
        """Whoever looks after the stops has seen that one is missing: the position is left at once."""
        for symbol in sorted(self.bare):
            if self.desk.positions[symbol]["lots"] == 0 or self.is_guarded(symbol):
                continue
            self.seen["stop missed"] += 1
            self.stage.leave(symbol)
            orders = self.trader.planned(symbol)
            assert [
                order for order in orders if order["reduce_only"] and order["order_type"] == OrderType.MARKET
            ]
            self.carry([(symbol, order) for order in orders], self.exchange.now_ms - 1)

    @rule(share=st.sampled_from([-0.5, -0.1, 0.3, 1.0]))
    def cash(self, share: float) -> None:
        amount = share * max(0.0, float(self.desk.account[0]["equity"]))
        self.seen["deposits" if amount > 0 else "withdrawals"] += 1
        self.exchange.venue.account[0]["wallet"] += amount
        self.respond(CashMoved(self.exchange.now_ms - 1, amount))

    @rule(rate=st.sampled_from([0.0, 0.5, math.nan]))
    def health(self, rate: float) -> None:
        self.respond(VenueHealthObserved(self.exchange.now_ms - 1, rate))

    @rule(mismatches=st.sampled_from([0, 1]))
    def reconciled(self, mismatches: int) -> None:
        self.respond(PositionsReconciled(self.exchange.now_ms - 1, mismatches))
        assert mismatches == 0 or self.state() is RiskState.HALTED

    @rule(rate=st.sampled_from([-0.01, 0.0, 0.01]), minutes=st.integers(0, 60))
    def funding(self, rate: float, minutes: int) -> None:
        for symbol in range(COUNT):
            hear_funding(self.desk, symbol, rate, self.exchange.now_ms + minutes * 60_000)

    @rule(
        shorts=st.sampled_from([0, 1, -1]),
        entries=st.sampled_from([0, 1, 1]),
        size=st.sampled_from([0.0, 0.5, 1.0, math.nan]),
        cap=st.sampled_from([math.inf, 2.0, math.nan, -1.0]),
    )
    def restrain(self, shorts: int, entries: int, size: float, cap: float) -> None:
        restraints = unrestrained(COUNT)
        restraints["shorts_allowed"], restraints["entries_allowed"] = shorts, entries
        restraints["size_multiplier"] = size
        self.stage.restrain(restraints, cap)

    @precondition(lambda self: self.bars > 0)
    @rule(found=st.sampled_from(["snapshot", "file", "damage"]))
    def restart(self, found: str) -> None:
        """The books are those of before, the risk state what a snapshot or its file says, or HALTED."""
        now_ms, before = self.exchange.now_ms, self.state()
        saved = json.loads(json.dumps(saved_state(self.desk, SYMBOLS, now_ms), allow_nan=False))
        leverage, peak = float(self.desk.state[0]["leverage"]), float(self.desk.account[0]["equity_peak"])
        cap, restraints = float(self.desk.state[0]["leverage_cap"]), self.desk.restraints.copy()
        snapshot, books = self.desk.snapshot(), self.desk.ledger.snapshot()
        self.seen[f"restart from {found}"] += 1
        self.trader = self.a_desk()
        self.trader.now_ms = now_ms - 1
        if found == "snapshot":
            self.desk.restore(snapshot)
        else:
            self.desk.ledger.restore(books)
            self.stage.restrain(restraints, cap)
            start = (
                RiskStart(saved) if found == "file" else RiskStart(fault="damaged", account=saved["account"])
            )
            begin_risk(self.desk, now_ms, start)
        if found == "damage":
            assert (self.state(), self.desk.breaker[0]["trigger"]) == (RiskState.HALTED, Trigger.STATE_FILE)
            assert self.desk.state[0]["leverage"] == self.desk.rules[0]["lowest"]
        else:
            assert self.state() is before
            assert self.desk.state[0]["leverage"] <= leverage
        assert self.desk.account[0]["equity_peak"] >= peak
        self.desk.change_count[0] = 0

    @invariant()
    def every_position_has_an_order_against_it(self) -> None:
        if not hasattr(self, "trader"):
            return
        for symbol in range(COUNT):
            held = self.desk.positions[symbol]["lots"] != 0
            assert not held or symbol in self.bare or self.is_guarded(symbol)

    @invariant()
    def both_ends_hold_the_same(self) -> None:
        if hasattr(self, "trader"):
            assert self.desk.positions["lots"].tolist() == self.exchange.venue.positions["lots"].tolist()


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        RiskMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


EVENTS = (
    "orders", "reducing", "fills", "rejected", "stop missed", "gaps", "funding", "liquidations",
    "deposits", "withdrawals", "restart from snapshot", "restart from file", "restart from damage",
    *(action.name for action in OperatorAction), *(state.label for state in RiskState),
)  # fmt: skip


def test_no_sequence_breaks_a_limit_or_leaves_a_position_unprotected():
    run(examples=40, steps=25)


@pytest.mark.long
def test_ten_thousand_sequences_break_nothing_and_everything_happens_in_them():
    RiskMachine.seen.clear()

    run(examples=10_000, steps=30)

    assert not [event for event in EVENTS if not RiskMachine.seen[event]], RiskMachine.seen
