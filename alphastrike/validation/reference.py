"""What a feature looks like in health: the yardstick of every drift test."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.domain.plugins import Monitor
from alphastrike.validation.kernel_reference import fit_reference
from alphastrike.validation.records import WATCH


@dataclass(frozen=True, slots=True)
class ReferenceProfile:
    """The reference of one feature of one symbol; counts and times in samples.

    `edges` cut the reference into up to 160 equal shares and `below` is its distribution
    function there; `scores` are the normal scores of the edges. `range_only` means that the
    history is too short for the feature's memory `tau`: then `phi`, `k` and `h` are NaN.
    """

    monitor: Monitor
    samples: int
    tau: float
    lowest: float
    highest: float
    edges: Floats
    below: Floats
    scores: Floats
    decile_counts: Floats
    phi: float
    k: float
    h: float


def build_reference(samples: Floats, plan: Any) -> ReferenceProfile:
    """The reference of finite values in time order, judged by windows of a `plan_of` plan."""
    watch = np.zeros(1, dtype=WATCH)[0]
    values = np.ascontiguousarray(samples, dtype=np.float64)
    moves = np.zeros(values.size, dtype=np.int8)
    fit_reference(watch, values, moves, np.empty(values.size, dtype=np.uint8), plan)
    return profile_of(watch)


def profile_of(watch: Any) -> ReferenceProfile:
    """The profile inside a `WATCH` record that has one."""
    edges = int(watch["edge_count"])
    tested = bool(watch["tested"])
    return ReferenceProfile(
        monitor=Monitor.DISTRIBUTION if tested else Monitor.RANGE_ONLY,
        samples=int(watch["size"]),
        tau=float(watch["tau"]),
        lowest=float(watch["lowest"]),
        highest=float(watch["highest"]),
        edges=watch["edges"][:edges].copy(),
        below=watch["below"][:edges].copy(),
        scores=watch["scores"][:edges].copy(),
        decile_counts=watch["decile_counts"][: int(watch["decile_count"])].copy(),
        phi=float(watch["level_phi"]) if tested else math.nan,
        k=float(watch["level_k"]) if tested else math.nan,
        h=float(watch["level_h"]) if tested else math.nan,
    )
