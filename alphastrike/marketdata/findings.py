"""What a data check has to say about a file."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from alphastrike.marketdata.faults import Fault


class Severity(Enum):
    """ERROR: a run refuses the file. WARNING: usable, but look. INFO: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation. `row` counts data rows from 1 and is 0 for a whole file.

    `count` is how many rows break the rule from there on; `symbol` is None where unknown.
    """

    severity: Severity
    rule: str
    file: Path
    symbol: str | None
    row: int
    column: str
    observed: str
    limit: str
    count: int


def finding_of(fault: Fault, severity: Severity, file: Path, symbol: str | None) -> Finding:
    """A fault as a finding."""
    return Finding(
        severity=severity,
        rule=fault.rule,
        file=file,
        symbol=symbol,
        row=fault.row,
        column=fault.column,
        observed=fault.observed,
        limit=fault.allowed,
        count=fault.count,
    )
