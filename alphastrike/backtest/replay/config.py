"""The `[replay]` section: what is decided about a replay before its results are seen."""

from pydantic import Field

from alphastrike.domain.settings import Settings


class ReplayConfig(Settings):
    """How branches are made and weighed; a hash of it is part of every label."""

    horizon_hours: float = Field(
        168.0, gt=0, le=8_760, description="how long every branch runs after the intervention"
    )
    drawdown_weight: float = Field(
        0.5,
        ge=0,
        le=10,
        description="utility is the change of log equity less this times the deepest drawdown (fraction)",
    )
    placebos: int = Field(
        5, ge=0, le=100, description="blind draws from the palette an intervention is compared with"
    )
    seed: int = Field(11, ge=0, lt=2**31, description="seeds placebos and intervals")
    draws: int = Field(2_000, ge=200, le=100_000, description="resamples of an interval")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="share of intervals meant to hold the truth")
    least_episodes: int = Field(
        30, ge=2, le=100_000, description="fewer independent episodes than this are called insufficient"
    )
