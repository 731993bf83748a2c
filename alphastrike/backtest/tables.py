"""The tables of a finished run, as text cells: the console and the HTML report show the same ones."""

import math
from dataclasses import dataclass
from typing import Any

from alphastrike.backtest.formatting import UNKNOWN, moment, money, number, percent, span
from alphastrike.backtest.risk_panel import leverage_note, limit_rows
from alphastrike.backtest.risk_states import change_rows, state_note
from alphastrike.domain.intervals import HOUR_MS

Summary = dict[str, Any]
Cells = tuple[str, ...]

_MAX_SYMBOLS = 12


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as shown. The first `text_columns` columns read left, the rest are numbers.

    `warnings` are rows, by index, that deserve the eye. `note` stands below the table.
    """

    title: str
    columns: Cells
    rows: tuple[Cells, ...]
    note: str = ""
    text_columns: int = 1
    warnings: tuple[int, ...] = ()


def all_tables(summary: Summary, max_symbols: int | None = _MAX_SYMBOLS) -> tuple[Table, ...]:
    """Every table that has something to say, in reading order; `max_symbols` None shows them all."""
    tables = (
        _result(summary),
        _costs(summary),
        _trades(summary),
        _sides(summary),
        _symbols(summary, max_symbols),
        _exit_reasons(summary),
        _halts(summary),
        _risk_states(summary),
        _breaker(summary),
        _risk_limits(summary),
    )
    return tuple(table for table in tables if table.rows)


def assumptions_table(summary: Summary) -> Table:
    """What the run takes for granted; a line `topic: text` becomes two cells."""
    rows = []
    for line in summary["assumptions"]:
        topic, colon, text = line.partition(": ")
        rows.append((topic, text) if colon else ("", line))
    return Table("Assumptions", ("", ""), tuple(rows), text_columns=2)


def warm_up_line(summary: Summary) -> str:
    """One sentence on how much of the data passed before anything could be traded."""
    warm_up = summary["warm_up"]
    if warm_up["hours"] is None:
        return "Warm-up: no symbol ever passed stages 1 to 5; nothing could be traded."
    waited = span(warm_up["hours"] * HOUR_MS)
    first = moment(warm_up["first_tradable_ms"])
    share = percent(warm_up["share"], 1)
    return f"Warm-up: {waited} ({share} of the data); tradable from {first} UTC. It counts in every figure."


def _result(summary: Summary) -> Table:
    hold = summary["buy_and_hold"] or {}
    fall = summary["drawdown"]
    interval = summary["sharpe_interval"]
    rows = (
        ("Total return", percent(summary["total_return"]), percent(hold.get("total_return"))),
        ("CAGR", percent(summary["cagr"]), percent(hold.get("cagr"))),
        ("Volatility (annual)", percent(summary["volatility"]), percent(hold.get("volatility"))),
        (
            "Sharpe (daily, sqrt 365)",
            _with_error(summary["sharpe"], summary["sharpe_standard_error"]),
            _with_error(hold.get("sharpe"), hold.get("sharpe_standard_error")),
        ),
        ("  95% interval", f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else UNKNOWN, ""),
        ("  P(true Sharpe > 0)", percent(summary["psr"], 1), ""),
        ("  days had / needed for 95%", _days(summary), ""),
        ("Sortino", number(summary["sortino"]), number(hold.get("sortino"))),
        ("Calmar", number(summary["calmar"]), number(hold.get("calmar"))),
        ("Max drawdown", percent(fall["fraction"]), percent(hold.get("max_drawdown"))),
        ("  in quote", money(fall["quote"]), ""),
        ("  peak", moment(fall["peak_ms"]), ""),
        ("  trough", moment(fall["trough_ms"]), ""),
        ("  recovered", _recovery(fall), ""),
        ("Longest time under water", span(fall["longest_underwater_ms"]), ""),
        ("Time in market", percent(summary["exposure"], 1), "100.0%" if hold else UNKNOWN),
        ("Mean gross / equity", number(summary["mean_gross_exposure"]), ""),
        ("Turnover per year", f"{number(summary['turnover'], 1)}x" if summary["turnover"] else UNKNOWN, ""),
    )
    note = ""
    if hold:
        note = (
            f"Buy and hold: equal parts of the {hold['symbols']} symbol(s) with a candle at the first bar, "
            "bought at its open, no costs, no leverage."
        )
    return Table("Result", ("", "Strategy", "Buy and hold"), rows, note)


def _costs(summary: Summary) -> Table:
    traded, initial = summary["traded_notional"], summary["initial_equity"]

    def row(name: str, amount: float) -> Cells:
        bps = f"{amount / traded * 1e4:.2f}" if traded else UNKNOWN
        return name, money(amount), percent(amount / initial), bps

    rows = [
        row("Fees paid", summary["fees"]),
        row("Slippage and spread", summary["slippage"]),
        row("Funding received", summary["funding"]),
        ("Liquidations", number(summary["liquidations"]), "", ""),
        ("Traded notional", money(traded), "", ""),
    ]
    warnings = [3] if summary["liquidations"] else []
    residual = summary["accounting_residual"]
    if residual is None or abs(residual) > 1e-6 * initial:
        rows.append(("NOT ACCOUNTED FOR", money(residual), "", ""))
        warnings.append(5)
    note = "Slippage is already in the fill prices; it is not charged twice."
    return Table(
        "Costs", ("", "Quote", "Of initial", "Bps traded"), tuple(rows), note, warnings=tuple(warnings)
    )


def _trades(summary: Summary) -> Table:
    if not summary["trades"]:
        opened = summary["open_positions"]
        rows: tuple[Cells, ...] = (("Closed round trips", "0"), ("Open at the end", number(opened)))
        return Table("Trades", ("", ""), rows, "No closed trade: nothing can be said about an edge.")
    interval = summary["win_rate_interval"]
    rows = (
        ("Closed round trips", number(summary["trades"])),
        ("Win rate", f"{percent(summary['win_rate'], 1)}"),
        ("  95% interval", f"{percent(interval[0], 1)} to {percent(interval[1], 1)}"),
        ("Profit factor", number(summary["profit_factor"])),
        ("Expectancy", money(summary["expectancy_quote"])),
        ("  of entry notional", percent(summary["expectancy_fraction"], 3)),
        ("  in average losses (R)", number(summary["expectancy_ratio"])),
        ("Average win / loss", f"{money(summary['mean_win'])} / {money(summary['mean_loss'])}"),
        ("Best / worst", f"{money(summary['best'])} / {money(summary['worst'])}"),
        ("Average holding time", _holding(summary["mean_holding_hours"])),
        ("Open at the end", number(summary["open_positions"])),
        ("  unrealised", money(summary["unrealized_pnl"])),
    )
    return Table("Trades", ("", ""), rows, "Net of fees and funding.")


def _sides(summary: Summary) -> Table:
    split = summary["long_short"]
    rows = tuple((side, *_trade_cells(split[side])) for side in ("long", "short") if split[side]["count"])
    return Table("Long and short", ("Side", *_TRADE_COLUMNS), rows)


def _exit_reasons(summary: Summary) -> Table:
    reasons = summary["per_exit_reason"]
    rows = tuple((reason.replace("_", " "), *_trade_cells(reasons[reason])) for reason in reasons)
    return Table("By exit reason", ("Exit", *_TRADE_COLUMNS), rows)


def _symbols(summary: Summary, limit: int | None) -> Table:
    ranked = sorted(summary["per_symbol"].items(), key=lambda item: (-(item[1]["profit"] or 0.0), item[0]))
    note = (
        "Profit includes the open position; the symbols sum to final less initial equity. "
        "Market: the symbol's own price change."
    )
    if limit is not None and len(ranked) > limit:
        half = limit // 2
        note = f"Best and worst {half} of {len(ranked)}; all of them in summary.json. " + note
        ranked = ranked[:half] + ranked[-half:]
    rows = tuple((symbol, *_symbol_cells(row)) for symbol, row in ranked)
    columns = ("Symbol", "Trades", "Win rate", "Profit", "Fees", "Slippage", "Funding", "Market")
    return Table("By symbol", columns, rows, note)


def _halts(summary: Summary) -> Table:
    cells = summary["cells"]
    rows = []
    halted = 0
    for stage, codes in summary["halts"].items():
        for code, count in codes.items():
            halted += count
            rows.append((stage, code, number(count), percent(count / cells if cells else None, 1)))
    if cells:
        passed = cells - halted
        rows.append(("all stages", "passed", number(passed), percent(passed / cells, 1)))
    note = (
        "Counted in (symbol, bar) cells, those without a candle too; "
        "the first stage that stopped a cell is the one counted."
    )
    return Table("Halts and refusals", ("Stage", "Code", "Cells", "Share"), tuple(rows), note, text_columns=2)


def _risk_states(summary: Summary) -> Table:
    states = summary["risk_states"]
    columns = ("When", "From", "To", "Because of", "Observed", "Limit")
    rows = change_rows(states)
    warnings = tuple(row for row, cells in enumerate(rows) if cells[2] == "halted")
    return Table("Breaker", columns, rows, state_note(states), text_columns=4, warnings=warnings)


def _breaker(summary: Summary) -> Table:
    breaker = summary["breaker"]
    if breaker is None:
        return Table("Circuit breaker (advice)", (), ())
    rows = [("Advisor", breaker["advisor"]), ("Reviews", number(breaker["reviews"]))]
    for title in ("triggers", "sources", "causes", "outcomes", "codes", "tools"):
        rows += [(f"  {title}: {word}", number(count)) for word, count in breaker[title].items()]
    note = "An answer that is valid is not yet one that is right; interventions.parquet has every call."
    return Table("Circuit breaker (advice)", ("", ""), tuple(rows), note)


def _risk_limits(summary: Summary) -> Table:
    panel = summary["risk"]
    columns = ("Limit", "Unit", "Setting", "Use at the end", "Allowed")
    rows = limit_rows(panel) if panel else ()
    over = tuple(row for row, limit in enumerate(panel.get("limits", ())) if not limit["passes"])
    return Table(
        "Risk limits",
        columns,
        rows,
        leverage_note(panel) if panel else "",
        text_columns=3,
        warnings=over,
    )


_TRADE_COLUMNS = ("Trades", "Win rate", "Net profit", "Profit factor", "Mean %", "Mean hold")


def _trade_cells(row: Summary) -> Cells:
    return (
        number(row["count"]),
        percent(row["win_rate"], 1),
        money(row["net_profit"]),
        number(row["profit_factor"]),
        percent(row["expectancy_fraction"], 3),
        _holding(row["mean_holding_hours"]),
    )


def _symbol_cells(row: Summary) -> Cells:
    return (
        number(row["count"]),
        percent(row["win_rate"], 1),
        money(row["profit"]),
        money(row["fees"]),
        money(row["slippage"]),
        money(row["funding"]),
        percent(row["price_change"], 1),
    )


def _with_error(ratio: float | None, error: float | None) -> str:
    return UNKNOWN if ratio is None else f"{ratio:.2f} ± {error:.2f}"


def _days(summary: Summary) -> str:
    needed = summary["sharpe_days_needed"]
    return f"{summary['return_days']:,d} / {UNKNOWN if needed is None else format(math.ceil(needed), ',d')}"


def _holding(hours: float | None) -> str:
    return span(None if hours is None else hours * HOUR_MS)


def _recovery(fall: Summary) -> str:
    if fall["trough_ms"] is None:
        return UNKNOWN
    return moment(fall["recovery_ms"]) if fall["recovery_ms"] is not None else "not by the end"
