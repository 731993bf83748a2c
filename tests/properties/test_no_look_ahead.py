"""The future never changes the past: whatever happens after t, all that was said by t stands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.markets import EAGER, configured, replaced, small_market
from tests.runs import finished, rows_until

MARKET = small_market(hours=1_300)
HISTORY = MARKET.history
CONFIGS = {name: configured(strategy={"name": name}, **EAGER) for name in ("ema_cross", "ensemble")}
BASELINES = {}


def baseline(name):
    if name not in BASELINES:
        BASELINES[name] = finished(CONFIGS[name], HISTORY, MARKET.funding)[0]
    return BASELINES[name]


def perturbed(after_bar, factor):
    """Every price after the bar is scaled, every volume too: a different future, still sane."""
    later = np.arange(HISTORY.open_time_ms.size) > after_bar
    return replaced(HISTORY, lambda values: np.where(later, values * factor, values))


@pytest.mark.parametrize("strategy", ["ema_cross", "ensemble"])
@settings(max_examples=12)
@given(after_bar=st.integers(600, 1_290), factor=st.sampled_from([0.5, 0.97, 1.004, 3.0]))
def test_no_decision_fill_or_balance_by_t_depends_on_rows_after_t(strategy, after_bar, factor):
    until_ms = int(HISTORY.open_time_ms[after_bar]) + HISTORY.interval_ms - 1

    other, _ = finished(CONFIGS[strategy], perturbed(after_bar, factor), MARKET.funding)

    for kind in ("decisions", "fills", "funding", "equity", "trades", "signals"):
        assert rows_until(other, kind, until_ms) == rows_until(baseline(strategy), kind, until_ms), kind


@pytest.mark.parametrize("strategy", ["ema_cross", "ensemble"])
def test_an_order_decided_at_a_close_fills_no_earlier_than_the_next_open(strategy):
    fills = baseline(strategy).joined("fills")
    decisions = baseline(strategy).joined("decisions")
    decided = {(int(row["symbol"]), int(row["ts_ms"])) for row in decisions if row["code"] == 2}

    at_open = fills[fills["ts_ms"] % HISTORY.interval_ms == 0]

    assert at_open.size > 10
    for fill in at_open[np.isin(at_open["reason"], (1, 2, 3))]:
        assert (int(fill["symbol"]), int(fill["ts_ms"]) - 1) in decided
