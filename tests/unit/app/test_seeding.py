"""Evidence gathered before the first trade: the same calls, none of it traded, all of it remembered."""

import numpy as np
import pytest

from alphastrike.app.backtest import run_backtest
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.seeding import load_seeded
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from tests.runs import KINDS

START_MS = 1_704_067_200_000
DAYS, SEED_DAYS = 120, 60


@pytest.fixture(scope="module")
def candles(tmp_path_factory):
    """A file with four months of hourly candles of one symbol."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = tmp_path_factory.mktemp("seeding")
    bars = DAYS * 24
    random = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.006, bars)))
    opened = np.concatenate(([100.0], close[:-1]))
    reach = np.abs(random.normal(0.0, 0.002, bars))
    columns = {
        "ts_ms": START_MS + np.arange(bars, dtype=np.int64) * HOUR_MS,
        "open": opened,
        "high": np.maximum(opened, close) * (1.0 + reach),
        "low": np.minimum(opened, close) * (1.0 - reach),
        "close": close,
        "volume": random.uniform(50.0, 150.0, bars),
    }
    pq.write_table(pa.table(columns), place / "BTCUSDT_1h.parquet")
    return place / "BTCUSDT_1h.parquet"


def configured(candles, seed_days=SEED_DAYS, **data):
    return AlphaStrikeConfig.model_validate(
        {
            "data": {"path": candles, "symbols": ("BTCUSDT",), "interval": "1h", **data},
            "backtest": {"seed_days": seed_days},
        }
    )


def test_the_first_days_of_the_data_are_set_aside(candles):
    seeded = load_seeded(configured(candles))

    assert seeded.earlier is not None
    assert seeded.earlier.open_time_ms.size == SEED_DAYS * 24
    assert seeded.inputs.history.open_time_ms[0] == START_MS + SEED_DAYS * DAY_MS
    assert seeded.config.signals.decay.seed_until_ms == START_MS + SEED_DAYS * DAY_MS
    assert seeded.inputs.history.close.shape == (1, (DAYS - SEED_DAYS) * 24)


def test_with_a_start_the_days_before_it_are_read(candles):
    start = START_MS + 90 * DAY_MS

    seeded = load_seeded(configured(candles, start=start))

    assert seeded.earlier is not None
    assert seeded.earlier.open_time_ms[0] == start - SEED_DAYS * DAY_MS
    assert seeded.inputs.history.open_time_ms[0] == start


@pytest.mark.parametrize(("seed_days", "data"), [(0.0, {}), (60.0, {"start": START_MS})])
def test_without_days_or_candles_before_nothing_is_set_aside(candles, seed_days, data):
    seeded = load_seeded(configured(candles, seed_days, **data))

    assert seeded.earlier is None
    assert seeded.inputs.history.open_time_ms[0] == START_MS


def test_days_that_leave_nothing_to_trade_are_refused(candles):
    with pytest.raises(ConfigError, match=r"backtest\.seed_days: observed 120 days"):
        load_seeded(configured(candles, 120.0))


def test_the_seeded_run_is_the_same_stepped(candles):
    config = configured(candles, 110.0)

    compiled, stepped = run_backtest(config), run_backtest(config, step_every_bar=True)

    for kind in KINDS:
        assert getattr(compiled, kind).tobytes() == getattr(stepped, kind).tobytes(), kind
    assert any("judged on 110 days before the first trade" in line for line in compiled.assumptions)


def test_what_was_learnt_before_is_there_at_the_first_bar(candles):
    start = START_MS + 110 * DAY_MS

    seeded = run_backtest(configured(candles, 110.0))
    unprepared = run_backtest(configured(candles, 0.0, start=start))

    assert seeded.first_tradable_ms == start + HOUR_MS - 1
    assert unprepared.first_tradable_ms is None
