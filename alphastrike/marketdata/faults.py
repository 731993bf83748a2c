"""How an unusable file is described: where, what was observed, what is allowed, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alphastrike.domain.errors import DataError

NO_TIME = -(2**63)
"""Stands for a time that is absent or unreadable; no real instant has this value."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule a file breaks. `row` counts data rows from 1 and is 0 for the whole file."""

    rule: str
    observed: str
    allowed: str
    advice: str
    row: int = 0
    column: str = ""
    count: int = 1


class FileFault(DataError):
    """A `DataError` that still knows its parts."""

    def __init__(self, path: Path, fault: Fault) -> None:
        """Word the fault for a person: at most four lines."""
        place = str(path)
        place += f", row {fault.row}" if fault.row else ""
        place += f", column {fault.column}" if fault.column else ""
        more = f" ({fault.count} rows in all)" if fault.count > 1 else ""
        super().__init__(
            f"{place}: {fault.rule}\n"
            f"  observed: {fault.observed}{more}\n"
            f"  allowed:  {fault.allowed}\n"
            f"  to do:    {fault.advice}"
        )
        self.path = path
        self.fault = fault


def utc(ts_ms: int) -> str:
    """An instant as people read it; the bare number when no calendar has it."""
    if not -(10**14) < ts_ms < 10**14:
        return "nothing" if ts_ms == NO_TIME else str(ts_ms)
    return str(np.datetime64(int(ts_ms), "ms")).replace("T", " ").removesuffix(".000") + " UTC"


def nearest(name: str, names: Iterable[str]) -> str:
    """The hint `; nearest: a, b`, or nothing when no name is near."""
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f"; nearest: {', '.join(near)}" if near else ""
