"""What the validator currently holds about one feature of one symbol."""

from dataclasses import dataclass
from typing import Any

from alphastrike.domain.plugins import Monitor
from alphastrike.validation.kernel_samples import cusum_alarm


@dataclass(frozen=True, slots=True)
class FeatureHealth:
    """A feature's standing. `samples` of `needed` are collected until it has a reference.

    `window_alarm` is the largest PSI or KS of both windows over its limit, `cusum_alarm` the
    largest CUSUM over its decision interval; above 1 is an alarm, both together a quarantine.
    """

    feature: str
    symbol: str
    samples: int
    needed: int
    has_reference: bool
    monitor: Monitor
    window_alarm: float
    cusum_alarm: float
    quarantined: bool
    out_of_range: bool


def health_of(watch: Any, feature: str, symbol: str, needed: int) -> FeatureHealth:
    """The standing recorded in a `WATCH` record."""
    tested = bool(watch["tested"])
    return FeatureHealth(
        feature=feature,
        symbol=symbol,
        samples=min(int(watch["collected"]), needed),
        needed=needed,
        has_reference=bool(watch["ready"]),
        monitor=Monitor.DISTRIBUTION if tested else Monitor.RANGE_ONLY,
        window_alarm=float(watch["window_alarm"]) if tested else 0.0,
        cusum_alarm=cusum_alarm(watch) if tested else 0.0,
        quarantined=bool(watch["quarantined"]),
        out_of_range=bool(watch["struck_out"]),
    )
