"""A recorded market is played from now on, as it was recorded."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alphastrike.adapters.simulated.practice import KernelLedger
from alphastrike.app.practice_feeds import Recording, practice_feed
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.domain.practice import PracticeKey
from alphastrike.simulator.book_feed import BookFeed
from alphastrike.simulator.exchange import PracticeVenue

NOW_MS = 1_700_000_030_000
HOUR_MS = 3_600_000
SPAN = "BTCUSDT_20240808_2354-2400.parquet"
NAMES = ("ts_ms", "is_snapshot", "side", "price", "qty", "first_update_id", "final_update_id")
ROWS = [
    (990, False, "bid", 99.0, 7.0, 90, 99),  # older than the snapshot
    (1_000, True, "bid", 99.0, 1.0, 100, 100),
    (1_000, True, "bid", 98.5, 2.0, 100, 100),
    (1_000, True, "ask", 101.0, 1.5, 100, 100),
    (1_000, True, "ask", 102.0, 1.0, 100, 100),
    (1_500, False, "bid", 99.5, 3.0, 101, 104),
    (1_500, False, "ask", 101.0, 0.0, 101, 104),
    (2_500, False, "ask", 97.5, 1.0, 105, 106),
    (2_500, False, "bid", 99.5, 0.0, 105, 106),
    (2_500, False, "bid", 99.0, 0.0, 105, 106),
    (2_500, False, "bid", 98.5, 0.0, 105, 106),
    (2_500, False, "bid", 97.0, 9.0, 105, 106),
]


def columns(rows=ROWS):
    return {name: np.array(values) for name, values in zip(NAMES, zip(*rows, strict=True), strict=True)}


def venue_of(feed):
    return PracticeVenue(feed, KernelLedger, 1)


def test_a_recorded_book_is_the_exchanges_book_at_every_step():
    venue = venue_of(BookFeed("XUSDT", columns(), NOW_MS))

    seen = []
    for after_ms in (0, 500, 1_500, 9_000):
        venue.advance(NOW_MS + after_ms)
        book = venue.book("XUSDT")
        seen.append((book.bids[0], book.asks[0]))

    assert seen == [
        ((99, 1), (101, Decimal("1.5"))),
        ((Decimal("99.5"), 3), (102, 1)),
        ((97, 9), (Decimal("97.5"), 1)),
        ((97, 9), (Decimal("97.5"), 1)),
    ]
    assert venue.instrument("XUSDT").tick_size == Decimal("0.1") * 1


def test_a_resting_order_fills_when_the_recorded_book_goes_through_it():
    venue = venue_of(BookFeed("XUSDT", columns(), NOW_MS))
    account = venue.open_account(PracticeKey("k", "s", "p", "0x1"))
    order = UnifiedOrder("XUSDT", Side.BUY, OrderType.LIMIT, Decimal(1), "one", price=Decimal("98.0"))

    placed = account.place(order)
    venue.advance(NOW_MS + 1_000)
    waiting = account.find("XUSDT", order_id=placed.result.order_id, client_order_id=None)
    venue.advance(NOW_MS + 3_000)
    after = account.find("XUSDT", order_id=placed.result.order_id, client_order_id=None)

    assert waiting.result.state is OrderState.WORKING
    assert (after.result.state, after.result.average_price) == (OrderState.FILLED, Decimal("98.0"))


@pytest.mark.parametrize(
    ("rows", "words"), [(ROWS[:1], "no snapshot"), ([*ROWS[:5], *ROWS[7:]], "gap at update 106")]
)
def test_a_recording_with_a_hole_is_no_market(rows, words):
    with pytest.raises(DataError, match=words):
        list(BookFeed("XUSDT", columns(rows), NOW_MS).steps())


def test_a_file_of_a_book_is_known_by_its_columns(tmp_path):
    file = tmp_path / "XUSDT_2024.parquet"
    pq.write_table(pa.table(columns()), file)

    feed = practice_feed(Recording(file), 0, NOW_MS)

    assert [instrument.symbol for instrument in feed.instruments] == ["XUSDT"]
    assert feed.start_ms == NOW_MS
    with pytest.raises(ConfigError, match="one order book"):
        practice_feed(Recording(file, ("AUSDT", "BUSDT")), 0, NOW_MS)


def test_recorded_candles_begin_now_with_as_many_past_as_asked_for(tmp_path):
    file = tmp_path / "XUSDT_1h.csv"
    first_ms = 1_600_000_000_000 // HOUR_MS * HOUR_MS
    rows = [f"{first_ms + n * HOUR_MS},{10 + n},{12 + n},{9 + n},{11 + n},5" for n in range(6)]
    file.write_text("\n".join(["ts_ms,open,high,low,close,volume", *rows]) + "\n")

    venue = venue_of(practice_feed(Recording(file, past=3), 0, NOW_MS))
    venue.advance(NOW_MS)
    candles = venue.candles("XUSDT", HOUR_MS, 0, NOW_MS)

    assert [(one.open, one.high, one.low, one.close) for one in candles[:3]] == [
        (10.0 + n, 12.0 + n, 9.0 + n, 11.0 + n) for n in range(3)
    ]
    assert [one.is_closed for one in candles] == [True, True, True, False]
    with pytest.raises(ConfigError, match="--past"):
        practice_feed(Recording(file, past=6), 0, NOW_MS)


@pytest.mark.shared_data
def test_a_real_recording_is_played_whole_and_in_order(shared_data):
    table = pq.read_table(shared_data / "ticks" / "binance_usdm" / "book_l2" / SPAN).slice(0, 20_000)
    feed = BookFeed("BTCUSDT", {name: table[name].to_numpy() for name in table.schema.names}, NOW_MS)
    venue = venue_of(feed)

    steps = list(feed.steps())
    venue.advance(steps[-1][0])
    book, middle = venue.book("BTCUSDT"), steps[-1][1][0].close

    assert len(steps) > 100
    assert [at_ms for at_ms, _ in steps] == sorted(at_ms for at_ms, _ in steps)
    assert float(book.bids[0][0] + book.asks[0][0]) / 2 == middle
    assert book.bids[0][0] < book.asks[0][0]
    assert venue.instrument("BTCUSDT").tick_size == Decimal("0.1")
