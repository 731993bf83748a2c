"""A desk and a venue trading with each other, bar by bar, on random forecasts and candles."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.adapters.simulated.kernel_session import submit
from alphastrike.app.kernel_loop import Log, learn
from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.domain.records import DECISION, EQUITY, TRADE
from tests.builders import BINANCE_TIERS, Exchange, an_instrument
from tests.chance import SYMBOLS, Market, a_market, a_venue_for, live_through
from tests.desks import Trader, a_trader

seeds = st.integers(0, 10**6)
terms = st.fixed_dictionaries(
    {
        "margin_mode": st.sampled_from(["cross", "isolated"]),
        "volume_share": st.sampled_from([0.01, 1.0]),
        "slippage_bps": st.sampled_from([0.0, 20.0]),
    }
)


@dataclass
class Pair:
    """One account as the venue and as the desk know it."""

    market: Market
    exchange: Exchange
    trader: Trader
    log: Log

    @classmethod
    def opened(cls, seed: int, settings: dict) -> "Pair":
        """A fresh account of 1,000 at both ends."""
        market = a_market(seed)
        exchange = a_venue_for(market, leverage=20, **settings)
        instruments = [an_instrument(symbol, tiers=BINANCE_TIERS, min_notional="1") for symbol in SYMBOLS]
        trader = a_trader(*instruments, equity=1_000.0, leverage=0.0, max_holding_hours=9.0)
        used = np.zeros(3, np.int64)
        nothing = np.zeros(0, np.int64)
        log = Log(np.zeros(0, DECISION), np.zeros(4_096, TRADE), np.zeros(0, EQUITY), used, nothing, nothing)
        return cls(market, exchange, trader, log)

    def live(self, bar: int, seed: int) -> list[tuple[int, int]]:
        """Live through one bar and decide; returns (symbol, decision code)."""
        first = int(self.exchange.venue.used[2])
        live_through(self.exchange, self.market, bar)
        self.heard(first)
        chance = np.random.default_rng((seed, bar))
        marks = self.exchange.venue.positions["mark_price"]
        close_ms = self.exchange.now_ms - 1
        self.trader.marked(*marks, volatility=float(chance.choice([0.01, 0.03])), at_ms=close_ms)
        first, codes, orders = int(self.exchange.venue.used[2]), [], []
        for symbol in range(len(SYMBOLS)):
            forecast = float(chance.choice([-1.0, 0.0, 1.0]))
            decision = self.trader.decision(forecast, symbol, atr=float(chance.choice([0.005, 0.03])))
            codes.append((symbol, int(decision["code"])))
            orders.extend((symbol, order) for order in self.trader.planned(symbol))
        for symbol, order in orders:
            submit(self.exchange.venue, symbol, order, close_ms)
        self.heard(first)
        return codes

    def heard(self, first: int) -> None:
        """Tell the desk what the venue reported."""
        learn(self.trader.desk, self.exchange.venue, self.log, first)

    def books(self) -> tuple[list, list]:
        """(number, lots, filled) of the working orders as the venue and as the desk know them."""
        ends = (self.exchange.venue, self.trader.desk)
        names = ["order_id", "lots", "filled_lots"]
        return tuple(
            [end.orders[row, : end.order_count[row]][names].tolist() for row in range(len(SYMBOLS))]
            for end in ends
        )


@given(seed=seeds, settings=terms)
def test_desk_and_venue_agree_after_every_bar(seed, settings):
    pair = Pair.opened(seed, settings)

    for bar in range(pair.market.bars):
        pair.live(bar, seed)

        venue, desk = pair.exchange.venue, pair.trader.desk
        assert desk.positions["lots"].tolist() == venue.positions["lots"].tolist()
        assert desk.positions["entry_price"].tobytes() == venue.positions["entry_price"].tobytes()
        assert desk.account["wallet"].tobytes() == venue.account["wallet"].tobytes()
        at_venue, at_desk = pair.books()
        assert at_venue == at_desk


@given(seed=seeds, settings=terms)
def test_no_position_is_left_without_an_order_against_it(seed, settings):
    pair = Pair.opened(seed, settings)

    for bar in range(pair.market.bars):
        pair.live(bar, seed)

        desk = pair.trader.desk
        for symbol in range(len(SYMBOLS)):
            lots = int(desk.positions[symbol]["lots"])
            book = desk.orders[symbol, : desk.order_count[symbol]]
            assert lots == 0 or (book["side"] == -np.sign(lots)).any()


@given(seed=seeds, settings=terms)
def test_a_flat_symbol_with_nothing_on_its_way_has_no_orders(seed, settings):
    pair = Pair.opened(seed, settings)

    for bar in range(pair.market.bars):
        pair.live(bar, seed)

        desk = pair.trader.desk
        for symbol in range(len(SYMBOLS)):
            book = desk.orders[symbol, : desk.order_count[symbol]]
            entering = (book["order_type"] == OrderType.MARKET).any()
            assert desk.positions[symbol]["lots"] != 0 or entering or book.size == 0


@given(seed=seeds, settings=terms, stop=st.integers(0, 39))
def test_both_ends_restored_from_snapshots_go_on_as_if_they_had_never_stopped(seed, settings, stop):
    first, second = Pair.opened(seed, settings), Pair.opened(seed, settings)
    for bar in range(stop):
        first.live(bar, seed)

    second.exchange.venue.restore(first.exchange.venue.snapshot())
    second.exchange.rates.cursor[:] = first.exchange.rates.cursor
    second.exchange.now_ms = first.exchange.now_ms
    second.trader.desk.restore(first.trader.desk.snapshot())

    for bar in range(stop, first.market.bars):
        assert first.live(bar, seed) == second.live(bar, seed)
    assert first.exchange.venue.snapshot() == second.exchange.venue.snapshot()
    assert first.trader.desk.snapshot() == second.trader.desk.snapshot()


def test_the_random_loops_are_worth_testing_on():
    codes: set[int] = set()
    fills = 0
    for seed in range(8):
        pair = Pair.opened(seed, {"volume_share": 1.0})
        for bar in range(pair.market.bars):
            codes |= {code for _, code in pair.live(bar, seed)}
        fills += len(pair.exchange.fills)

    assert codes >= {Code.ORDERED, Code.HOLD}
    assert fills > 100
