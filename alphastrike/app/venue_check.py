"""Holding a venue's description against its document, for whoever writes one."""

from pathlib import Path

from alphastrike.adapters.openapi.checking import Fault
from alphastrike.adapters.openapi.loading import examine


def venue_faults(file: Path) -> list[Fault]:
    """Every fault of a `venue.yaml` and the OpenAPI document beside it, in the order of the file."""
    _, faults = examine(file)
    return faults
