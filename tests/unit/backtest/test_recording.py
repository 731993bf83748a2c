"""What a run keeps, and in which order."""

import numpy as np
import pytest

from alphastrike.backtest.recording import Recording
from alphastrike.domain.blocks import (
    CandleHistory,
    DecisionBlock,
    FeatureBlock,
    ForecastBlock,
    SignalTrace,
)
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code
from alphastrike.domain.records import DECISION, FILL, SIGNAL, TRADE

START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def a_block(bars: int, *, codes: dict[int, Code] | None = None, trace: SignalTrace | None = None):
    """One symbol's hourly bars; `codes` halts single bars."""
    flat = np.full((1, bars), 100.0)
    times = START_MS + HOUR_MS * np.arange(bars, dtype=np.int64)
    market = CandleHistory(("AUSDT",), HOUR_MS, times, flat, flat, flat, flat, flat, flat).block(0, bars)
    for bar, code in (codes or {}).items():
        where = np.arange(bars)[None, :] == bar
        market.halts.halt(where, code, 0.0, 0.0)
    none = np.zeros((1, bars), dtype=np.int8)
    forecast = ForecastBlock(flat, flat, none, ("calm", "wild"), market.halts, trace)
    features = FeatureBlock(market, (), np.zeros((0, 1, bars)), market.halts)
    return DecisionBlock(market, forecast, flat, flat[0], features)


def fills_at(*times: int, symbol: int = 0) -> np.ndarray:
    rows = np.zeros(len(times), dtype=FILL)
    rows["ts_ms"], rows["symbol"] = times, symbol
    return rows


def test_records_come_back_in_the_order_of_time_whatever_symbol_was_first():
    recording = Recording()

    recording.add("fills", np.concatenate([fills_at(1, 9, symbol=0), fills_at(1, 5, 9, symbol=1)]))
    recording.add("fills", fills_at(10, symbol=0))

    found = recording.joined("fills")
    assert found["ts_ms"].tolist() == [1, 1, 5, 9, 9, 10]
    assert found["symbol"].tolist() == [0, 1, 1, 0, 1, 0]


def test_trades_are_in_the_order_they_were_closed():
    recording = Recording()
    rows = np.zeros(3, dtype=TRADE)
    rows["closed_ms"], rows["lots"] = [7, 3, 7], [1, 2, 3]

    recording.add("trades", rows)

    assert recording.joined("trades")["lots"].tolist() == [2, 1, 3]


def test_what_was_added_does_not_change_with_the_buffer_it_came_from():
    recording, buffer = Recording(), fills_at(1)
    recording.add("fills", buffer)

    buffer["ts_ms"] = 99

    assert recording.joined("fills")["ts_ms"].tolist() == [1]


@pytest.mark.parametrize("name", ["fills", "funding", "equity", "decisions", "trades", "signals"])
def test_a_kind_nobody_added_to_is_empty(name):
    assert Recording().joined(name).size == 0


def test_the_first_tradable_bar_is_the_first_that_passed_stages_one_to_five():
    recording = Recording()
    codes = {0: Code.WARM_UP, 1: Code.DRIFT, 2: Code.NO_PREDICTION, 3: Code.LOW_CONVICTION}

    recording.observe(a_block(2, codes={0: Code.WARM_UP, 1: Code.GAP}))
    assert recording.first_tradable_ms is None
    recording.observe(a_block(6, codes=codes))
    recording.observe(a_block(6))

    assert recording.first_tradable_ms == START_MS + 4 * HOUR_MS - 1
    assert recording.regimes == ("calm", "wild")


def test_signals_are_kept_at_the_end_of_each_utc_day():
    bars = 50
    values = np.arange(2 * bars, dtype=float).reshape(2, 1, bars)
    per_bar = np.arange(2 * bars, dtype=float).reshape(2, bars)
    trace = SignalTrace(
        ("trend", "carry"), ("price_action", "derivatives"), ("shadow", "active"),
        values, per_bar / 100, per_bar / 200, per_bar * 2, np.ones((2, bars), dtype=np.int8),
        np.zeros((2, bars), dtype=np.int8), np.full((1, bars), 0.5),
    )  # fmt: skip
    recording = Recording()

    recording.observe(a_block(bars, trace=trace))

    rows = recording.joined("signals")
    assert rows.dtype == SIGNAL
    assert rows["ts_ms"].tolist() == [START_MS + 24 * HOUR_MS - 1] * 2 + [START_MS + 48 * HOUR_MS - 1] * 2
    assert rows["signal"].tolist() == [0, 1, 0, 1]
    assert rows["value"].tolist() == [23.0, 73.0, 47.0, 97.0]
    assert rows["weight"].tolist() == [0.23, 0.73, 0.47, 0.97]
    assert recording.catalogue.names == ("trend", "carry")


def test_halts_are_counted_by_stage_and_code_in_the_order_of_the_stages():
    recording = Recording()
    recording.codes[[Code.GROSS_EXPOSURE, Code.GAP, Code.HOLD, Code.ORDERED, Code.STALE]] = [4, 3, 9, 9, 1]

    table = recording.halts()

    assert table == {"gateway": {"gap": 3, "stale": 1}, "risk": {"gross_exposure": 4}}
    assert list(table) == ["gateway", "risk"]


def a_talkative_block(bars: int):
    """Bars with one feature, withheld at bar 1, and two signals of which the second never speaks."""
    votes = np.stack([np.full((1, bars), 0.5), np.full((1, bars), np.nan)])
    record = np.full((2, bars), 0.25)
    state = np.zeros((2, bars), dtype=np.int8)
    up = np.full((1, bars), 0.53)
    trace = SignalTrace(
        ("trend", "mute"),
        ("price_action", "macro"),
        ("shadow",),
        votes,
        record,
        record,
        record,
        state,
        state,
        up,
    )
    block = a_block(bars, codes={bars - 1: Code.LOW_CONVICTION}, trace=trace)
    values = np.arange(bars, dtype=float).reshape(1, 1, bars)
    values[0, 0, 1] = np.nan
    features = FeatureBlock(block.market, ("rsi",), values, block.market.halts)
    return DecisionBlock(block.market, block.forecast, block.atr_fraction, block.daily_volatility, features)


def orders_at(*bars: int) -> np.ndarray:
    rows = np.zeros(len(bars), dtype=DECISION)
    rows["ts_ms"], rows["code"] = START_MS + HOUR_MS * (np.array(bars) + 1) - 1, Code.ORDERED
    return rows


def test_an_order_is_taken_apart_into_features_votes_and_what_came_of_them():
    recording = Recording()
    recording.observe(a_talkative_block(5))

    recording.add("decisions", orders_at(1))

    (found,) = recording.explanations()
    assert (found.symbol, found.code, found.ts_ms) == ("AUSDT", "ordered", START_MS + 2 * HOUR_MS - 1)
    assert (found.probability_up, found.regime) == (0.53, "calm")
    assert found.features == (("rsi", None),)
    assert [(vote.signal, vote.value) for vote in found.votes] == [("trend", 0.5), ("mute", None)]
    assert found.votes[0].weight == 0.25


def test_only_the_newest_orders_are_kept():
    recording = Recording()
    recording.observe(a_talkative_block(60))

    recording.add("decisions", orders_at(*range(50)))

    found = recording.explanations()
    assert len(found) == 20
    assert found[-1].ts_ms == START_MS + 50 * HOUR_MS - 1


def test_where_no_order_was_sent_the_last_close_is_taken_apart_with_the_gate():
    recording = Recording()
    recording.observe(a_talkative_block(5))

    (found,) = recording.explanations()

    assert (found.code, found.observed, found.limit) == ("low_conviction", 0.0, 0.0)
    assert found.features == (("rsi", 4.0),)


def test_a_run_without_a_bar_explains_nothing():
    assert Recording().explanations() == ()
