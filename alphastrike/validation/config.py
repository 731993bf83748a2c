"""How features are watched before anything may trade on them."""

from typing import Literal

from pydantic import Field, model_validator

from alphastrike.domain.settings import Settings


class ValidationConfig(Settings):
    """The `[validation]` section. Windows are hours of market time at every candle interval."""

    policy: Literal["fraction", "strict"] = Field(
        "fraction",
        description="fraction: halt a symbol above max_quarantined of its features; strict: at the first one",
    )
    max_quarantined: float = Field(
        0.2, ge=0, lt=1, description="share of a symbol's monitored features that may be distrusted"
    )
    max_warned: float = Field(
        0.1, ge=0, le=1, description="share of them that may alarm before new positions are made smaller"
    )
    warned_size: float = Field(
        0.75, ge=0, le=1, description="share of a new position's size that is left above max_warned"
    )
    reference_hours: float = Field(
        2160.0,
        ge=240,
        le=87_600,
        description="history a feature is compared with; at least 500 samples are taken",
    )
    refit_hours: float = Field(
        720.0,
        ge=24,
        le=87_600,
        description="a healthy feature's reference is renewed at multiples of this since 1970",
    )
    short_window_hours: float = Field(
        168.0, ge=24, le=8_760, description="recent window that sees fast drift; at least 40 samples"
    )
    long_window_hours: float = Field(
        720.0, ge=48, le=8_760, description="recent window that sees slow drift; at least 160 samples"
    )
    evaluate_hours: float = Field(24.0, ge=1, le=720, description="time between two looks at the windows")
    sample_minutes: float = Field(
        60.0, ge=1, le=1440, description="finer candles are sampled at this step for the distribution tests"
    )
    recovery_hours: float = Field(
        336.0,
        ge=24,
        le=8_760,
        description="alarm-free time after which a quarantined feature is trusted again",
    )
    false_alarm_hours: float = Field(
        30_000.0, ge=1_000, le=1_000_000, description="mean time between false alarms of one healthy CUSUM"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "ValidationConfig":
        if not self.short_window_hours < self.long_window_hours < self.reference_hours:
            raise ValueError(
                f"observed short_window_hours {self.short_window_hours}, long_window_hours "
                f"{self.long_window_hours}, reference_hours {self.reference_hours}; "
                "allowed short < long < reference"
            )
        return self
