"""Putting a run together, and what is refused while doing so."""

import numpy as np
import pytest

from alphastrike.app.assembly import assemble, round_trip_cost
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from tests.markets import configured, no_rates, small_market

EMA = {"name": "ema_cross"}
MARKET = small_market(hours=48)


def rates_every(milliseconds: int, count: int) -> FundingHistory:
    """One symbol's rates at this distance, none for the others."""
    symbols = MARKET.history.symbols
    times = int(MARKET.history.open_time_ms[0]) + milliseconds * np.arange(count, dtype=np.int64)
    offsets = np.array([0, *[count] * len(symbols)], dtype=np.int64)
    return FundingHistory(symbols, times, np.full(count, 1e-4), offsets)


def test_a_run_has_an_instrument_and_a_book_for_every_symbol():
    run = assemble(configured(strategy=EMA), MARKET.history, MARKET.funding)

    assert tuple(instrument.symbol for instrument in run.instruments) == MARKET.history.symbols
    assert len(run.desk.positions) == len(run.venue.positions) == len(MARKET.history.symbols)
    assert run.desk.account[0]["wallet"] == run.venue.account[0]["wallet"] == 10_000.0
    assert run.rates.cursor.tolist() == MARKET.funding.offsets[:-1].tolist()


def test_venue_and_desk_do_not_share_their_books():
    run = assemble(configured(strategy=EMA), MARKET.history, MARKET.funding)

    run.venue.positions["lots"] = 5

    assert not run.desk.positions["lots"].any()


@pytest.mark.parametrize(("count", "fits"), [(48, True), (49, False)])
def test_rates_that_would_not_fit_into_one_candle_are_refused(count, fits):
    funding = rates_every(HOUR_MS // 60, count)
    config = configured(strategy=EMA)

    if fits:
        assert assemble(config, MARKET.history, funding)
        return
    with pytest.raises(DataError, match="more than 48 rates in one candle"):
        assemble(config, MARKET.history, funding)


def test_hourly_rates_on_hourly_candles_are_fine_however_many():
    assert assemble(configured(strategy=EMA), MARKET.history, rates_every(HOUR_MS, 1_000))


def test_an_unknown_signal_is_refused_by_its_key():
    config = configured(strategy={"name": "ensemble"}, signals={"enabled": ["no_such_signal"]})

    with pytest.raises(ConfigError, match=r"signals\.enabled"):
        assemble(config, MARKET.history, no_rates(MARKET.history.symbols))


def test_a_model_that_is_not_there_is_refused_by_its_name(tmp_path):
    config = configured(strategy=EMA, ml={"registry": str(tmp_path), "model": "absent"})

    with pytest.raises(ConfigError, match=r"observed model 'absent'.*there are: none"):
        assemble(config, MARKET.history, no_rates(MARKET.history.symbols))


def test_a_round_trip_costs_fees_spread_and_slippage_twice():
    config = configured(venue={"taker_fee_rate": 0.0004, "half_spread_bps": 1.0, "slippage_bps": 2.0})

    assert round_trip_cost(config) == pytest.approx(2 * (0.0004 + 0.0003))
