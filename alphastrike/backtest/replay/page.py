"""The replay page: tables, and for every intervention the fan of its branches' equity. One file, offline."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from alphastrike.backtest.formatting import moment, percent, span
from alphastrike.backtest.replay.outcomes import GRID, PLACEBO, BranchRun, Case, DecisionReplay
from alphastrike.backtest.replay.tables import replay_tables
from alphastrike.backtest.report.parts import asset, filled, plotly_source, script_json, table_html
from alphastrike.backtest.report.thinning import packed
from alphastrike.domain.blocks import Floats
from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED, RULES

Figure = dict[str, Any]

MOST_FANS = 80
_EVERY_LINE = 3  # fans in which each branch of the grid is drawn; with more of them they are a band
_COLOURS = {RECORDED: "#3b82f6", NO_ACTION: "#8b93a3", RULES: "#f59e0b", PLACEBO: "#8b5cf6", GRID: "#10b981"}


def render_replay(decisions: Sequence[DecisionReplay], document: dict[str, Any]) -> str:
    """The whole page as text."""
    estimand = next(iter(document["comparisons"]))
    shown = most_regretted(decisions, Case(estimand, document["horizon_ms"]))
    fans = {name_of(one): fan_figure(one, every=len(shown) <= _EVERY_LINE) for one in shown}
    tables = "".join(table_html(table) for table in replay_tables(document))
    title = f"Replay of {', '.join(document['runs'][:3])}"
    parts = {
        "title": escape(title),
        "style": asset("page.css"),
        "header": _header(title, document, len(shown)),
        "symbols": "".join(f"<option>{escape(name)}</option>" for name in fans),
        "tables": tables,
        "data": script_json({"prices": fans}),
        "plotly": plotly_source(),
        "script": asset("page.js"),
    }
    return filled("replay.html", parts)


def most_regretted(decisions: Sequence[DecisionReplay], case: Case) -> list[DecisionReplay]:
    """The decisions with a picture, in order of time: those whose branches lie furthest apart."""

    def spread(one: DecisionReplay) -> float:
        ends = [run.results[case].equity_change for run in one.branches]
        return max(ends) - min(ends)

    kept = sorted((one for one in decisions if one.path_ms), key=spread, reverse=True)[:MOST_FANS]
    return sorted(kept, key=lambda one: (one.run_id, one.ts_ms))


def name_of(one: DecisionReplay) -> str:
    """What an intervention is called in the list."""
    return f"{moment(one.ts_ms)} {one.review_id} {one.triggers} ({one.run_id})"


def fan_figure(one: DecisionReplay, *, every: bool) -> Figure:
    """Equity of every branch in per cent of that at the fork; the grid as lines, or as a band."""
    grid = [run for run in one.branches if run.branch.kind == GRID and run.path]
    traces = [_line(run, one.path_ms) for run in grid] if every else _band(grid, one.path_ms)
    for kind in (PLACEBO, RULES, NO_ACTION, RECORDED):
        traces += [_line(run, one.path_ms) for run in one.branches if run.branch.kind == kind and run.path]
    known = {run.branch.name: run for run in one.branches}
    note = "; ".join(
        f"{name} {percent(known[name].path[-1] - 1.0)}"
        for name in (RECORDED, NO_ACTION, RULES)
        if name in known and known[name].path
    )
    layout = {"xaxis": {"type": "date"}, "yaxis": {"title": {"text": "% of equity at the fork"}}}
    return {"traces": traces, "layout": layout, "height": 460, "note": f"At the horizon: {note}."}


def _line(run: BranchRun, path_ms: tuple[int, ...]) -> Figure:
    kind = run.branch.kind
    main = kind in {RECORDED, NO_ACTION, RULES}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": run.branch.name,
        "x": packed(np.array(path_ms), "f8"),
        "y": packed(100.0 * np.array(run.path)),
        "showlegend": main,
        "line": {"color": _COLOURS[kind], "width": 2.5 if main else 1, "dash": "solid" if main else "dot"},
        "opacity": 1.0 if main else 0.45,
        "hovertemplate": "%{y:.2f}%",
    }


def _band(grid: Sequence[BranchRun], path_ms: tuple[int, ...]) -> list[Figure]:
    """From the worst to the best branch of the grid at each time."""
    if not grid:
        return []
    paths: Floats = 100.0 * np.array([run.path for run in grid])
    edges = (
        ("worst of the grid", paths.min(axis=0), "none"),
        ("best of the grid", paths.max(axis=0), "tonexty"),
    )
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": packed(np.array(path_ms), "f8"),
            "y": packed(values),
            "line": {"color": _COLOURS[GRID], "width": 0.5},
            "fill": fill,
            "fillcolor": "rgba(16,185,129,.15)",
            "hovertemplate": "%{y:.2f}%",
        }
        for name, values, fill in edges
    ]


def _header(title: str, document: dict[str, Any], shown: int) -> str:
    line = (
        f"{document['decisions']} reviews, {document['replays']:,} branches over "
        f"{span(document['horizon_ms'])}; pictures of {shown}, those whose branches lie furthest apart"
    )
    return f'<h1>{escape(title)}</h1><p class="muted">{escape(line)}</p>'
