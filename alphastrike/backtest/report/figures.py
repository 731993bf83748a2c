"""The charts of a report, as the chart library's own plain description (traces and layout)."""

from typing import Any

import numpy as np

from alphastrike.backtest.metrics.buy_and_hold import BuyAndHold
from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.report.thinning import POINTS, extremes, largest, packed
from alphastrike.backtest.report.timelines import Timeline, halt_timeline, weight_timeline
from alphastrike.backtest.result import RunResult
from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.outcomes import Reason, Stage

Figure = dict[str, Any]

# Mid tones that read on white and on near-black.
_BLUE, _GREEN, _RED, _AMBER, _GREY = "#3b82f6", "#10b981", "#ef4444", "#f59e0b", "#8b93a3"
_VIOLET, _TEAL, _PINK, _BROWN, _SLATE = "#8b5cf6", "#14b8a6", "#ec4899", "#a16207", "#64748b"
_STAGE_COLOURS = (_GREEN, _BROWN, _SLATE, _GREY, _AMBER, _PINK, _BLUE, _RED, _VIOLET)
_POINTS_OF_ALL_SYMBOLS = 200_000
_FILLS_PER_SYMBOL = 2_000


def equity_figure(result: RunResult, hold: BuyAndHold | None) -> Figure:
    """Equity and buy-and-hold above, drawdown below, on one time axis."""
    equity, ts_ms = result.equity["equity"], result.equity["ts_ms"]
    initial = result.initial_equity
    peak = np.maximum.accumulate(np.concatenate(([initial], equity)))[1:]
    fall = 100.0 * (equity / peak - 1.0)
    traces = [_line("Strategy", ts_ms, equity, _BLUE)]
    if hold is not None:
        closes = result.history.open_time_ms + result.history.interval_ms - 1
        traces.append(_line("Buy and hold", closes, initial * hold.curve, _GREY))
    shade = "rgba(239,68,68,.18)"
    traces.append(
        _line("Drawdown", ts_ms, fall, _RED)
        | {"yaxis": "y2", "fill": "tozeroy", "fillcolor": shade, "hovertemplate": "%{y:.2f}%"}
    )
    axes = {
        "yaxis": {"domain": [0.32, 1], "title": {"text": "Equity"}},
        "yaxis2": {"domain": [0, 0.25], "title": {"text": "Drawdown %"}},
        "xaxis": {"type": "date", "anchor": "y2"},
    }
    return {"traces": traces, "layout": axes, "height": 460}


def price_figures(result: RunResult) -> dict[str, Figure]:
    """One chart a symbol: close with the fills on it; long series keep their extremes."""
    points = max(200, min(POINTS, _POINTS_OF_ALL_SYMBOLS // max(1, len(result.instruments))))
    closes_ms = result.history.open_time_ms + result.history.interval_ms - 1
    charts = {}
    for index, symbol in enumerate(result.history.symbols):
        price = _line(symbol, closes_ms, result.history.close[index], _GREY, points=points)
        traces, note = _fill_markers(result, index)
        layout = {"xaxis": {"type": "date"}, "yaxis": {"title": {"text": symbol}}}
        charts[symbol] = {"traces": [price, *traces], "layout": layout, "height": 380, "note": note}
    return charts


def leverage_figure(result: RunResult) -> Figure:
    """The leverage allowed above, the three factors it is the product of below."""
    rows = result.equity
    traces = [_line("Leverage", rows["ts_ms"], rows["leverage"], _BLUE)]
    factors = (("volatility", _AMBER), ("drawdown", _RED), ("performance", _GREEN))
    for name, colour in factors:
        trace = _line(name.capitalize(), rows["ts_ms"], rows[f"{name}_factor"], colour)
        traces.append(trace | {"yaxis": "y2"})
    axes = {
        "yaxis": {"domain": [0.55, 1], "title": {"text": "Leverage"}, "rangemode": "tozero"},
        "yaxis2": {"domain": [0, 0.45], "title": {"text": "Factors"}, "rangemode": "tozero"},
        "xaxis": {"type": "date", "anchor": "y2"},
    }
    return {"traces": traces, "layout": axes, "height": 380}


def weights_figure(result: RunResult) -> Figure | None:
    """Signal weights over time as a map, grouped by category; None without signals."""
    timeline = weight_timeline(result)
    if timeline is None:
        return None
    catalogue = result.catalogue
    order = sorted(range(len(catalogue.names)), key=lambda row: (catalogue.categories[row], row))[::-1]
    labels = [f"{catalogue.names[row]} · {catalogue.categories[row]}" for row in order]
    cells = [[None if np.isnan(w) else round(w, 4) for w in timeline.share[row].tolist()] for row in order]
    trace = {
        "type": "heatmap",
        "x": _middles(timeline),
        "y": labels,
        "z": cells,
        "zmin": 0,
        "zmax": float(np.nanmax(timeline.share, initial=0.0)) or 1.0,
        "colorscale": [[0, "rgba(139,147,163,.12)"], [0.5, "#60a5fa"], [1, "#1d4ed8"]],
        "colorbar": {"thickness": 10, "outlinewidth": 0},
        "hovertemplate": "%{y}<br>%{x}<br>weight %{z}<extra></extra>",
    }
    layout = {
        "xaxis": {"type": "date"},
        "yaxis": {"automargin": True, "showgrid": False, "ticks": ""},
        "hovermode": "closest",
    }
    return {"traces": [trace], "layout": layout, "height": 120 + 22 * len(labels)}


def halts_figure(result: RunResult) -> Figure | None:
    """Share of symbol-time stopped by each stage, stacked; None without decisions."""
    timeline = halt_timeline(result)
    if timeline is None:
        return None
    names = ["passed", *(f"{stage.value} {stage.name.lower()}" for stage in Stage)]
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": _middles(timeline),
            "y": packed(100.0 * share),
            "width": timeline.length_ms,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": "%{y:.1f}%",
        }
        for name, share, colour in zip(names, timeline.share, _STAGE_COLOURS, strict=True)
        if share.any()
    ]
    layout = {
        "barmode": "stack",
        "bargap": 0,
        "xaxis": {"type": "date"},
        "yaxis": {"title": {"text": "% of symbol-time"}, "range": [0, 100]},
    }
    return {"traces": traces, "layout": layout, "height": 320}


def _line(name: str, ts_ms: Integers, values: Floats, colour: str, points: int = POINTS) -> Figure:
    rows = extremes(values, points)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": packed(ts_ms[rows], "f8"),
        "y": packed(values[rows]),
        "line": {"color": colour, "width": 1.5},
    }


def _fill_markers(result: RunResult, symbol: int) -> tuple[list[Figure], str]:
    own = result.fills[result.fills["symbol"] == symbol]
    notional = base_quantity(own["lots"], own["symbol"], result.instruments) * own["price"]
    shown = own[largest(notional, _FILLS_PER_SYMBOL // 8, _FILLS_PER_SYMBOL)]
    reasons = [reason.label.replace("_", " ") for reason in Reason]
    kinds = (("Buy", 1, "triangle-up", _GREEN), ("Sell", -1, "triangle-down", _RED))
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": packed(rows["ts_ms"], "f8"),
            "y": packed(rows["price"]),
            "customdata": [reasons[value - 1] for value in rows["reason"].tolist()],
            "hovertemplate": "%{y} %{customdata}",
            "marker": {"symbol": marker, "color": colour, "size": 8, "line": {"width": 0.5, "color": "#fff"}},
        }
        for name, side, marker, colour in kinds
        for rows in [shown[shown["side"] == side]]
    ]
    if shown.size < own.size:
        return traces, f"{shown.size:,} of {own.size:,} fills are drawn: the largest of each stretch of time."
    return traces, f"{own.size:,} fills."


def _middles(timeline: Timeline) -> Figure:
    return packed(timeline.start_ms + timeline.length_ms // 2, "f8")
