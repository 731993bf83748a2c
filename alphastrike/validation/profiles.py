"""The references of a model's features: made of what it was trained on, kept with it, never renewed."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import FeatureBlock
from alphastrike.domain.errors import ConfigError
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.kernel_reference import fit_reference
from alphastrike.validation.plan import least_reference, plan_of
from alphastrike.validation.records import REFERENCE, WATCH


@dataclass(frozen=True, slots=True)
class Profiles:
    """References of `features` for `symbols`, as `REFERENCE` records (features, symbols)."""

    features: tuple[str, ...]
    symbols: tuple[str, ...]
    references: NDArray[Any]


def learn_profiles(block: FeatureBlock, names: tuple[str, ...], config: ValidationConfig) -> Profiles:
    """References of the named features over all bars of a block, sampled as a run samples them.

    A series with fewer finite samples than the shortest reference has none: where the model runs
    it will halt for want of one.
    """
    market = block.market
    plan = plan_of(config, market.interval_ms)
    first = int(market.open_time_ms[0]) // market.interval_ms
    sampled = np.flatnonzero((first + np.arange(market.open_time_ms.size)) % int(plan["sample_bars"]) == 0)
    signs = _moves_of(market.close[:, sampled], int(plan["day"]))
    references = np.zeros((len(names), len(market.symbols)), dtype=REFERENCE)
    for row, name in enumerate(names):
        values = block.feature(name)[:, sampled]
        for column in range(len(market.symbols)):
            present = np.isfinite(values[column])
            if int(present.sum()) >= least_reference():
                references[row, column] = _learnt(values[column][present], signs[column][present], plan)
    return Profiles(names, market.symbols, references)


def profile_bytes(profiles: Profiles) -> bytes:
    """The records as a file's content."""
    buffer = io.BytesIO()
    np.save(buffer, profiles.references, allow_pickle=False)
    return buffer.getvalue()


def profiles_from(content: bytes, features: tuple[str, ...], symbols: tuple[str, ...]) -> Profiles:
    """The profiles of a file; `ConfigError` when they are not those of these features and symbols."""
    try:
        references = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ConfigError(f"reference profile: not readable ({error}); train the model again") from None
    allowed = (len(features), len(symbols))
    if references.dtype != REFERENCE or references.shape != allowed:
        raise ConfigError(
            f"reference profile: observed {references.shape} of another layout, allowed {allowed} "
            "records of this version; train the model again"
        )
    return Profiles(features, symbols, references)


def _moves_of(close: NDArray[np.float64], day: int) -> NDArray[np.int8]:
    """Signs of the price's moves since the sample before and over a day, as `both_moves` has them."""
    since_last, daily = np.zeros((2, *close.shape))
    since_last[:, 1:] = np.nan_to_num(np.sign(np.diff(close, axis=1)))
    daily[:, day:] = np.nan_to_num(np.sign(close[:, day:] - close[:, :-day]))
    packed: NDArray[np.int8] = (since_last + 3.0 * daily).astype(np.int8)
    return packed


def _learnt(samples: NDArray[np.float64], moves: NDArray[np.int8], plan: Any) -> Any:
    watch = np.zeros(1, dtype=WATCH)
    values = np.ascontiguousarray(samples)
    fit_reference(watch[0], values, moves, np.empty(values.size, dtype=np.uint8), plan)
    reference = np.zeros(1, dtype=REFERENCE)
    for name in REFERENCE.names or ():
        reference[name] = watch[name]
    return reference[0]
