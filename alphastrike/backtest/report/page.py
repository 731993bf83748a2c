"""The report page: charts and the console's tables in one file, libraries included."""

from html import escape
from typing import Any

from alphastrike.backtest.formatting import UNKNOWN, moment, money, number, percent
from alphastrike.backtest.halted import halt_note
from alphastrike.backtest.metrics.buy_and_hold import BuyAndHold
from alphastrike.backtest.report import figures
from alphastrike.backtest.report.decisions import decisions_section
from alphastrike.backtest.report.parts import asset, filled, plotly_source, script_json, table_html
from alphastrike.backtest.result import RunResult
from alphastrike.backtest.tables import all_tables, assumptions_table, warm_up_line

_NARROW_COLUMNS = 4


def render_report(result: RunResult, summary: dict[str, Any], hold: BuyAndHold | None) -> str:
    """The whole page as text; it opens without a network and holds no clock time."""
    charts = {
        "equity": figures.equity_figure(result, hold),
        "leverage": figures.leverage_figure(result),
        "weights": figures.weights_figure(result),
        "halts": figures.halts_figure(result),
        "prices": figures.price_figures(result),
    }
    parts = {
        "title": escape(f"{summary['strategy']} · {summary['run_id']}"),
        "style": asset("page.css"),
        "header": _header(summary),
        "symbols": "".join(f"<option>{escape(symbol)}</option>" for symbol in summary["symbols"]),
        "weights_hidden": "" if charts["weights"] else "hidden",
        "halts_hidden": "" if charts["halts"] else "hidden",
        "tables": _tables(summary),
        "decisions": decisions_section(result),
        "data": script_json(charts),
        "plotly": plotly_source(),
        "script": asset("page.js"),
    }
    return filled("page.html", parts)


def _header(summary: dict[str, Any]) -> str:
    symbols = summary["symbols"]
    names = ", ".join(symbols[:6]) + (f" +{len(symbols) - 6}" if len(symbols) > 6 else "")
    period = f"{moment(summary['start_ms'])} to {moment(summary['end_ms'])} UTC"
    line = f"{names} · {summary['interval']} · {period} · {summary['data_label']}"
    banner = ""
    if summary["is_synthetic"]:
        text = "Synthetic data: an invented market. Nothing here is evidence about a real one."
        banner = f'<p class="banner">{escape(text)}</p>'
    halted = halt_note(summary)
    if halted is not None:
        banner += f'<p class="banner">{escape(halted)}</p>'
    return (
        f"{banner}<h1>{escape(str(summary['strategy']))}</h1>"
        f'<p class="muted">{escape(line)}</p><p class="muted">Run {escape(str(summary["run_id"]))}, '
        f"seed {summary['seed']}</p>"
        f'<div class="cards">{"".join(_card(*card) for card in _key_figures(summary))}</div>'
    )


def _key_figures(summary: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    hold = summary["buy_and_hold"]
    error = summary["sharpe_standard_error"]
    held = f"buy and hold {percent(hold['total_return'])}" if hold else ""
    return (
        ("Final equity", money(summary["final_equity"]), f"from {money(summary['initial_equity'])}"),
        ("Total return", percent(summary["total_return"]), held),
        ("Sharpe", number(summary["sharpe"]), f"± {error:.2f} standard error" if error else ""),
        ("Max drawdown", percent(summary["max_drawdown"]), money(summary["drawdown"]["quote"])),
        ("Profit factor", number(summary["profit_factor"]), f"{number(summary['trades'])} trades"),
        ("Fees and slippage", money(summary["fees"] + summary["slippage"]), _funding(summary)),
    )


def _funding(summary: dict[str, Any]) -> str:
    return f"funding {money(summary['funding'])}"


def _card(name: str, value: str, detail: str) -> str:
    tone = " neg" if value.startswith("-") and value != UNKNOWN else ""
    return (
        f'<div class="card"><span>{escape(name)}</span><b class="num{tone}">{escape(value)}</b>'
        f"<small>{escape(detail)}&nbsp;</small></div>"
    )


def _tables(summary: dict[str, Any]) -> str:
    tables = (assumptions_table(summary), *all_tables(summary, max_symbols=None))
    shown = [table for table in tables if table.rows]
    narrow = "".join(table_html(table) for table in shown if len(table.columns) <= _NARROW_COLUMNS)
    wide = "".join(table_html(table) for table in shown if len(table.columns) > _NARROW_COLUMNS)
    return f'<div class="narrow">{narrow}</div>{wide}<p class="muted">{escape(warm_up_line(summary))}</p>'
