"""Series beside the candles against their own past."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import forget, z_step, z_width

_PLAIN, _LOG, _RATIO, _PREMIUM, _SUM = 0, 1, 2, 3, 4
_MONTH_HOURS = 720.0
_QUARTER_HOURS = 2160.0
_YEAR_HOURS = 8472.0  # 252 sessions
_SEEN = 0


@compiled_without_allocation
def _value(what: int, left: float, right: float) -> float:
    if what == _PLAIN:
        return left
    if what == _LOG:
        return math.log(left) if left > 0.0 else math.nan
    if what == _RATIO:
        return math.log(left / right) if left > 0.0 and right > 0.0 else math.nan
    if what == _PREMIUM:
        return left / right - 1.0 if right > 0.0 else math.nan
    return left + right


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    close, left, right = columns
    what, lag, window = parameters
    z_at = 1 + lag
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            if math.isnan(close[symbol, bar]):
                if not math.isnan(row[_SEEN]):
                    forget(row)
                out[symbol, bar] = math.nan
                continue
            row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            value = _value(what, left[symbol, bar], right[symbol, bar])
            if lag > 0:
                ring = 1 + (first + bar) % lag
                old = row[ring]
                row[ring] = value
                value -= old
            # What is not known is left out of the yardstick; what cannot be known yet is warm-up.
            counted = 0.0 if math.isnan(value) and row[_SEEN] > lag else 1.0
            slot = (first + bar) % window
            out[symbol, bar] = z_step(row, z_at, window, slot, value, counted)


class SeriesSurprise:
    """z-score of a series, of its change or of two series' ratio against the hours before.

    Hours in which it is not known are left out; NaN when that are more than half of them.
    """

    def __init__(
        self, name: str, inputs: tuple[str, ...], hours: float, *, what: int = _PLAIN, lag_hours: float = 0.0
    ) -> None:
        """Declare the feature over `hours`, of the change over `lag_hours` when that is given."""
        self._hours = hours
        self._lag_hours = lag_hours
        self._what = what
        self.spec = FeatureSpec(
            name=name,
            unit="standard deviations",
            lookback_hours=hours + lag_hours,
            inputs=("close", inputs[0], inputs[-1]),
            monitor=Monitor.RANGE_ONLY,
            lowest=-1e6,
            highest=1e6,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(self._hours, interval_ms)
        lag = bars_in(self._lag_hours, interval_ms) if self._lag_hours else 0
        return Fold(
            _fold,
            self.spec.inputs,
            (self._what, lag, window),
            (len(symbols), 1 + lag + z_width(window)),
            lookback_bars=1 + lag + window,
        )


_LIQUIDATED = ("liquidated_long", "liquidated_short")
plugins = (
    SeriesSurprise("order_flow_imbalance_z_168h", ("order_flow_imbalance",), 168.0),
    SeriesSurprise("long_short_z_720h", ("long_short_ratio",), _MONTH_HOURS, what=_LOG),
    SeriesSurprise(
        "top_vs_crowd_z_720h", ("top_trader_ratio", "long_short_ratio"), _MONTH_HOURS, what=_RATIO
    ),
    SeriesSurprise("predicted_funding_z_30d", ("predicted_funding",), _MONTH_HOURS),
    SeriesSurprise("predicted_funding_change_z_30d", ("predicted_funding",), _MONTH_HOURS, lag_hours=8.0),
    SeriesSurprise("funding_z_90d", ("funding_rate",), _QUARTER_HOURS),
    SeriesSurprise("basis_z_168h", ("mark_price", "index_price"), 168.0, what=_PREMIUM),
    SeriesSurprise(
        "open_interest_change_z_720h", ("open_interest",), _MONTH_HOURS, what=_LOG, lag_hours=24.0
    ),
    SeriesSurprise("liquidations_z_720h", _LIQUIDATED, _MONTH_HOURS, what=_SUM),
    SeriesSurprise("exchange_netflow_z_30d", ("exchange_netflow",), _MONTH_HOURS),
    SeriesSurprise("stablecoin_growth_z_90d", ("stablecoin_growth_7d",), _QUARTER_HOURS),
    SeriesSurprise("attention_z_90d", ("attention",), _QUARTER_HOURS, what=_LOG),
    SeriesSurprise("whale_deposits_z_30d", ("whale_deposits",), _MONTH_HOURS),
    SeriesSurprise("hashrate_change_z_90d", ("hashrate",), _QUARTER_HOURS, what=_LOG, lag_hours=_MONTH_HOURS),
    SeriesSurprise("dollar_z_252d", ("dollar_return_5d",), _YEAR_HOURS),
    SeriesSurprise("equity_z_252d", ("equity_return_1d",), _YEAR_HOURS),
    SeriesSurprise("rates_z_252d", ("rates_change_5d",), _YEAR_HOURS),
    SeriesSurprise("dominance_z_90d", ("dominance_change_5d",), _QUARTER_HOURS),
)
