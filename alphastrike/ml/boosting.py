"""Trees from rows: LightGBM with settings under which the same rows give the same trees."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.ml.config import TrainingConfig
from alphastrike.ml.loading import lightgbm_library


def boosted(
    names: Sequence[str], rows: Floats, hit: NDArray[np.bool_], weight: Floats, config: TrainingConfig
) -> Any:
    """A booster of so many rounds; `rows` is (rows, names)."""
    lightgbm = lightgbm_library()
    data = lightgbm.Dataset(
        rows,
        label=hit.astype(np.float64),
        weight=weight,
        feature_name=list(names),
        params={"verbosity": -1},
    )
    return lightgbm.train(parameters_of(config), data, num_boost_round=config.trees)


def raw_of(booster: Any, rows: Floats) -> Floats:
    """The booster's probabilities, not calibrated."""
    predicted: Floats = booster.predict(rows, num_threads=1)
    return predicted


def parameters_of(config: TrainingConfig) -> dict[str, Any]:
    """LightGBM's settings: the same data give the same trees, bit for bit, on one machine and version."""
    return {
        "objective": "binary",
        "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_rows_per_leaf,
        "learning_rate": config.learning_rate,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "max_bin": 63,
        "seed": config.seed,
        "bagging_seed": config.seed,
        "feature_fraction_seed": config.seed,
        "data_random_seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
