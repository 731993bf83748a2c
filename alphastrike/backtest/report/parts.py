"""What every report page is built from: its own files, the chart library, data for scripts, tables."""

import json
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alphastrike.backtest.formatting import UNKNOWN
from alphastrike.backtest.tables import Table
from alphastrike.domain.errors import ConfigError

_HERE = Path(__file__).parent


def filled(name: str, parts: dict[str, str]) -> str:
    """The template of this name with every `<!--part-->` replaced once, in order.

    What may contain anything, the chart library, comes last: it is never searched for placeholders.
    """
    page = asset(name)
    for part, text in parts.items():
        page = page.replace(f"<!--{part}-->", text, 1)
    return page


def asset(name: str) -> str:
    """A file beside this module."""
    return (_HERE / name).read_text(encoding="utf-8")


def plotly_source() -> str:
    """The chart library as the installed package ships it, found without importing the package."""
    spec = find_spec("plotly")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        source = Path(folder) / "package_data" / "plotly.min.js"
        if source.is_file():
            return source.read_text(encoding="utf-8")
    raise ConfigError(
        "report: plotly's package_data/plotly.min.js not found; reinstall with `pip install plotly`"
    )


def script_json(value: Any) -> str:
    """JSON that no HTML parser takes for markup."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def table_html(table: Table) -> str:
    """A table as a panel of the page."""
    head = ""
    if any(table.columns):
        cells = "".join(
            f'<th class="{_align(table, i)}">{escape(name)}</th>' for i, name in enumerate(table.columns)
        )
        head = f"<thead><tr>{cells}</tr></thead>"
    rows = "".join(
        f"<tr{' class=warn' if index in table.warnings else ''}>"
        + "".join(f'<td class="{_tone(table, i, cell)}">{escape(cell)}</td>' for i, cell in enumerate(row))
        + "</tr>"
        for index, row in enumerate(table.rows)
    )
    note = f'<p class="muted">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<section class="panel"><h2>{escape(table.title)}</h2>'
        f'<div class="scroll"><table>{head}<tbody>{rows}</tbody></table></div>{note}</section>'
    )


def _align(table: Table, column: int) -> str:
    return "text" if column < table.text_columns else "num"


def _tone(table: Table, column: int, cell: str) -> str:
    indent = " sub" if column == 0 and cell.startswith("  ") else ""
    negative = " neg" if cell.startswith("-") and cell != UNKNOWN else ""
    return _align(table, column) + indent + negative
