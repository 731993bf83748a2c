"""The signals of a finished run, ranked: how right each was, what its word weighs and what it added."""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.errors import ConfigError, DataError

_Z_95 = 1.959963984540054
_LEAST_VOTE = 0.05
_LEAST_JOINT = 30  # joint votes below which two signals cannot be compared
_COLUMNS = (
    "ts_ms",
    "symbol",
    "signal",
    "category",
    "value",
    "weight",
    "accuracy",
    "samples",
    "state",
    "alert",
)


@dataclass(frozen=True, slots=True)
class SignalScore:
    """One signal at the end of a run; `samples` are effective outcomes since its last retirement.

    `low` and `high` are Wilson's 95 % interval of the accuracy. `contribution` is its share of all
    weight times vote cast over the run, `votes` the share of day ends at which it voted. `nearest`
    is the signal it most often agrees with and `likeness` their correlation where both vote.
    """

    signal: str
    category: str
    state: str
    alert: bool
    accuracy: float | None
    low: float | None
    high: float | None
    samples: float
    weight: float
    contribution: float
    votes: float
    nearest: str | None
    likeness: float | None


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """One category: its signals' outcomes together, its weight, contribution and mean likeness to others."""

    category: str
    signals: int
    active: int
    accuracy: float | None
    samples: float
    weight: float
    contribution: float
    likeness: float | None


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Signals by weight, then accuracy; categories likewise. `likeness` (signals, signals), NaN unknown."""

    signals: tuple[SignalScore, ...]
    categories: tuple[CategoryScore, ...]
    likeness: Floats


def scoreboard(run_folder: Path) -> Scoreboard:
    """The scoreboard of a run folder; `ConfigError` where no run of an ensemble is."""
    rows = _read(run_folder)
    votes = np.nan_to_num(rows["value"])
    signs = np.sign(votes) * (np.abs(votes) >= _LEAST_VOTE)
    likeness = vote_likeness(signs)
    pull = np.abs(votes * rows["weight"]).sum(axis=0)
    shares = pull / pull.sum() if pull.sum() > 0.0 else pull
    scores = [_score(rows, index, float(shares[index]), signs, likeness) for index in range(signs.shape[1])]
    order = sorted(range(len(scores)), key=lambda row: _rank(scores[row]))
    return Scoreboard(
        signals=tuple(scores[row] for row in order),
        categories=_categories([scores[row] for row in order], likeness[np.ix_(order, order)]),
        likeness=likeness[np.ix_(order, order)],
    )


def wilson_interval(accuracy: float, outcomes: float) -> tuple[float, float]:
    """95 % interval of a share seen over `outcomes` > 0 (Wilson 1927)."""
    z2 = _Z_95 * _Z_95 / outcomes
    centre = (accuracy + z2 / 2.0) / (1.0 + z2)
    reach = sqrt(accuracy * (1.0 - accuracy) * z2 + z2 * z2 / 4.0) / (1.0 + z2)
    return centre - reach, centre + reach


def vote_likeness(signs: Floats) -> Floats:
    """Correlation of the signs of each pair's votes where both vote; NaN below 30 such votes."""
    joint = np.abs(signs).T @ np.abs(signs)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(joint >= _LEAST_JOINT, (signs.T @ signs) / joint, np.nan)


def _rank(score: SignalScore) -> tuple[float, float, str]:
    return -score.weight, -(score.accuracy or 0.0), score.signal


def _score(
    rows: dict[str, NDArray[Any]], index: int, share: float, signs: Floats, likeness: Floats
) -> SignalScore:
    accuracy, samples = float(rows["accuracy"][-1, index]), float(rows["samples"][-1, index])
    known = np.isfinite(accuracy) and samples > 0.0
    low, high = wilson_interval(accuracy, samples) if known else (None, None)
    others = np.where(np.arange(signs.shape[1]) == index, np.nan, likeness[index])
    near = None if np.isnan(others).all() else int(np.nanargmax(np.abs(others)))
    return SignalScore(
        signal=str(rows["signal"][-1, index]),
        category=str(rows["category"][-1, index]),
        state=str(rows["state"][-1, index]),
        alert=bool(rows["alert"][-1, index]),
        accuracy=accuracy if known else None,
        low=low,
        high=high,
        samples=samples,
        weight=float(rows["weight"][-1, index]),
        contribution=share,
        votes=float(np.abs(signs[:, index]).mean()),
        nearest=None if near is None else str(rows["signal"][-1, near]),
        likeness=None if near is None else float(others[near]),
    )


def _categories(scores: list[SignalScore], likeness: Floats) -> tuple[CategoryScore, ...]:
    kinds = np.array([score.category for score in scores])
    found = []
    for kind in dict.fromkeys(kinds.tolist()):
        own = [score for score in scores if score.category == kind]
        samples = sum(score.samples for score in own if score.accuracy is not None)
        right = sum(score.samples * score.accuracy for score in own if score.accuracy is not None)
        others = likeness[np.ix_(kinds == kind, kinds != kind)]
        known = others[np.isfinite(others)]
        found.append(
            CategoryScore(
                category=kind,
                signals=len(own),
                active=sum(score.state == "active" for score in own),
                accuracy=right / samples if samples > 0.0 else None,
                samples=samples,
                weight=sum(score.weight for score in own),
                contribution=sum(score.contribution for score in own),
                likeness=float(known.mean()) if known.size else None,
            )
        )
    return tuple(sorted(found, key=lambda score: (-score.weight, -score.contribution, score.category)))


def _read(run_folder: Path) -> dict[str, NDArray[Any]]:
    """Columns of `signals.parquet`, each (day ends x symbols, signals)."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed only here
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    path = run_folder / "signals.parquet"
    if not path.is_file():
        raise ConfigError(f"{run_folder}: no signals.parquet there; allowed: the folder of a finished run")
    try:
        table = pq.read_table(path, columns=list(_COLUMNS))
    except (pa.ArrowInvalid, KeyError, OSError) as error:
        raise DataError(f"{path}: not readable ({error}); run the backtest again") from None
    if table.num_rows == 0:
        raise ConfigError(
            f"{path}: no signal was recorded; allowed: a run of the ensemble that covers the end of a day"
        )
    columns = {name: table.column(name).to_numpy() for name in _COLUMNS}
    first = np.flatnonzero(
        (columns["ts_ms"] != columns["ts_ms"][0]) | (columns["symbol"] != columns["symbol"][0])
    )
    width = int(first[0]) if first.size else table.num_rows
    if table.num_rows % width or (columns["signal"].reshape(-1, width) != columns["signal"][:width]).any():
        raise DataError(f"{path}: rows are not one for each signal at each time; run the backtest again")
    return {name: column.reshape(-1, width) for name, column in columns.items()}
