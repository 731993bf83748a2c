"""Series beside candles: joined as they were published, summed where they flow, kept in the store."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import DataError
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from alphastrike.marketdata.fingerprint import series_hash
from alphastrike.marketdata.importing import import_files
from alphastrike.marketdata.series import EVERY_SYMBOL, SeriesColumn, joined_series, with_funding
from alphastrike.marketdata.series_files import read_series
from alphastrike.marketdata.store import list_store
from alphastrike.marketdata.ticks import (
    book_columns,
    branching_ratio,
    microprice_gap,
    order_flow,
    quote_columns,
    trade_columns,
)

START_MS = 1_704_067_200_000
MINUTE_MS = 60_000


def a_history(bars=12, interval_ms=HOUR_MS, symbols=("AUSDT", "BUSDT")):
    flat = np.ones((len(symbols), bars))
    times = START_MS + interval_ms * np.arange(bars, dtype=np.int64)
    return CandleHistory(symbols, interval_ms, times, flat, flat, flat, flat, flat, flat * np.nan)


def a_column(path, name, times, values, symbol="AUSDT", step_ms=0):
    return SeriesColumn(
        path, name, symbol, None, np.array(times, dtype=np.int64), np.array(values, dtype=float), step_ms
    )


def test_a_value_is_known_from_the_first_close_after_its_publication(tmp_path):
    column = a_column(
        tmp_path, "open_interest", [START_MS + 3 * HOUR_MS - 1, START_MS + 5 * HOUR_MS], [7.0, 8.0]
    )

    values = joined_series(a_history(), [column]).series["open_interest"]

    assert np.isnan(values[0, :2]).all()
    assert values[0, 2:6].tolist() == [7.0, 7.0, 7.0, 8.0]
    assert np.isnan(values[1]).all()


def test_a_value_is_forgotten_when_it_is_too_old(tmp_path):
    column = a_column(tmp_path, "open_interest", [START_MS], [7.0])

    values = joined_series(a_history(), [column]).series["open_interest"][0]

    assert np.isfinite(values[:8]).all()
    assert np.isnan(values[8:]).all()


def test_what_holds_for_the_market_reaches_every_symbol(tmp_path):
    column = a_column(tmp_path, "fear_greed", [START_MS], [20.0], EVERY_SYMBOL)

    assert (joined_series(a_history(), [column]).series["fear_greed"] == 20.0).all()


def test_two_files_of_one_series_fill_each_other_and_unknown_symbols_are_left_out(tmp_path):
    parts = [
        a_column(tmp_path, "open_interest", [START_MS], [1.0]),
        a_column(tmp_path, "open_interest", [START_MS + 10 * HOUR_MS], [2.0]),
        a_column(tmp_path, "mark_price", [START_MS], [2.0], "ZUSDT"),
    ]

    series = joined_series(a_history(), parts).series

    assert set(series) == {"open_interest"}
    assert series["open_interest"][0, [0, 10]].tolist() == [1.0, 2.0]


def test_a_flow_is_summed_and_unknown_where_a_part_is_missing(tmp_path):
    minutes = START_MS + MINUTE_MS * np.arange(1, 150)
    column = a_column(tmp_path, "trade_count", minutes, np.ones(149), step_ms=MINUTE_MS)

    values = joined_series(a_history(), [column]).series["trade_count"][0]

    assert values[:2].tolist() == [60.0, 60.0]
    assert np.isnan(values[2:]).all()


def test_a_flow_coarser_than_the_bars_is_unknown(tmp_path):
    column = a_column(tmp_path, "trade_count", [START_MS + HOUR_MS], [5.0], step_ms=HOUR_MS)

    history = joined_series(a_history(interval_ms=MINUTE_MS), [column])

    assert np.isnan(history.series["trade_count"]).all()


def test_taker_volumes_told_by_trades_fill_what_candles_lack(tmp_path):
    minutes = START_MS + MINUTE_MS * np.arange(1, 61)
    column = a_column(tmp_path, "taker_buy_volume", minutes, np.full(60, 0.5), step_ms=MINUTE_MS)

    history = joined_series(a_history(), [column])

    assert history.taker_buy_volume[0, 0] == 30.0
    assert "taker_buy_volume" not in history.series


def test_funding_is_brought_to_eight_hours_whatever_its_interval():
    times = START_MS + HOUR_MS * np.array([0, 1, 2, 3], dtype=np.int64)
    funding = FundingHistory(("AUSDT", "BUSDT"), times, np.full(4, 1e-5), np.array([0, 4, 4]))

    rates = with_funding(a_history(), funding).series["funding_rate"]

    assert rates[0, :4] == pytest.approx(8e-5)
    assert np.isnan(rates[1]).all()


def test_a_history_without_rates_has_no_series():
    funding = FundingHistory(("AUSDT", "BUSDT"), np.zeros(0, np.int64), np.zeros(0), np.zeros(3, np.int64))

    assert with_funding(a_history(), funding).series == {}


def test_trades_become_counts_and_taker_buys_of_whole_minutes():
    times = START_MS + np.array([50_000, 60_000, 61_000, 119_999, 120_000])
    sold = np.array([False, False, True, False, False])

    made = {name: (at, values) for name, at, values, _ in trade_columns(times, np.arange(1.0, 6.0), sold)}

    assert made["trade_count"][1].tolist() == [3.0]
    assert made["taker_buy_volume"][1].tolist() == [6.0]
    assert made["trade_count"][0].tolist() == [START_MS + 120_000]


def test_an_hour_of_trades_has_a_branching_ratio():
    times = START_MS + np.arange(0, 62 * MINUTE_MS, 20_000)

    made = {name: values for name, _, values, _ in trade_columns(times, np.ones(times.size), times > 0)}

    assert made["trade_clustering"].tolist() == [0.0]


def test_the_branching_ratio_of_counts_with_four_times_the_variance_of_chance():
    counts = np.array([2.0, 6.0, 2.0, 6.0])  # mean 4, variance 4

    assert branching_ratio(counts) == 0.0
    assert branching_ratio(np.array([0.0, 8.0])) == pytest.approx(1.0 - np.sqrt(4.0 / 16.0))


def test_order_flow_of_quotes_worked_by_hand():
    # The bid rises to 101 with 5: +5. Then the ask's size grows from 4 to 6 at one price: -2.
    bid, bid_size = np.array([100.0, 101.0, 101.0]), np.array([3.0, 5.0, 5.0])
    ask, ask_size = np.array([102.0, 102.0, 102.0]), np.array([4.0, 4.0, 6.0])

    assert order_flow(bid, bid_size, ask, ask_size).tolist() == [5.0, -2.0]
    assert microprice_gap(bid_size, ask_size)[0] == pytest.approx(-1.0 / 7.0)


def test_quotes_become_flow_over_depth_and_the_last_micro_price():
    times = START_MS + np.array([0, 61_000, 62_000, 125_000])
    size = np.array([2.0, 2.0, 4.0, 4.0])

    made = {
        name: (at, values)
        for name, at, values, _ in quote_columns(
            times, np.full(4, 9.0), size, np.full(4, 10.0), np.full(4, 2.0)
        )
    }

    assert made["order_flow_imbalance"][1].tolist() == pytest.approx([2.0 / 2.5])
    assert made["microprice_gap"][1].tolist() == pytest.approx([2.0 / 6.0])
    assert made["microprice_gap"][0].tolist() == [START_MS + 120_000 - 1]


def test_a_book_becomes_the_weighted_imbalance_of_its_levels():
    times = START_MS + np.array([0, 0, 61_000, 62_500, 121_000])
    bids = np.array([True, False, True, True, True])
    prices, sizes = np.array([99.0, 101.0, 98.0, 98.0, 99.0]), np.array([3.0, 1.0, 5.0, 0.0, 3.0])

    ((name, at, values, _),) = book_columns(times, bids, prices, sizes)

    best, next_ = np.exp(-0.01 / 5e-4), np.exp(-0.02 / 5e-4)
    first = (3 * best + 5 * next_ - best) / (4 * best + 5 * next_)
    assert (name, at.tolist()) == ("book_imbalance", [START_MS + 120_000 - 1])
    assert values[0] == pytest.approx((first + 0.5) / 2.0)


def test_a_crossed_or_empty_book_says_nothing():
    times = START_MS + np.array([0, 61_000, 125_000])
    crossed = book_columns(times, np.array([True, False, True]), np.array([9.0, 8.0, 9.0]), np.ones(3))
    empty = book_columns(times, np.ones(3, dtype=bool), np.full(3, 9.0), np.ones(3))

    assert [list(values) for _, _, values, _ in (*crossed, *empty)] == [[], []]


def written(path, kind=None, **columns):
    told = {"kind": kind, "symbol": "AUSDT", "venue": "weex"} if kind else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns).replace_schema_metadata(told), path)
    return path


def test_open_interest_is_known_minutes_after_its_time(tmp_path):
    path = written(
        tmp_path / "AUSDT.parquet",
        "open_interest",
        ts_ms=[START_MS, START_MS + HOUR_MS],
        open_interest=[1.0, 2.0],
        open_interest_value=[1.0, 2.0],
    )

    (column,) = read_series(path)

    assert (column.name, column.symbol, column.venue) == ("open_interest", "AUSDT", "weex")
    assert column.available_ms[0] == START_MS + 5 * MINUTE_MS


def test_macro_figures_are_known_after_their_day_and_become_changes(tmp_path):
    days = START_MS + DAY_MS * np.arange(7)
    path = written(
        tmp_path / "macro.parquet", ts_ms=days, dxy=np.exp(np.arange(7.0)), us2y=np.arange(7.0) ** 2
    )

    columns = {column.name: column for column in read_series(path)}

    assert set(columns) == {"dollar_return_5d", "rates_change_5d"}
    assert columns["dollar_return_5d"].values == pytest.approx([5.0, 5.0])
    assert columns["rates_change_5d"].values.tolist() == [25.0, 35.0]
    assert columns["dollar_return_5d"].available_ms[0] == days[5] + DAY_MS
    assert columns["dollar_return_5d"].symbol == EVERY_SYMBOL


def test_a_csv_of_fear_and_greed_is_read_like_any_table(tmp_path):
    path = tmp_path / "fng.csv"
    path.write_text(f"ts_ms,fear_greed\n{START_MS},30\n{START_MS + DAY_MS},15\n", encoding="utf-8")

    (column,) = read_series(path)

    assert (column.name, column.values.tolist()) == ("fear_greed", [30.0, 15.0])


def test_mark_candles_are_known_at_their_close(tmp_path):
    times = START_MS + HOUR_MS * np.arange(3)
    prices = {name: [1.0, 2.0, 3.0] for name in ("open", "high", "low", "close", "volume")}
    path = written(tmp_path / "1h" / "AUSDT.parquet", "mark", ts_ms=times, **prices)

    (column,) = read_series(path)

    values = joined_series(a_history(), [column]).series["mark_price"][0]
    assert column.name == "mark_price"
    assert values[:3].tolist() == [1.0, 2.0, 3.0]


def test_times_that_do_not_rise_and_tables_without_a_symbol_are_refused(tmp_path):
    twice = written(tmp_path / "a.parquet", "open_interest", ts_ms=[1000, 1000], open_interest=[1.0, 2.0])
    unnamed = written(tmp_path / "2024.parquet", ts_ms=[1000], open_interest=[1.0])

    with pytest.raises(DataError, match="times that do not rise"):
        read_series(twice)
    with pytest.raises(DataError, match="unknown symbol"):
        read_series(unnamed)


def test_a_file_without_a_series_is_refused_when_named_and_left_out_of_a_folder(tmp_path):
    path = written(tmp_path / "notes.parquet", ts_ms=[1000], remarks=[1.0])

    with pytest.raises(DataError, match="no series beside candles"):
        read_series(path)
    assert read_series(tmp_path) == ()


def test_series_are_imported_kept_merged_and_read_back_from_the_store(tmp_path):
    store = tmp_path / "store"
    for day in range(2):
        path = written(
            tmp_path / f"AUSDT-{day}.parquet",
            "open_interest",
            ts_ms=[START_MS + day * HOUR_MS, START_MS + (day + 1) * HOUR_MS],
            open_interest=[1.0 + day, 2.0 + day],
        )
        import_files([path], store)

    (listed,) = list_store(store)
    (column,) = read_series(store)

    assert (listed.kind, listed.rows, listed.symbol) == ("series", 3, "AUSDT-open_interest")
    assert column.values.tolist() == [1.0, 2.0, 3.0]


def test_a_value_that_contradicts_the_store_is_refused(tmp_path):
    for value in (1.0, 2.0):
        path = written(tmp_path / "AUSDT.parquet", "open_interest", ts_ms=[START_MS], open_interest=[value])
        if value == 1.0:
            import_files([path], tmp_path / "store")

    with pytest.raises(DataError, match="another value"):
        import_files([path], tmp_path / "store")


def test_the_hash_of_a_run_covers_its_series(tmp_path):
    column = a_column(tmp_path, "open_interest", [START_MS], [1.0])
    other = a_column(tmp_path, "open_interest", [START_MS], [2.0])

    assert series_hash("x", []) == "x"
    assert len({"x", series_hash("x", [column]), series_hash("x", [other])}) == 3
