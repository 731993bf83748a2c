"""What must hold at the simulated venue for any orders on any candles."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.app.kernel_loop import Log, learn
from alphastrike.domain.orders import OrderState
from alphastrike.domain.records import DECISION, EQUITY, NOTICE_FILL, NOTICE_FUNDING, TRADE
from alphastrike.execution.lifecycle import LEGAL
from tests.builders import START_MS, Exchange, an_instrument
from tests.chance import STEP, SYMBOLS, Market, a_market, a_venue_for, live_through, random_orders
from tests.desks import a_trader

seeds = st.integers(0, 10**6)
settings_of_venues = st.fixed_dictionaries(
    {
        "margin_mode": st.sampled_from(["cross", "isolated"]),
        "leverage": st.sampled_from([1, 5, 20, 100]),
        "volume_share": st.sampled_from([0.05, 1.0]),
        "slippage_bps": st.sampled_from([0.0, 20.0]),
        "impact_bps": st.sampled_from([0.0, 50.0]),
    }
)
POSITION_FIELDS = (
    "lots", "quantity", "entry_price", "opened_ms", "trip_pnl", "trip_fees", "trip_funding", "trip_max_lots",
    "trip_exit_notional", "trip_exit_lots", "trip_entry_price",
)  # fmt: skip
ACCOUNT_FIELDS = ("wallet", "realized", "fees", "funding", "slippage", "turnover", "trades", "liquidations")


def traded(seed: int, settings: dict, *, shortcut: bool = True, bars: int | None = None) -> Exchange:
    """A venue that lived through a random market under random orders."""
    market = a_market(seed)
    exchange = a_venue_for(market, **settings)
    for bar in range(market.bars if bars is None else bars):
        live_through(exchange, market, bar, shortcut=shortcut)
        random_orders(exchange, seed, bar)
    return exchange


def kept(exchange: Exchange) -> bytes:
    """Everything a venue remembers, and everything it reported."""
    venue = exchange.venue
    names = ("account", "positions", "orders", "order_count", "unrealized", "maintenance", "used")
    arrays = [getattr(venue, name) for name in names]
    rows = [venue.fills[: venue.used[0]], venue.funding[: venue.used[1]], venue.notices[: venue.used[2]]]
    return b"".join(array.tobytes() for array in (*arrays, *rows, exchange.rates.cursor))


def unrealized(venue, symbol: int) -> float:
    position = venue.positions[symbol]
    return int(position["lots"]) * STEP * float(position["mark_price"] - position["entry_price"])


def equity(venue) -> float:
    return float(venue.account[0]["wallet"]) + sum(unrealized(venue, row) for row in range(len(SYMBOLS)))


def test_the_random_markets_are_worth_testing_on():
    exchanges = [traded(seed, {"leverage": 100, "volume_share": 1.0}) for seed in range(5)]

    assert all(len(exchange.fills) > 10 and len(exchange.payments) > 3 for exchange in exchanges)
    assert any(fill.is_liquidation for exchange in exchanges for fill in exchange.fills)
    assert any(fill.is_maker for exchange in exchanges for fill in exchange.fills)
    assert {state for exchange in exchanges for _, state in exchange.words} == {
        OrderState.REJECTED, OrderState.EXPIRED, OrderState.CANCELED,
    }  # fmt: skip


@given(seed=seeds, settings=settings_of_venues)
def test_who_books_the_reports_has_the_venues_account_to_the_last_bit(seed, settings):
    exchange = traded(seed, settings)
    venue, desk = exchange.venue, a_trader(*_instruments(), equity=1_000.0).desk
    log = Log(
        np.zeros(0, DECISION), np.zeros(8_192, TRADE), np.zeros(0, EQUITY), np.zeros(3, np.int64),
        np.zeros(0, np.int64), np.zeros(0, np.int64),
    )  # fmt: skip

    learn(desk, venue, log, 0)

    for name in POSITION_FIELDS:
        assert desk.positions[name].tobytes() == venue.positions[name].tobytes(), name
    for name in ACCOUNT_FIELDS:
        assert desk.account[name].tobytes() == venue.account[name].tobytes(), name
    assert log.used[1] == venue.account[0]["trades"]


@given(seed=seeds, settings=settings_of_venues)
def test_equity_is_the_start_plus_realised_less_fees_plus_funding_plus_unrealised(seed, settings):
    venue = traded(seed, settings).venue

    account = venue.account[0]
    expected = 1_000.0 + account["realized"] - account["fees"] + account["funding"]
    assert account["wallet"] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(seed=seeds, settings=settings_of_venues)
def test_equity_follows_from_fills_funding_and_marks_alone(seed, settings):
    venue = traded(seed, settings).venue
    fills, funding = venue.fills[: venue.used[0]], venue.funding[: venue.used[1]]

    cash = 1_000.0 - np.sum(fills["side"] * fills["lots"] * STEP * fills["price"])
    cash += funding["payment"].sum() - fills["fee"].sum()
    worth = np.sum(venue.positions["lots"] * STEP * venue.positions["mark_price"])

    assert cash + worth == pytest.approx(equity(venue), rel=1e-9, abs=1e-7)


@given(seed=seeds, settings=settings_of_venues)
def test_a_position_is_the_sum_of_its_fills(seed, settings):
    venue = traded(seed, settings).venue
    fills = venue.fills[: venue.used[0]]

    for symbol in range(len(SYMBOLS)):
        own = fills[fills["symbol"] == symbol]
        held = np.cumsum(own["side"].astype(np.int64) * own["lots"])
        assert own["position_after"].tolist() == held.tolist()
        assert venue.positions[symbol]["lots"] == (held[-1] if held.size else 0)
        assert venue.positions[symbol]["quantity"] == venue.positions[symbol]["lots"] / 1_000


@given(seed=seeds, settings=settings_of_venues)
def test_walking_every_candle_gives_what_skipping_the_quiet_ones_gives(seed, settings):
    assert kept(traded(seed, settings)) == kept(traded(seed, settings, shortcut=False))


@given(seed=seeds, settings=settings_of_venues, stop=st.integers(0, 39))
def test_a_venue_restored_from_a_snapshot_goes_on_as_if_it_had_never_stopped(seed, settings, stop):
    market = a_market(seed)
    first = traded(seed, settings, bars=stop)
    second = a_venue_for(market, **settings)
    second.now_ms, second.number = first.now_ms, first.number
    seen = tuple(first.venue.used)

    second.venue.restore(first.venue.snapshot())
    second.rates.cursor[:] = first.rates.cursor

    for bar in range(stop, market.bars):
        for exchange in (first, second):
            live_through(exchange, market, bar)
            random_orders(exchange, seed, bar)
    assert second.venue.snapshot() == first.venue.snapshot()
    fills = first.venue.fills[seen[0] : first.venue.used[0]]
    assert second.venue.fills[: second.venue.used[0]].tobytes() == fills.tobytes()


@given(seed=seeds, settings=settings_of_venues)
def test_every_order_lives_a_legal_life_and_no_order_is_overfilled(seed, settings):
    exchange = traded(seed, settings)
    venue = exchange.venue
    states: dict[int, int] = defaultdict(lambda: int(OrderState.PENDING))

    for notice in venue.notices[: venue.used[2]]:
        number = int(notice["order_id"])
        if notice["kind"] == NOTICE_FUNDING or number == 0:
            continue
        after = OrderState.PARTIALLY_FILLED if notice["kind"] == NOTICE_FILL else notice["state"]
        assert LEGAL[states[number], after], number
        states[number] = int(after)

    for symbol in range(len(SYMBOLS)):
        for order in venue.orders[symbol, : venue.order_count[symbol]]:
            assert order["filled_lots"] < order["lots"]
            assert states[int(order["order_id"])] in (OrderState.WORKING, OrderState.PARTIALLY_FILLED)


@given(seed=seeds)
def test_without_costs_every_fill_is_at_a_price_of_its_candle(seed):
    market = a_market(seed)
    exchange = traded(seed, {"leverage": 100})

    for fill in exchange.fills:
        bar = (fill.ts_ms - START_MS) // exchange.interval_ms
        opened, high, low, _, _ = market.candles[fill.symbol, bar]
        if fill.is_liquidation:
            continue  # may be floored at the bankruptcy price
        gapped_over = fill.is_maker and not low <= fill.price <= high
        assert low - 1e-9 <= fill.price <= high + 1e-9 or gapped_over
        if gapped_over:
            # A resting order keeps its price when the market opens beyond it: never in our favour.
            assert fill.side * (fill.price - opened) > 0


@given(seed=seeds, settings=settings_of_venues)
def test_fills_of_a_candle_are_at_most_the_share_of_its_volume(seed, settings):
    market = a_market(seed)
    exchange = traded(seed, settings)
    taken: dict[tuple[int, int], float] = defaultdict(float)
    for fill in exchange.fills:
        if not fill.is_liquidation:
            bar = (fill.ts_ms - START_MS) // exchange.interval_ms
            taken[fill.symbol, bar] += fill.lots * STEP

    for (symbol, bar), quantity in taken.items():
        assert quantity <= market.candles[symbol, bar, 4] * settings["volume_share"] * (1 + 1e-9) + 1e-9


@given(seed=seeds, settings=settings_of_venues)
def test_the_account_never_owes_the_venue_at_the_end_of_a_bar(seed, settings):
    market = a_market(seed)
    exchange = a_venue_for(market, **settings)

    for bar in range(market.bars):
        live_through(exchange, market, bar)
        assert equity(exchange.venue) > -1e-6
        random_orders(exchange, seed, bar)


def _instruments():
    return [an_instrument(symbol) for symbol in SYMBOLS]


def test_the_market_itself_is_sane():
    market: Market = a_market(1)
    opened, high, low, close, _ = np.moveaxis(market.candles, 2, 0)
    there = np.isfinite(opened)

    assert (high[there] >= np.maximum(opened, close)[there]).all()
    assert (low[there] <= np.minimum(opened, close)[there]).all()
    assert (~there).any()
