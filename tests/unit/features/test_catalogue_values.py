"""Features of the catalogue against plain computations of their definitions, at the last bar of a market."""

import datetime
import math

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from alphastrike.features import percentile_ranks, turn_of_month
from alphastrike.numerics.calendar import day_in_month, days_of_month, month_number
from alphastrike.numerics.least_squares import autoregression, clear_system, solve_system
from tests.unit.features.catalogue import (
    BARS,
    BULK,
    FEATURES,
    LED,
    MARKET,
    OP,
    OWN,
    SIGMA,
    TB,
    C,
    H,
    L,
    R,
    V,
    close_to,
    ewma,
    half_life_of,
    last,
    rank,
    rolled,
    slope,
    z,
)


def test_bulk_volume_is_the_normal_probability_of_the_move():
    share = ewma(BULK * V, span=6) / ewma(V, span=24)

    assert last("bulk_volume_z_168h") == close_to(z(share, 168))


def test_vpin_is_the_mean_imbalance_over_the_mean_volume_of_its_buckets():
    toxicity = rolled(np.abs(BULK * V), 50) / rolled(V, 50)

    assert last("vpin_rank_720h") == close_to(rank(toxicity, 720))
    assert last("bulk_imbalance_50h") == close_to((BULK * V)[-50:].sum() / V[-50:].sum())


def test_kyles_lambda_is_the_slope_of_returns_on_signed_volume():
    money = (2.0 * TB - V) * C
    residual = np.full(BARS, np.nan)
    for row in range(BARS - 80, BARS):
        past = slice(row - 72, row)
        residual[row] = R[OWN, row] - slope(money[past], R[OWN, past]) * money[row]

    assert last("impact_residual_z_72h") == close_to(z(residual, 72))


def test_amihuds_illiquidity_is_return_over_quote_volume():
    assert last("amihud_rank_720h") == close_to(rank(np.abs(R[OWN]) / (C * V), 720))


def test_corwin_and_schultz_at_numbers_worked_by_hand():
    # Both bars 100 to 102 in the same place: beta = 2 ln²1.02, gamma = ln²1.02, so that
    # alpha = ln 1.02 ((2 - sqrt 2) / (3 - 2 sqrt 2) - 1 / sqrt(3 - 2 sqrt 2)) = ln 1.02 = 0.0198026.
    spread = percentile_ranks._spread(np.array([101.0, 102.0, 100.0]), 102.0, 100.0)

    assert spread == pytest.approx(2.0 * 0.02 / 2.02)


def test_garman_klass_and_squared_returns_of_a_day_are_ranked():
    garman_klass = 0.5 * np.log(H / L) ** 2 - (2.0 * math.log(2.0) - 1.0) * np.log(C / OP) ** 2

    assert last("garman_klass_rank_720h") == close_to(rank(rolled(np.maximum(garman_klass, 0.0), 24), 720))
    assert last("volatility_rank_2160h") == close_to(rank(rolled(R[OWN] ** 2, 24), 2160))


def test_har_is_the_least_squares_forecast_of_sixty_days():
    days = MARKET.open_time_ms // DAY_MS
    whole = [day for day in np.unique(days) if (days == day).sum() == 24][1:]
    logs = np.array([math.log((R[OWN, days == day] ** 2).sum()) for day in whole])
    rows = range(len(logs) - 61, len(logs))
    inputs = np.array([[1.0, logs[d - 1], logs[d - 5 : d].mean(), logs[d - 22 : d].mean()] for d in rows])
    target = logs[-61:]
    weights = np.linalg.lstsq(inputs[:-1], target[:-1], rcond=None)[0]
    errors = target[:-1] - inputs[:-1] @ weights
    surprise = (target[-1] - inputs[-1] @ weights) / math.sqrt((errors**2).sum() / (60 - 4))

    assert last("har_surprise_z_60d") == pytest.approx(surprise, rel=1e-4)


def test_yang_zhang_without_an_overnight_term():
    def variance(n):
        up, down, body = np.log(H / OP)[-n:], np.log(L / OP)[-n:], np.log(C / OP)[-n:]
        k = 0.34 / (1.34 + (n + 1) / (n - 1))
        return k * body.var(ddof=1) + (1 - k) * (up * (up - body) + down * (down - body)).mean()

    assert last("volatility_term") == close_to(0.5 * math.log(variance(6) / variance(168)))


def test_the_lead_is_beta_times_bitcoins_return_less_the_own():
    gap = np.full(BARS, np.nan)
    for row in range(BARS - 180, BARS):
        past = slice(row - 168, row)
        gap[row] = slope(R[LED, past], R[OWN, past]) * R[LED, row] - R[OWN, row]

    assert last("reference_lead_z_168h") == close_to(z(gap, 168))


def test_the_pair_is_the_residual_of_a_regression_of_log_prices():
    own, led = np.log(C)[-721:], np.log(MARKET.close[LED])[-721:]
    beta = np.polyfit(led[1:], own[1:], 1)[0]
    spread = own - beta * led

    place = (spread[-1] - spread[1:].mean()) / spread[1:].std()
    assert last("reference_pair_z_720h") == pytest.approx(place, rel=1e-6)
    assert last("reference_pair_half_life") == pytest.approx(half_life_of(spread)[0], rel=1e-5)


def test_a_break_compares_the_correlations_of_a_day_and_a_month():
    def fisher(n):
        a, b = R[OWN, -n:], R[LED, -n:]
        return math.atanh((a * b).sum() / math.sqrt((a * a).sum() * (b * b).sum()))

    beta = slope(R[LED, -720:], R[OWN, -720:])
    rest = R[OWN] - beta * R[LED]
    scale = math.sqrt((rest[-720:] ** 2).mean() * 24)

    assert last("reference_break") == close_to(fisher(24) - fisher(720))
    assert last("own_return_24h_over_vol") == close_to(rest[-24:].sum() / scale, rel=1e-7)


def test_breadth_counts_symbols_above_their_average():
    averages = np.array([ewma(row, span=24)[-1] for row in MARKET.close])

    assert last("breadth_24h") == close_to((MARKET.close[:, -1] > averages).mean())
    assert last("market_return_24h") == close_to(R[:, -24:].sum(axis=1).mean())


def test_absorption_is_the_largest_eigenvalue_of_the_correlations():
    share = np.array(
        [
            np.linalg.eigvalsh(np.corrcoef(R[:, row - 71 : row + 1]))[-1] / 6 if row >= 72 else np.nan
            for row in range(BARS)
        ]
    )

    assert last("absorption_z_720h") == pytest.approx(z(share, 720), rel=1e-3)


def test_bitcoins_week_is_the_same_for_every_symbol():
    sigma = np.sqrt(ewma(R[LED] ** 2, half_life=24.0))[-1]

    assert last("reference_return_168h_over_vol") == close_to(R[LED, -168:].sum() / (sigma * math.sqrt(168)))


def wilder(values, n):
    mean, out = values[:n].mean(), []
    for value in values[n:]:
        mean += (value - mean) / n
        out.append(mean)
    return np.concatenate([np.full(n, np.nan), out])


def test_fear_is_the_mean_of_three_shares():
    change = R[OWN, 1:]
    gain, loss = wilder(np.maximum(change, 0), 14)[-1], wilder(np.maximum(-change, 0), 14)[-1]
    fall = 1.0 - C / rolled(H, 720, np.max)
    parts = rank(fall, 720), rank(rolled(R[OWN] ** 2, 24), 720), loss / (gain + loss)

    assert last("fear_720h") == close_to(sum(parts) / 3)


def test_seasonal_returns_look_at_the_next_bars_own_past():
    units = R[OWN] / SIGMA
    weeks, days = units[BARS - 168 * np.arange(1, 15)], units[BARS - 24 * np.arange(1, 11)]

    assert last("same_hour_10d") == close_to(days.mean() * math.sqrt(10))
    assert weeks.size == 14
    assert np.isnan(last("hour_of_week_t_26w"))  # 26 weeks are longer than this market


def test_the_hour_of_week_is_half_its_t_statistic():
    rng = np.random.default_rng(1)
    bars = 26 * 168 + 48
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, (1, bars)), axis=1))
    history = CandleHistory(
        ("ETHUSDT",), HOUR_MS, np.arange(bars, dtype=np.int64) * HOUR_MS, *([close] * 4), *([close] * 2)
    )
    change = np.diff(np.log(close[0]), prepend=np.nan)
    units = change / np.sqrt(ewma(change**2, half_life=24.0))
    out = np.empty(close.shape)

    FEATURES["hour_of_week_t_26w"].build(("ETHUSDT",), HOUR_MS).advance(history.block(0, bars), out)

    own = units[bars - 168 * np.arange(1, 27)]
    assert out[0, -1] == close_to(0.5 * own.mean() * math.sqrt(26) / own.std(ddof=1))
    assert np.isnan(out[0, -2])


def test_the_opening_hour_is_held_through_the_day():
    first = int(np.flatnonzero(MARKET.open_time_ms % DAY_MS == 0)[-1])

    assert last("opening_hour_over_vol") == close_to(R[OWN, first] / SIGMA[first])


@pytest.mark.parametrize("day", ["1970-01-01", "2000-02-29", "2023-12-31", "2024-02-28", "2100-03-01"])
def test_the_calendar_is_that_of_everyone(day):
    date = datetime.date.fromisoformat(day)
    number = (date - datetime.date(1970, 1, 1)).days
    following = (date.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)

    assert day_in_month(number) == date.day - 1
    assert days_of_month(number) == (following - date.replace(day=1)).days
    assert month_number(number + 31) - month_number(number) in (1, 2)


def test_the_turn_of_the_month_is_the_record_of_twelve_turns():
    days = 420
    times = np.arange(days, dtype=np.int64) * DAY_MS + 19_000 * DAY_MS
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(3).normal(0.0, 0.02, (1, days)), axis=1))
    history = CandleHistory(("ETHUSDT",), DAY_MS, times, *([close] * 4), *([close] * 2))
    out = np.empty((2, 1, days))

    for row, plugin in enumerate(turn_of_month.plugins):
        plugin.build(("ETHUSDT",), DAY_MS).advance(history.block(0, days), out[row])

    returns, start = [], None
    for row in range(days):
        date = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(times[row] // DAY_MS) + 1)
        if (date + datetime.timedelta(days=1)).day == 1:
            start = close[0, row]
        if date.day == 4 and start is not None:
            returns.append(math.log(close[0, row] / start))
    held = np.array(returns[-12:])
    assert out[1, 0, -1] == close_to(held.mean() * math.sqrt(12) / held.std(ddof=1))
    tomorrow = datetime.date(1970, 1, 1) + datetime.timedelta(days=19_000 + days)
    assert out[0, 0, -1] == tomorrow.day - 1


def test_reversion_is_an_autoregression_of_the_distance_from_the_average():
    away = (np.log(C) - ewma(np.log(C), span=96))[-337:]
    half_life, phi = half_life_of(away)

    assert last("reversion_z_336h") == pytest.approx((away[-1] - away[1:].mean()) / away[1:].std(), rel=1e-6)
    assert last("reversion_half_life") == pytest.approx(half_life, rel=1e-6)
    assert last("reversion_t") == pytest.approx((phi - 1.0) / math.sqrt((1 - phi**2) / 334), rel=1e-6)


def test_the_half_life_of_a_known_autoregression():
    # x halves every bar: phi is one half and so is the half-life one bar.
    x = np.tile([8.0, 4.0, 2.0, 1.0, 0.5], 1)
    now, before = x[1:], x[:-1]

    centred = autoregression(4.0, 0.0, float((before**2).sum()), 0.0, float((now * before).sum()))

    assert centred == pytest.approx(0.5)


def test_hurst_is_the_slope_of_detrended_fluctuations():
    end = int(np.flatnonzero((MARKET.open_time_ms // HOUR_MS + 1) % 4 == 0)[-1]) + 1
    returns = R[OWN, end - 512 : end]
    profile = np.cumsum(returns - returns.mean())
    sizes, logs = [8, 16, 32, 64, 128], []
    for size in sizes:
        boxes = profile.reshape(-1, size)
        x = np.arange(size)
        rest = [box - np.polyval(np.polyfit(x, box, 1), x) for box in boxes]
        logs.append(0.5 * math.log(np.mean(np.square(rest))))

    assert last("hurst_512h") == pytest.approx(np.polyfit(np.log(sizes), logs, 1)[0], rel=1e-9)


def test_the_ridge_is_the_penalised_least_squares_of_six_lags():
    units = R[OWN] / SIGMA
    end = int(np.flatnonzero((MARKET.open_time_ms // HOUR_MS + 1) % 24 == 0)[-1])
    rows = np.arange(end - 999, end + 1)
    inputs = np.stack([units[rows - 1 - lag] for lag in range(6)], axis=1)
    weights = np.linalg.solve(inputs.T @ inputs + 50.0 * np.eye(6), inputs.T @ units[rows])

    assert last("ridge_forecast") == pytest.approx(weights @ units[BARS - 1 - np.arange(6)], rel=1e-9)


def test_the_kalman_slope_is_that_of_a_plain_filter():
    level, slope_, p = math.log(C[0]), 0.0, np.array([[0.1, 0.0], [0.0, 1e4]])
    step, noise = np.array([[1.0, 1.0], [0.0, 1.0]]), np.diag([1.0, 1e-3])
    state = np.array([level, slope_])
    for value in np.log(C[1:]):
        state, p = step @ state, step @ p @ step.T + noise
        gain = p[:, 0] / (p[0, 0] + 0.1)
        state = state + gain * (value - state[0])
        p = p - np.outer(gain, p[0])

    assert last("kalman_slope_t") == pytest.approx(state[1] / (SIGMA[-1] * math.sqrt(p[1, 1])), rel=1e-6)


def test_moves_in_average_true_ranges():
    before = np.concatenate([[np.nan], C[:-1]])
    stretch = np.maximum(H, before) - np.minimum(L, before)
    atr = wilder(stretch[1:], 14)
    gap = ewma(C, span=12)[-1] - ewma(C, span=48)[-1]

    assert last("ema_gap_over_atr") == close_to(gap / atr[-1], rel=1e-8)
    assert last("range_over_atr") == close_to((H[-1] - L[-1]) / atr[-2], rel=1e-8)


def test_wicks_are_lower_less_upper_over_the_range():
    wick = ((np.minimum(OP, C) - L) - (H - np.maximum(OP, C))) / (H - L)

    assert last("wick_balance_1h") == close_to(wick[-1])
    assert last("wick_balance_3h") == close_to(ewma(wick, span=3)[-1])


def test_on_balance_volume_is_sloped_by_a_straight_line():
    balance = np.cumsum(np.sign(np.nan_to_num(R[OWN])) * V)
    slopes = np.array(
        [
            np.polyfit(np.arange(24), balance[row - 23 : row + 1], 1)[0] if row > 23 else np.nan
            for row in range(BARS)
        ]
    )

    assert last("obv_slope_z_168h") == pytest.approx(z(slopes, 168), rel=1e-6)


def test_money_flow_at_numbers_worked_by_hand():
    typical = (H + L + C) / 3.0
    flow, rise = typical * V, np.diff(typical, prepend=np.nan)
    gained, lost = flow[-14:][rise[-14:] > 0].sum(), flow[-14:][rise[-14:] < 0].sum()

    assert last("money_flow_14h") == close_to(100.0 * gained / (gained + lost))


def test_volume_and_taker_flow_of_a_day():
    net = rolled(2.0 * TB - V, 24)
    move = rolled(R[OWN], 24)

    assert last("turnover_z_720h") == close_to(z(np.log(rolled(V, 24)), 720))
    assert last("cvd_divergence") == close_to(z(net, 720) - z(move, 720), rel=1e-8)
    assert last("taker_pressure_4h") == close_to(ewma(2.0 * TB / V - 1.0, span=4)[-1])


def test_series_are_set_against_their_own_past():
    known = {name: values[OWN] for name, values in MARKET.series.items()}
    interest = np.log(known["open_interest"])
    change = np.concatenate([np.full(24, np.nan), interest[24:] - interest[:-24]])
    longs, shorts = known["liquidated_long"], known["liquidated_short"]

    assert last("funding_z_90d") == close_to(z(known["funding_rate"], 2160))
    assert last("basis_z_168h") == close_to(
        z(known["mark_price"] / known["index_price"] - 1.0, 168), rel=1e-7
    )
    assert last("open_interest_change_z_720h") == close_to(z(change, 720))
    assert last("liquidations_z_720h") == close_to(z(longs + shorts, 720))
    assert last("liquidation_tilt") == close_to(math.log1p(longs[-1]) - math.log1p(shorts[-1]))
    assert last("trade_clustering_rank_720h") == close_to(rank(known["trade_clustering"], 720))


def test_small_systems_are_solved():
    row = np.zeros(6)
    clear_system(row, 0, 2, 1.0)
    row += [1.0, 1.0, 5.0, 1.0, 3.0, 13.0]  # with the ridge [[2, 1], [1, 4]] x = [5, 13]

    assert solve_system(row, 0, 2)
    assert row[[2, 5]] == pytest.approx([1.0, 3.0])
    assert not solve_system(np.zeros(6), 0, 2)
