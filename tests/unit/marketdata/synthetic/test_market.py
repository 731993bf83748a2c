"""The market against the moments, accuracies and promises of its design."""

import numpy as np
import pytest
from pydantic import ValidationError

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from alphastrike.marketdata.synthetic.config import (
    AlphaSettings,
    Channel,
    CrashSettings,
    SyntheticConfig,
    embedded_default,
)
from alphastrike.marketdata.synthetic.market import SyntheticMarket, driftless_random_walk, generate

YEAR = 8_760


def log_returns(history: CandleHistory) -> np.ndarray:
    return np.log(history.close / history.open)


def hits(signal: np.ndarray, history: CandleHistory, horizon: int, *, late: int = 0) -> np.ndarray:
    """Whether the sign of each non-overlapping signal was the sign of the return that followed."""
    log_close = np.log(history.close)
    at = np.arange(late, history.open_time_ms.size - horizon, horizon)
    followed = log_close[:, at + horizon] - log_close[:, at]
    said = signal[:, at - late]
    usable = (followed != 0) & ~np.isnan(said)
    return (np.sign(said) == np.sign(followed))[usable]


def autocorrelation(values: np.ndarray, lag: int) -> float:
    return float(np.mean([np.corrcoef(row[lag:], row[:-lag])[0, 1] for row in values]))


@pytest.fixture(scope="module")
def long_market() -> SyntheticMarket:
    return generate(SyntheticConfig(symbols=("BTCUSDT", "ETHUSDT", "SOLUSDT"), length_hours=60_000, seed=11))


@pytest.fixture(scope="module")
def default_market() -> SyntheticMarket:
    return generate(embedded_default())


def test_annual_volatility_of_btc_is_near_55_percent(long_market: SyntheticMarket) -> None:
    annual = log_returns(long_market.history).std(axis=1) * np.sqrt(YEAR)

    assert 0.50 < annual[0] < 0.63


def test_returns_have_heavy_tails(long_market: SyntheticMarket) -> None:
    returns = log_returns(long_market.history)

    excess = np.mean((returns - returns.mean()) ** 4, axis=1) / returns.var(axis=1) ** 2 - 3
    assert (excess > 4).all()


def test_the_size_of_returns_is_autocorrelated_and_forgets_slowly(long_market: SyntheticMarket) -> None:
    size = np.abs(log_returns(long_market.history))

    at_lags = [autocorrelation(size, lag) for lag in (1, 24, 168)]
    assert 0.24 < at_lags[0] < 0.38
    assert at_lags[0] > at_lags[1] > at_lags[2] > 0.06


def test_returns_themselves_are_not_autocorrelated_without_alphas(long_market: SyntheticMarket) -> None:
    assert abs(autocorrelation(log_returns(long_market.history), 1)) < 0.02


def test_volatility_has_a_daily_and_a_weekly_season(long_market: SyntheticMarket) -> None:
    returns, opened = log_returns(long_market.history), long_market.history.open_time_ms
    hour, weekday = (opened % DAY_MS) // HOUR_MS, (opened // DAY_MS + 3) % 7

    by_hour = np.array([returns[:, hour == h].std() for h in range(24)])
    weekend = returns[:, weekday >= 5].std() / returns[:, weekday < 5].std()
    assert 1.6 < by_hour.max() / by_hour.min() < 2.1
    assert abs(int(by_hour.argmax()) - 15) <= 2
    assert 0.66 < weekend < 0.79


def test_most_fundings_are_at_the_base_rate_and_none_beyond_the_cap(long_market: SyntheticMarket) -> None:
    rate = long_market.funding.rate

    assert 0.65 < np.mean(rate == 1e-4) < 0.77
    assert np.abs(rate).max() <= 3e-3


def test_funding_follows_the_premium(long_market: SyntheticMarket) -> None:
    funding, history = long_market.funding, long_market.history
    first = slice(funding.offsets[0], funding.offsets[1])
    last_bar = np.searchsorted(history.open_time_ms, funding.ts_ms[first]) - 1

    eight_hours = np.array([long_market.premium[0, bar - 7 : bar + 1].mean() for bar in last_bar])
    assert np.corrcoef(funding.rate[first], eight_hours)[0, 1] > 0.7


def test_range_based_volatility_is_not_too_low(long_market: SyntheticMarket) -> None:
    h = long_market.history
    garman_klass = 0.5 * np.log(h.high / h.low) ** 2 - (2 * np.log(2) - 1) * np.log(h.close / h.open) ** 2

    ratio = np.sqrt(garman_klass.mean(axis=1)) / log_returns(h).std(axis=1)
    assert (ratio > 0.93).all()


def test_symbols_move_with_a_common_market(default_market: SyntheticMarket) -> None:
    correlation = np.corrcoef(log_returns(default_market.history))

    pairs = correlation[np.triu_indices(6, k=1)]
    assert 0.5 < pairs.mean() < 0.68


def test_taker_flow_agrees_with_its_own_candle(default_market: SyntheticMarket) -> None:
    h = default_market.history
    imbalance = 2 * h.taker_buy_volume / h.volume - 1

    agreement = np.mean(np.sign(imbalance) == np.sign(log_returns(h)))
    assert 0.70 < agreement < 0.82


def test_volume_rises_with_the_size_of_the_move(long_market: SyntheticMarket) -> None:
    h = long_market.history

    together = np.corrcoef(np.log(h.volume[0]), np.log(np.abs(log_returns(h)[0]) + 1e-5))[0, 1]
    assert 0.25 < together < 0.75


@pytest.mark.parametrize("channel", [Channel.COLUMN, Channel.TAKER_FLOW, Channel.BOOK, Channel.REVERSAL])
def test_one_hour_alphas_have_their_planted_accuracy(channel: Channel) -> None:
    planted = AlphaSettings(channel=channel, accuracy=0.53)
    outcomes = np.concatenate(
        [
            hits(market.planted[0].signal, market.history, 1)
            for market in (
                generate(SyntheticConfig(length_hours=17_520, seed=seed, alphas=(planted,)))
                for seed in range(100, 104)
            )
        ]
    )

    standard_error = 0.5 / np.sqrt(outcomes.size)
    assert outcomes.mean() == pytest.approx(0.53, abs=2.5 * standard_error)


def test_seen_one_bar_late_a_fresh_alpha_is_a_coin() -> None:
    planted = AlphaSettings(channel=Channel.COLUMN, accuracy=0.55)
    market = generate(SyntheticConfig(length_hours=60_000, seed=3, alphas=(planted,)))

    late = hits(market.planted[0].signal, market.history, 1, late=1)

    assert late.mean() == pytest.approx(0.5, abs=2.5 * 0.5 / np.sqrt(late.size))


def test_an_unplanted_taker_flow_predicts_nothing(long_market: SyntheticMarket) -> None:
    h = long_market.history
    imbalance = 2 * h.taker_buy_volume / h.volume - 1

    outcomes = hits(imbalance, h, 1)
    assert outcomes.mean() == pytest.approx(0.5, abs=3 * 0.5 / np.sqrt(outcomes.size / 2))


def test_an_alpha_loses_its_accuracy_when_it_decays() -> None:
    planted = AlphaSettings(channel=Channel.COLUMN, accuracy=0.55, decay_at_hours=20_000, accuracy_after=0.46)
    market = generate(SyntheticConfig(length_hours=40_000, seed=5, alphas=(planted,)))

    outcome = hits(market.planted[0].signal, market.history, 1)
    assert outcome[:19_990].mean() == pytest.approx(0.55, abs=0.01)
    assert outcome[20_010:].mean() == pytest.approx(0.46, abs=0.01)


def test_the_default_market_carries_the_accuracies_it_states(default_market: SyntheticMarket) -> None:
    for planted in default_market.planted:
        horizon = int(planted.settings.horizon_hours)
        outcome = hits(planted.signal, default_market.history, horizon)

        # Six correlated symbols count as at least two; volatility, jumps and drift cost half a point.
        standard_error = 0.5 / np.sqrt(outcome.size / 3)
        assert outcome.mean() == pytest.approx(planted.settings.accuracy - 0.004, abs=2.5 * standard_error)


def test_the_same_alphas_hold_on_five_minute_candles() -> None:
    flow = AlphaSettings(channel=Channel.TAKER_FLOW, accuracy=0.6, horizon_hours=12, half_life_hours=12)
    trend = AlphaSettings(channel=Channel.MOMENTUM, accuracy=0.57, horizon_hours=6)
    config = SyntheticConfig(interval="5m", length_hours=13_000, seed=2, alphas=(flow, trend))
    market = generate(config)

    for planted in market.planted:
        outcome = hits(planted.signal, market.history, round(planted.settings.horizon_hours * 12))
        assert outcome.mean() == pytest.approx(
            planted.settings.accuracy, abs=2.5 * 0.5 / np.sqrt(outcome.size)
        )


def test_four_hour_candles_are_the_same_market_as_one_hour_candles() -> None:
    hourly = generate(SyntheticConfig(length_hours=480))
    slower = generate(SyntheticConfig(length_hours=480, interval="4h"))

    assert slower.history.close[0].tolist() == hourly.history.close[0, 3::4].tolist()
    assert slower.history.high[0].tolist() == hourly.history.high[0].reshape(-1, 4).max(axis=1).tolist()
    assert slower.history.volume[0] == pytest.approx(hourly.history.volume[0].reshape(-1, 4).sum(axis=1))
    assert slower.funding.rate.tolist() == hourly.funding.rate.tolist()


def test_a_crash_takes_its_depth_from_every_symbol() -> None:
    symbols = ("BTCUSDT", "ETHUSDT")
    calm = SyntheticConfig(
        symbols=symbols, length_hours=200, drift="none", volatility="constant", jumps_per_day=0
    )
    crash = CrashSettings(at_hours=100, depth=0.5, duration_hours=4)
    fallen = generate(calm.model_copy(update={"crash": crash})).history

    assert fallen.close[:, 103] / fallen.open[:, 100] == pytest.approx([0.5, 0.5], rel=0.12)
    assert fallen.close[:, :100].tolist() == generate(calm).history.close[:, :100].tolist()


def test_the_random_walk_has_constant_volatility_and_an_expected_price_of_today() -> None:
    walk = driftless_random_walk(SyntheticConfig(length_hours=100_000, alphas=embedded_default().alphas))
    simple = walk.history.close / walk.history.open - 1

    standard_error = simple.std() / np.sqrt(simple.size)
    assert simple.std() * np.sqrt(YEAR) == pytest.approx(0.55, rel=0.02)
    assert abs(simple.mean()) < 2.5 * standard_error
    assert abs(autocorrelation(simple, 1)) < 0.01
    assert walk.planted == ()


def test_results_are_always_named_synthetic() -> None:
    assert generate(SyntheticConfig(length_hours=2)).label == "synthetic market, seed 7"
    assert (
        driftless_random_walk(SyntheticConfig(length_hours=2)).label
        == "synthetic driftless random walk, seed 7"
    )
    with pytest.raises(ValidationError, match="name"):
        SyntheticConfig(name="real market")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"symbols": ("BTCUSDT", "BTCUSDT")}, "each symbol once"),
        ({"interval": "1d", "start_ms": HOUR_MS}, "multiple of 1h and of 1d"),
        ({"interval": "12h", "length_hours": 3}, "at least one 12h"),
        ({"alphas": ({"channel": "taker_flow", "accuracy": 0.5},) * 2}, "two on taker_flow"),
        ({"alphas": ({"channel": "book", "accuracy": 0.5, "decay_at_hours": 3},)}, "set both or neither"),
    ],
)
def test_settings_that_cannot_be_built_are_refused(settings: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        SyntheticConfig.model_validate(settings)
