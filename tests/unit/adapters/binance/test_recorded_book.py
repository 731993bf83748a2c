"""A recorded stretch of Binance's depth stream rebuilds the book that its quotes tell of."""

import pyarrow.parquet as pq
import pytest

from alphastrike.transport.order_book import Applied, BookDelta, SequencedBook

SPAN = "BTCUSDT_20240808_2354-2400.parquet"
ROWS = 20_000
ALL_ROWS = 10**9  # the whole of it
pytestmark = pytest.mark.shared_data


def _deltas(shared_data, most=ROWS):
    table = pq.read_table(shared_data / "ticks" / "binance_usdm" / "book_l2" / SPAN).slice(0, most)
    columns = {name: table[name].to_pylist() for name in table.schema.names}
    current, rows = None, []
    for index, final in enumerate(columns["final_update_id"]):
        key = (columns["is_snapshot"][index], final)
        if key != current and rows:
            yield rows
            rows = []
        current = key
        rows.append({name: column[index] for name, column in columns.items()})


def _levels(rows, side):
    return [(row["price"], row["qty"]) for row in rows if row["side"] == side]


def _as_delta(rows):
    first = rows[0]
    return BookDelta(
        first["first_update_id"],
        first["final_update_id"],
        first["prev_final_update_id"],
        first["ts_ms"],
        _levels(rows, "bid"),
        _levels(rows, "ask"),
    )


def _replayed(groups, skip=None):
    """(delta, what became of it, book) from the snapshot on."""
    book = SequencedBook("BTCUSDT")
    waiting, live, number = [], False, 0
    for rows in groups:
        if rows[0]["is_snapshot"]:
            book.load(
                rows[0]["final_update_id"], _levels(rows, "bid"), _levels(rows, "ask"), rows[0]["ts_ms"]
            )
            live = True
            for delta in waiting:
                book.apply(delta)
            waiting = []
            continue
        delta = _as_delta(rows)
        if not live:
            waiting.append(delta)
            continue
        number += 1
        if number != skip:
            yield delta, book.apply(delta), book


def test_best_bid_and_ask_equal_the_recorded_quotes_at_every_compared_event(shared_data):
    quotes = pq.read_table(shared_data / "ticks" / "binance_usdm" / "book_ticker" / SPAN)
    ids, bids, asks = (quotes[name].to_pylist() for name in ("update_id", "bid", "ask"))
    at, compared = 0, 0

    for delta, applied, book in _replayed(_deltas(shared_data, ALL_ROWS)):
        assert applied is Applied.APPLIED
        while at + 1 < len(ids) and ids[at + 1] <= delta.final_id:
            at += 1
        if at + 1 < len(ids) and ids[at] == delta.final_id:
            compared += 1
            assert (book.bids.edge, book.asks.edge) == (bids[at], asks[at])

    assert compared > 200, compared


def test_one_deleted_delta_is_noticed_at_once(shared_data):
    outcomes = []
    for _, applied, latest in _replayed(_deltas(shared_data), skip=200):
        outcomes.append(applied)
        book = latest
        if applied is not Applied.APPLIED:
            break

    assert len(outcomes) == 200
    assert outcomes[-1] is Applied.GAP
    assert not book.is_usable
