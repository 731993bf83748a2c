"""Return of the last hours against what is usual."""

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import standardized_change, standardized_change_width

_HALF_LIFE_HOURS = 24.0
_WARM_UP_HOURS = 48.0


class ReturnOverVolatility:
    """Log return of `hours` in units of sigma √k, k bars; sigma from squared returns, half-life 24 h."""

    def __init__(self, hours: int, cadence_hours: float = 0.0) -> None:
        """Declare the feature over so many hours."""
        self._hours = hours
        self._warm_up_hours = max(_WARM_UP_HOURS, float(hours))
        self.spec = FeatureSpec(
            name=f"return_{hours}h_over_vol",
            unit="standard deviations",
            lookback_hours=self._warm_up_hours,
            inputs=("close",),
            lowest=-100.0,
            highest=100.0,
            cadence_hours=cadence_hours,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        length = bars_in(self._hours, interval_ms)
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(self._warm_up_hours, interval_ms)
        return Fold(
            standardized_change,
            self.spec.inputs,
            (length, decay, warm),
            (len(symbols), standardized_change_width(length)),
            lookback_bars=1 + warm,
            fade_bars=fade_rows(decay),
        )


plugins = (
    *(ReturnOverVolatility(hours) for hours in (1, 12, 24)),
    *(ReturnOverVolatility(hours, cadence_hours=1.0) for hours in (6, 72, 168, 672)),
)
