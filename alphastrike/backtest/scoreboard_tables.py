"""The scoreboard as it is shown: a document for machines, two tables for people."""

from dataclasses import asdict
from typing import Any

import numpy as np

from alphastrike.backtest.formatting import UNKNOWN, number, percent
from alphastrike.backtest.scoreboard import CategoryScore, Scoreboard, SignalScore
from alphastrike.backtest.tables import Table


def as_dict(board: Scoreboard) -> dict[str, Any]:
    """The scoreboard for machines, ready for JSON."""
    cells = [[None if np.isnan(cell) else float(cell) for cell in row] for row in board.likeness]
    return {
        "signals": [asdict(score) for score in board.signals],
        "categories": [asdict(score) for score in board.categories],
        "likeness": cells,
    }


def as_tables(board: Scoreboard) -> tuple[Table, Table]:
    """The scoreboard for people: signals, then categories."""
    columns = (
        "Signal",
        "Category",
        "State",
        "Right",
        "95% interval",
        "Outcomes",
        "Weight",
        "Part",
        "Most like",
        "",
    )
    rows = tuple(_signal_cells(score) for score in board.signals)
    alerts = tuple(row for row, score in enumerate(board.signals) if score.alert)
    note = "Part: share of all weight times vote. Outcomes: effective, since the last retirement."
    if alerts:
        named = ", ".join(board.signals[row].signal for row in alerts)
        note += f" Persistently wrong, check sign or labels: {named}."
    signals = Table("Signals", columns, rows, note, text_columns=3, warnings=alerts)
    kinds = Table(
        "Categories",
        ("Category", "Signals", "Active", "Right", "Outcomes", "Weight", "Part", "Like others"),
        tuple(_category_cells(score) for score in board.categories),
    )
    return signals, kinds


def _signal_cells(score: SignalScore) -> tuple[str, ...]:
    interval = UNKNOWN
    if score.low is not None and score.high is not None:
        interval = f"{score.low * 100:.1f}-{score.high * 100:.1f}"
    return (
        score.signal,
        score.category,
        score.state + (" !" if score.alert else ""),
        percent(score.accuracy, 1),
        interval,
        number(score.samples, 0),
        number(score.weight, 5),
        percent(score.contribution, 1),
        score.nearest or UNKNOWN,
        number(score.likeness),
    )


def _category_cells(score: CategoryScore) -> tuple[str, ...]:
    return (
        score.category,
        number(score.signals),
        number(score.active),
        percent(score.accuracy, 1),
        number(score.samples, 0),
        number(score.weight, 5),
        percent(score.contribution, 1),
        number(score.likeness),
    )
