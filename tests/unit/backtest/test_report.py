"""The report: whole, offline, small enough, and drawn from the right rows."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from alphastrike.backtest.explained import ExplainedDecision, Vote
from alphastrike.backtest.metrics.buy_and_hold import buy_and_hold
from alphastrike.backtest.report.figures import halts_figure, price_figures, weights_figure
from alphastrike.backtest.report.page import render_report
from alphastrike.backtest.report.thinning import packed
from alphastrike.backtest.report.timelines import halt_timeline, weight_timeline
from alphastrike.backtest.result import SignalCatalogue
from alphastrike.backtest.summary import summarise
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from alphastrike.domain.outcomes import Code
from alphastrike.domain.records import DECISION, FILL

START_MS = 1_704_067_200_000


def page_of(result) -> str:
    hold = buy_and_hold(result.history)
    return render_report(result, summarise(result, hold), hold)


def charts_of(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="charts">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def unpacked(column: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(column["bdata"]), dtype=f"<{column['dtype']}")


def test_the_page_needs_no_network(a_run):
    page = page_of(a_run())

    markup = page[: page.index('<script type="application/json"')]
    assert "http" not in markup
    assert not re.search(r"<script[^>]+src=|<link[^>]+href=\"http", page)
    assert "<!--" not in markup


def test_the_page_says_when_the_market_is_invented(a_run):
    assert "Synthetic data: an invented market" in page_of(a_run())


def test_a_long_run_of_many_symbols_stays_below_ten_megabytes(a_run):
    page = page_of(a_run(symbols=12, bars=6000, trade_every=400))

    assert len(page.encode()) < 10_000_000


def test_equity_is_drawn_from_its_rows(a_run):
    result = a_run(bars=480)

    strategy = charts_of(page_of(result))["equity"]["traces"][0]

    assert unpacked(strategy["x"]) == pytest.approx(result.equity["ts_ms"])
    assert unpacked(strategy["y"]) == pytest.approx(result.equity["equity"], rel=1e-6)


def test_text_from_outside_cannot_close_the_script(a_run):
    from dataclasses import replace

    evil = "</script><script>alert(1)</script>"
    result = a_run(symbols=1, bars=100)
    provenance = replace(result.provenance, strategy=evil, data_label=evil)
    catalogue = SignalCatalogue((evil, "b", "c"), ("x", "y", "z"), ("shadow", "active"))

    page = page_of(a_run({"provenance": provenance, "catalogue": catalogue}, symbols=1, bars=100))

    assert evil not in page


def test_each_symbols_fills_are_marked_by_side(a_run):
    result = a_run(symbols=2, bars=300)

    chart = price_figures(result)["BUSDT"]

    sides = {trace["name"]: unpacked(trace["x"]).size for trace in chart["traces"][1:]}
    own = result.fills[result.fills["symbol"] == 1]
    assert sides == {"Buy": (own["side"] > 0).sum(), "Sell": (own["side"] < 0).sum()}


def test_too_many_fills_are_thinned_and_the_page_says_so(a_run):
    result = a_run(symbols=1, bars=100)
    fills = np.zeros(9000, dtype=FILL)
    fills["ts_ms"] = result.history.open_time_ms[0] + np.arange(9000)
    fills["side"], fills["lots"], fills["price"], fills["reason"] = 1, 5, 100.0, 1

    chart = price_figures(a_run({"fills": fills}, symbols=1, bars=100))["AUSDT"]

    assert unpacked(chart["traces"][1]["x"]).size <= 2000
    assert "of 9,000 fills are drawn" in chart["note"]


def test_a_strategy_without_signals_has_no_weights_chart(a_run):
    result = a_run({"catalogue": SignalCatalogue(), "signals": a_run().signals[:0]})

    assert weights_figure(result) is None
    assert "hidden><h2>Signal weights" in page_of(result)


def test_weights_stand_until_the_next_record(a_run):
    result = a_run(symbols=2, bars=480)

    timeline = weight_timeline(result)

    assert timeline.share.shape[0] == 3
    assert timeline.share[2] == pytest.approx(0.06)


def journal(result, every_bar) -> np.ndarray:
    closes = result.history.open_time_ms + result.history.interval_ms - 1
    codes = [Code.WARM_UP] * 12 + [Code.HOLD] * 24 + [Code.DRIFT] * 12
    rows = [(ts, 0, code) for ts, code in zip(closes.tolist(), codes, strict=True)]
    changed = [row for index, row in enumerate(rows) if index == 0 or row[2] != rows[index - 1][2]]
    out = np.zeros(len(rows if every_bar else changed), dtype=DECISION)
    for index, (ts, symbol, code) in enumerate(rows if every_bar else changed):
        out[index]["ts_ms"], out[index]["symbol"], out[index]["code"] = ts, symbol, code
    return out


@pytest.mark.parametrize("every_bar", [True, False])
def test_halts_are_shares_of_time_whether_or_not_every_bar_is_journaled(a_run, every_bar):
    result = a_run(symbols=1, bars=48, trade_every=0)
    result = a_run({"decisions": journal(result, every_bar)}, symbols=1, bars=48, trade_every=0)

    timeline = halt_timeline(result)

    assert timeline.length_ms == HOUR_MS
    assert timeline.share[3].sum() == pytest.approx(12)
    assert timeline.share[0].sum() == pytest.approx(24)
    assert timeline.share[4].sum() == pytest.approx(12)
    assert timeline.share.sum(axis=0) == pytest.approx(1.0)


def test_long_runs_are_summed_by_the_day(a_run):
    assert halt_timeline(a_run(symbols=1, bars=24 * 30)).length_ms == DAY_MS


def test_without_decisions_there_is_no_halts_chart(a_run):
    assert halts_figure(a_run({"decisions": a_run().decisions[:0]})) is None


def test_packed_numbers_keep_gaps():
    values = unpacked(packed(np.array([1.5, np.nan])))

    assert values[0] == 1.5
    assert np.isnan(values[1])


def a_decision(code: str) -> ExplainedDecision:
    votes = (
        Vote("trend", "price_action", 0.5, 0.25, 0.55, "active"),
        Vote("mute", "macro", None, 0.0, None, "shadow"),
    )
    features = (("rsi_14h", 61.5), ("<b>", None))
    return ExplainedDecision(START_MS, "AUSDT", code, 12.0, 55.0, "calm", 0.4, 0.53, 12.0, features, votes)


def test_the_newest_orders_are_taken_apart(a_run):
    page = page_of(replace(a_run(), explained=(a_decision("ordered"),)))

    assert "The latest orders, taken apart" in page
    assert '<td class="num">abstains</td>' in page
    assert "61.5" in page
    assert "&lt;b&gt;" in page


def test_without_an_order_the_gate_that_held_is_shown(a_run):
    page = page_of(replace(a_run(), explained=(a_decision("low_conviction"),)))

    assert "no order was sent" in page
    assert "Gate low_conviction: observed 12, limit 55." in page


def test_without_anything_to_explain_there_is_no_section(a_run):
    assert "taken apart" not in page_of(a_run())
