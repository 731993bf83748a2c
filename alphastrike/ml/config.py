"""Which model votes, if any, and how one is trained."""

from typing import Literal

from pydantic import Field

from alphastrike.domain.settings import Settings


class TrainingConfig(Settings):
    """What `alphastrike train` makes a model of. Lengths are market time at every candle interval."""

    features: tuple[str, ...] = Field(
        (),
        description="Features to learn from. Empty: every stationary one that all symbols of the data have.",
    )
    train_days: float = Field(180.0, ge=10, le=3650, description="History a model learns from.")
    calibrate_days: float = Field(
        30.0, ge=2, le=365, description="History after it that calibrates its probabilities."
    )
    test_days: float = Field(
        30.0, ge=1, le=365, description="History after that on which it is judged; the walk's step as well."
    )
    horizon_hours: float = Field(
        24.0, gt=0, le=720, description="A label looks this far ahead; signals.decay scores models likewise."
    )
    barrier_sigmas: float = Field(
        1.0, gt=0, le=10, description="Barriers, in standard deviations of the return over the horizon."
    )
    trees: int = Field(300, ge=1, le=400, description="Boosting rounds: fixed, never chosen on a test.")
    leaves: int = Field(15, ge=2, le=64, description="Leaves of a tree: few, the signal is weak.")
    min_rows_per_leaf: int = Field(
        200, ge=1, le=100_000, description="Rows a leaf needs: fewer is memorising."
    )
    learning_rate: float = Field(0.03, gt=0, le=1, description="Share of each tree's word that counts.")
    calibration: Literal["platt", "isotonic"] = Field(
        "platt",
        description="platt = one slope; isotonic = a rising staircase, which takes 5,000 outcomes that do "
        "not overlap.",
    )
    without_weak_of: str | None = Field(
        None,
        min_length=4,
        description="`active`, or the first characters of a model's id: its features that were worth no more "
        "than noise are left out.",
    )
    seed: int = Field(7, ge=0, lt=2**31, description="Seeds every draw: same data and seed, same model.")


class MlConfig(Settings):
    """The optional model of stage 5."""

    model: str | None = Field(
        None,
        min_length=4,
        description="`active`, or the first characters of a model's id. Unset: the signals vote alone.",
    )
    registry: str = Field("models", min_length=1, description="Folder of trained models.")
    max_silent_bars: int = Field(
        24,
        ge=1,
        le=10_000,
        description="Bars in a row a model's feature may be missing before its symbol halts.",
    )
    training: TrainingConfig = TrainingConfig()
