"""Every feature against numbers worked by hand or a plain computation of its definition."""

import math

import numpy as np
import pytest

from alphastrike.app.discovery import available
from alphastrike.domain.blocks import HaltGrid, MarketBlock
from alphastrike.domain.intervals import HOUR_MS

FEATURES = {name: load() for name, load in available("features").items()}


def value_of(name, close, *, interval_ms=HOUR_MS, first_bar=400_000, **columns):
    """The feature of one symbol; columns not given equal the close, volumes 1."""
    close = np.array(close, dtype=float)
    rows = {key: np.array(column, dtype=float) for key, column in columns.items()}
    rows = {"open": close, "high": close, "low": close, "close": close, **rows}
    rows = {"volume": np.ones(close.size), "taker_buy_volume": np.ones(close.size), **rows}
    block = MarketBlock(
        symbols=("BTCUSDT",),
        interval_ms=interval_ms,
        open_time_ms=(first_bar + np.arange(close.size, dtype=np.int64)) * interval_ms,
        halts=HaltGrid(1, close.size),
        **{key: column.reshape(1, -1) for key, column in rows.items()},
    )
    out = np.empty((1, close.size))
    FEATURES[name].build(("BTCUSDT",), interval_ms).advance(block, out)
    return out[0]


def a_walk(bars, seed=1, scale=0.01):
    return 100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(size=bars) * scale))


def returns(close):
    return np.diff(np.log(close))


def plain_sigma(close, half_life=24.0):
    """Root of the mean squared return, weights halving every `half_life` bars."""
    squares = returns(close) ** 2
    weights = 0.5 ** (np.arange(squares.size)[::-1] / half_life)
    return math.sqrt((weights * squares).sum() / weights.sum())


def test_log_return_of_ten_per_cent_up():
    assert value_of("log_return_1", [100.0, 110.0])[1] == pytest.approx(0.0953101798)


def test_daily_volatility_of_candles_with_a_two_per_cent_range():
    # ½ · 0.02² = 0.0002 an hour, its root 0.0141421, times √24.
    values = value_of("daily_volatility", np.full(80, 100.0), high=np.full(80, 100 * math.exp(0.02)))

    assert values[71:] == pytest.approx(math.sqrt(24 * 0.0002))


def test_daily_volatility_takes_the_close_into_account():
    # A candle that closes at its high: ½ · 0.02² - (2 ln 2 - 1) · 0.02² = 0.0000454823.
    top = np.full(72, 100 * math.exp(0.02))

    values = value_of("daily_volatility", top, open=np.full(72, 100.0), high=top, low=np.full(72, 100.0))

    assert values[-1] == pytest.approx(math.sqrt(24 * 0.0002 - 24 * 0.0004 * 0.3862943611))


def test_daily_volatility_does_not_forget_the_week_on_a_calm_day():
    ranges = np.r_[np.full(400, 0.02), np.full(72, 0.0)]

    values = value_of("daily_volatility", np.full(472, 100.0), high=100 * np.exp(ranges))

    age, weight = np.arange(472)[::-1], 0.5 * ranges**2
    fast = (0.5 ** (age / 24) * weight).sum() / (0.5 ** (age / 24)).sum()
    slow = (0.5 ** (age / 168) * weight).sum() / (0.5 ** (age / 168)).sum()
    assert 0.75 * math.sqrt(slow) > math.sqrt(fast)
    assert values[-1] == pytest.approx(math.sqrt(24) * 0.75 * math.sqrt(slow))


def test_atr_of_a_constant_true_range_is_that_range():
    values = value_of("atr_14", np.full(50, 200.0), high=np.full(50, 202.0), low=np.full(50, 198.0))

    assert np.isnan(values[:41]).all()
    assert values[41:] == pytest.approx(4.0 / 200.0)


def test_atr_counts_the_gap_from_the_last_close():
    close = np.r_[np.full(49, 100.0), 130.0]
    high, low = close + 1.0, close - 1.0

    values = value_of("atr_14", close, high=high, low=low)

    # 48 true ranges of 2, then max(131, 100) - min(129, 100) = 31.
    assert values[-1] == pytest.approx((2.0 * 13 + 31.0) / 14 / 130.0)


def test_ema_gap_after_one_step_up():
    values = value_of("ema_gap_12_26", np.r_[np.full(25, 100.0), 113.0])

    # EMA12 = 100 + 2/13 · 13 = 102, EMA26 = 100 + 2/27 · 13.
    assert np.isnan(values[:25]).all()
    assert values[25] == pytest.approx((102.0 - (100.0 + 26.0 / 27.0)) / 113.0)


def test_rsi_of_a_published_worked_example():
    # The table in StockCharts' ChartSchool article on RSI, which Wilder's 14-period method fills.
    close = [44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61]
    close += [46.28, 46.28, 46.00, 46.03, 46.41, 46.22, 45.64]

    values = value_of("rsi_14h", close)

    assert values[14:] == pytest.approx([70.46, 66.25, 66.48, 69.35, 66.29, 57.92], abs=0.005)


def test_rsi_of_a_price_that_never_moved_is_unknown():
    assert np.isnan(value_of("rsi_14h", np.full(40, 5.0))).all()


def test_money_flow_of_two_candles_in_twenty():
    # 18 candles closing in the middle, one at the high with volume 6, one at the low with 1: 5 / 25.
    close, volume = np.full(20, 100.0), np.ones(20)
    close[3], volume[3], close[9] = 101.0, 6.0, 99.0

    values = value_of("cmf_20h", close, high=np.full(20, 101.0), low=np.full(20, 99.0), volume=volume)

    assert values[19] == pytest.approx(5.0 / 25.0)


def test_money_flow_without_volume_is_unknown_and_without_range_is_zero():
    assert np.isnan(value_of("cmf_20h", np.full(30, 9.0), volume=np.zeros(30))).all()
    assert value_of("cmf_20h", np.full(30, 9.0))[-1] == 0.0


@pytest.mark.parametrize(("name", "hours"), [("return_1h_over_vol", 1), ("return_12h_over_vol", 12)])
def test_return_over_volatility_is_its_definition(name, hours):
    close = a_walk(300)

    values = value_of(name, close)

    expected = math.log(close[-1] / close[-1 - hours]) / (plain_sigma(close) * math.sqrt(hours))
    assert values[-1] == pytest.approx(expected, rel=1e-10)


def test_return_over_volatility_counts_hours_in_bars_of_any_size():
    close = a_walk(800)

    values = value_of("return_24h_over_vol", close, interval_ms=HOUR_MS // 4)

    expected = math.log(close[-1] / close[-97]) / (plain_sigma(close, 96.0) * math.sqrt(96))
    assert values[-1] == pytest.approx(expected, rel=1e-10)


def test_return_over_volatility_of_a_steady_climb():
    # Every return equal: sigma is that return, so r_k / (sigma √k) = √k.
    close = 100.0 * np.exp(0.01 * np.arange(60))

    assert value_of("return_24h_over_vol", close)[-1] == pytest.approx(math.sqrt(24))


def test_volume_surprise_leaves_the_current_bar_out_of_its_yardstick():
    # 168 volumes with logarithms ±1 in turn: mean 0, deviation √(168/167); then one of e³.
    volume = np.exp(np.r_[np.tile([1.0, -1.0], 84), 3.0])

    values = value_of("volume_z_168h", np.ones(169), volume=volume)

    assert values[168] == pytest.approx(3.0 / math.sqrt(168 / 167))


def test_volume_surprise_goes_on_without_bars_that_did_not_trade():
    volume = np.exp(np.r_[np.tile([1.0, -1.0], 84), 0.0, 3.0])
    volume[168] = 0.0

    values = value_of("volume_z_168h", np.ones(170), volume=volume)

    logs = np.log(volume[[*range(2, 168)]])
    logs = np.r_[np.log(volume[1]), logs]
    assert np.isnan(values[168])
    assert values[169] == pytest.approx((3.0 - logs.mean()) / logs.std(ddof=1))


def test_volume_surprise_is_unknown_when_volume_never_varies_or_hardly_trades():
    sparse = np.where(np.arange(400) % 3 == 0, a_walk(400), 0.0)

    assert np.isnan(value_of("volume_z_168h", np.ones(400))).all()
    assert np.isnan(value_of("volume_z_168h", np.ones(400), volume=sparse)).all()


def test_taker_imbalance_is_its_definition():
    rng = np.random.default_rng(4)
    volume = rng.random(300) + 0.5
    bought = volume * rng.random(300)
    volume[250] = bought[250] = 0.0

    values = value_of("taker_imbalance_z", np.ones(300), volume=volume, taker_buy_volume=bought)

    traded = np.where(volume > 0, volume, 1.0)
    imbalance = np.where(volume > 0, 2.0 * bought / traded - 1.0, 0.0)
    smooth = []
    for t in range(300):
        weights = 0.6 ** np.arange(t, -1, -1.0)  # 4 bars: 1 - 2 / 5
        smooth.append((weights * imbalance[: t + 1]).sum() / weights.sum())
    before = np.array(smooth[131:299])
    assert values[299] == pytest.approx((smooth[299] - before.mean()) / before.std(ddof=1), rel=1e-9)


def test_taker_imbalance_without_the_column_is_unknown():
    assert np.isnan(value_of("taker_imbalance_z", a_walk(300), taker_buy_volume=np.full(300, np.nan))).all()


def test_range_position_at_the_top_the_bottom_and_a_quarter():
    high, low, close = np.full(50, 108.0), np.full(50, 100.0), np.full(50, 104.0)
    close[47], close[48], close[49] = 108.0, 100.0, 102.0

    values = value_of("range_position_48h", close, high=high, low=low)

    assert values[47:].tolist() == [1.0, -1.0, -0.5]


def test_range_position_forgets_a_high_after_48_hours():
    high = np.full(60, 101.0)
    high[5] = 200.0

    values = value_of("range_position_48h", np.full(60, 100.0), high=high, low=np.full(60, 99.0))

    assert values[52] == pytest.approx(2 * (100 - 149.5) / 101)
    assert values[53] == 0.0


def test_vwap_gap_is_its_definition():
    close, volume = a_walk(200), np.random.default_rng(3).random(200) + 0.1
    high, low = close * 1.01, close * 0.98

    values = value_of("vwap_gap_24h", close, high=high, low=low, volume=volume)

    day = slice(176, 200)
    typical = (high + low + close)[day] / 3.0
    vwap = (typical * volume[day]).sum() / volume[day].sum()
    expected = (close[-1] - vwap) / (close[-1] * plain_sigma(close) * math.sqrt(24))
    assert values[-1] == pytest.approx(expected, rel=1e-10)


def test_vwap_gap_without_volume_is_unknown():
    assert np.isnan(value_of("vwap_gap_24h", a_walk(100), volume=np.zeros(100))).all()


def test_semivariance_of_one_large_rise_among_small_falls():
    # 23 falls of 0.01 and one rise of 0.10: (0.01 - 0.0023) / (0.01 + 0.0023).
    change = np.full(24, -0.01)
    change[10] = 0.10

    values = value_of("semivariance_24h", 100.0 * np.exp(np.r_[0.0, np.cumsum(change)]))

    assert values[24] == pytest.approx((0.01 - 0.0023) / (0.01 + 0.0023))


def test_semivariance_of_a_day_of_rises_is_one_and_of_no_movement_unknown():
    assert value_of("semivariance_24h", 100.0 * 1.01 ** np.arange(30))[-1] == 1.0
    assert np.isnan(value_of("semivariance_24h", np.full(30, 7.0))).all()


def test_hour_of_week_starts_on_monday_and_is_that_of_the_close():
    monday = 1_704_067_200_000 // HOUR_MS  # 1 January 2024, a Monday, 00:00 UTC

    values = value_of("hour_of_week", np.ones(170), first_bar=monday - 1)

    assert values[:3].tolist() == [0.0, 1.0, 2.0]
    assert values[167:].tolist() == [167.0, 0.0, 1.0]


def test_hour_of_week_of_the_epoch_is_thursday():
    assert value_of("hour_of_week", [1.0], first_bar=0, interval_ms=4 * HOUR_MS)[0] == 72.0 + 4.0


def plain_variance_ratio(hourly):
    """Lo and MacKinlay's heteroskedasticity-robust z of VR(6), mean return zero, 336 terms."""
    change = returns(hourly)[-341:]
    last = change[-336:]
    together = np.array([change[i - 5 : i + 1].sum() for i in range(5, 341)])
    ratio = (together**2).sum() / (6.0 * (last**2).sum())
    theta = 0.0
    for lag in range(1, 6):
        lagged = change[5 - lag : 341 - lag]
        theta += (2.0 * (6 - lag) / 6) ** 2 * (last**2 * lagged**2).sum() / (last**2).sum() ** 2
    return (ratio - 1.0) / math.sqrt(theta)


def test_variance_ratio_is_its_definition():
    close = a_walk(400)

    assert value_of("variance_ratio_z_336h", close)[-1] == pytest.approx(
        plain_variance_ratio(close), rel=1e-9
    )


def test_variance_ratio_tells_trends_from_reversals():
    noise = np.random.default_rng(8).normal(size=402) * 0.01
    trending = 100.0 * np.exp(np.cumsum(noise[1:] + noise[:-1]))
    reverting = 100.0 * np.exp(np.cumsum(noise[1:] - 0.7 * noise[:-1]))

    assert value_of("variance_ratio_z_336h", trending)[-1] > 3.0
    assert value_of("variance_ratio_z_336h", reverting)[-1] < -3.0
