"""Funding rates in CSV or zip: a public archive's files and any header with time and rate."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from alphastrike.marketdata.arrow_tables import funding_table, require_one_symbol
from alphastrike.marketdata.delimited import head_of, read_text
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.header import resolve
from alphastrike.marketdata.identity import identity_from_name
from alphastrike.marketdata.tables import FileIdentity, FundingTable, Kind


def detect(path: Path) -> bool:
    """Whether the header names a time and a funding rate, and no close."""
    head = head_of(path)
    return head is not None and resolve(head.names).looks_like_funding


def identify(path: Path) -> FileIdentity:
    """Symbol and venue by name and folder, as in `BTCUSDT-fundingRate-2024-01.zip`."""
    return dataclasses.replace(identity_from_name(path), kind=Kind.FUNDING)


def read(path: Path, _columns: Sequence[str]) -> FundingTable:
    """Read due times and rates (fractions of notional)."""
    head = head_of(path)
    if head is None:
        fault = Fault("not a funding file", "no text", "a time and a rate column", "download the file again")
        raise FileFault(path, fault)
    table = read_text(path, head)
    require_one_symbol(path, table, resolve(table.column_names))
    return funding_table(path, table, identify(path))
