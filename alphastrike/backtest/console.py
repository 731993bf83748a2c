"""A finished run on the terminal: assumptions first, then the result, then what it cost."""

from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from alphastrike.backtest.formatting import moment, money, number, span
from alphastrike.backtest.halted import halt_note
from alphastrike.backtest.tables import Table, all_tables, assumptions_table, warm_up_line

_PIPED_WIDTH = 110
_WIDE = 160


def print_summary(summary: dict[str, Any], console: Console | None = None) -> None:
    """Print the human summary of `summary.json`'s content to standard output.

    Plain text when piped; colour only on a terminal without `NO_COLOR`.
    """
    out = console or Console(highlight=False)
    if console is None and not out.is_terminal:
        out = Console(highlight=False, width=_PIPED_WIDTH)
    _print_head(summary, out)
    _print_table(assumptions_table(summary), out)
    for table in all_tables(summary):
        _print_table(table, out)
    out.print(Text(warm_up_line(summary)), soft_wrap=True)
    if summary["elapsed_s"] is not None:
        speed = number(_rounded(summary["bars_per_s"]))
        took = f"{summary['elapsed_s']:.2f} s"
        out.print(Text(f"Took {took}; engine {speed} bars a second.", "dim"), soft_wrap=True)


def print_tables(tables: Iterable[Table], console: Console | None = None) -> None:
    """Print tables one below the other, as wide as they need when piped."""
    out = console or Console(highlight=False)
    if console is None and not out.is_terminal:
        out = Console(highlight=False, width=_WIDE)
    for table in tables:
        _print_table(table, out)


def _print_head(summary: dict[str, Any], out: Console) -> None:
    if summary["is_synthetic"]:
        label = f"SYNTHETIC DATA ({summary['data_label']}): an invented market, not evidence of anything."
        out.print(Text(label, "bold yellow"), soft_wrap=True)
    halted = halt_note(summary)
    if halted is not None:
        out.print(Text(halted, "bold yellow"), soft_wrap=True)
    symbols = summary["symbols"]
    names = ", ".join(symbols[:5]) + (f" and {len(symbols) - 5} more" if len(symbols) > 5 else "")
    period = f"{moment(summary['start_ms'])} to {moment(summary['end_ms'])} UTC"
    lines = (
        ("Run", f"{summary['run_id']}  (seed {summary['seed']})"),
        ("Strategy", summary["strategy"]),
        ("Data", f"{summary['data_label']}: {names}, {summary['interval']}, {number(summary['bars'])} bars"),
        ("Period", f"{period}, {span(summary['days'] * 86_400_000)}"),
        ("Equity", f"{money(summary['initial_equity'])} -> {money(summary['final_equity'])}"),
    )
    for name, text in lines:
        out.print(Text(f"{name:<9} ", "bold").append(Text(str(text), "not bold")), soft_wrap=True)
    out.print()


def _print_table(table: Table, out: Console) -> None:
    if not table.rows:
        return
    header = any(table.columns)
    grid = RichTable(
        title=table.title,
        title_justify="left",
        title_style="bold cyan",
        box=box.SIMPLE_HEAD if header else box.SIMPLE,
        show_header=header,
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )
    for index, name in enumerate(table.columns):
        text = index < table.text_columns
        # Only the second text column holds sentences.
        grid.add_column(name, justify="left" if text else "right", no_wrap=not (text and index))
    for index, row in enumerate(table.rows):
        style = "bold yellow" if index in table.warnings else ""
        grid.add_row(*(_cell(cell) for cell in row), style=style)
    out.print(grid)
    if table.note:
        out.print(Text(table.note, "dim"))
    out.print()


def _cell(text: str) -> Text:
    loss = text.startswith("-") and len(text) > 1
    return Text(text, "red" if loss else "")


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
