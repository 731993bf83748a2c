"""What the validator currently holds about one feature of one symbol."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from alphastrike.domain.plugins import Monitor
from alphastrike.validation.kernel_samples import agreement_alarm, cusum_alarm


class Level(Enum):
    """How far trust in a feature has gone, in order."""

    OK = "ok"
    WARN = "warn"  # one instrument alarms: noted, nothing withheld
    QUARANTINE = "quarantine"  # withheld from everything that reads it
    UNKNOWN = "unknown"  # without a reference nothing can be said, and nothing passes


@dataclass(frozen=True, slots=True)
class FeatureHealth:
    """A feature's standing. `samples` of `needed` are collected until it can be judged.

    `window_alarm` is the largest PSI or KS of both windows over its limit, `cusum_alarm` the
    largest CUSUM over its decision interval, `agreement_alarm` the same of its going with the
    price; above 1 is an alarm. `window_warn` is the largest PSI over its lower, warning limit.
    """

    feature: str
    symbol: str
    level: Level
    samples: int
    needed: int
    has_reference: bool
    monitor: Monitor
    window_warn: float
    window_alarm: float
    cusum_alarm: float
    agreement_alarm: float
    quarantined: bool
    out_of_range: bool


def health_of(watch: Any, feature: str, symbol: str, needed: int) -> FeatureHealth:
    """The standing recorded in a `WATCH` record."""
    tested = bool(watch["tested"])
    return FeatureHealth(
        feature=feature,
        symbol=symbol,
        level=level_of(watch),
        samples=min(int(watch["collected"]), needed),
        needed=needed,
        has_reference=bool(watch["ready"]),
        monitor=Monitor.DISTRIBUTION if tested else Monitor.RANGE_ONLY,
        window_warn=float(watch["window_warn"]) if tested else 0.0,
        window_alarm=float(watch["window_alarm"]) if tested else 0.0,
        cusum_alarm=cusum_alarm(watch) if tested else 0.0,
        agreement_alarm=agreement_alarm(watch),
        quarantined=bool(watch["quarantined"]),
        out_of_range=bool(watch["struck_out"]),
    )


def level_of(watch: Any) -> Level:
    """The level a `WATCH` record stands for."""
    if not watch["ready"]:
        return Level.UNKNOWN
    if watch["quarantined"] or watch["struck_out"]:
        return Level.QUARANTINE
    return Level.WARN if watch["strikes"] or watch["warns"] else Level.OK
