"""Every signal's formula at a number worked by hand, and its silence without input."""

import math
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import alphastrike.signals as room
from alphastrike.app.discovery import available
from alphastrike.domain.plugins import Category

T = math.tanh
FEATURES = {name: load() for name, load in available("features").items()}


def shipped():
    """Every module one folder below the room that holds a signal."""
    for package in pkgutil.iter_modules(room.__path__):
        if package.ispkg:
            folder = import_module(f"{room.__name__}.{package.name}")
            for module in pkgutil.iter_modules(folder.__path__):
                yield package.name, import_module(f"{folder.__name__}.{module.name}").plugin


SIGNALS = {signal.spec.name: (folder, signal) for folder, signal in shipped()}

KNOWN = [
    ("of_taker_imb", {"taker_imbalance_z": 0.8}, T(0.8)),
    ("of_cmf", {"cmf_20h": -0.2}, T(-0.5)),
    ("pa_strev", {"return_1h_over_vol": 1.5}, -T(1.5)),
    ("pa_strev", {"return_1h_over_vol": -2.0}, T(2.0)),
    ("pa_strev", {"return_1h_over_vol": 1.0}, 0.0),
    ("pa_donchian", {"range_position_48h": 0.95}, T(1.9)),
    ("pa_donchian", {"range_position_48h": -1.0}, -T(2.0)),
    ("pa_donchian", {"range_position_48h": 0.89}, 0.0),
    ("pa_rsi", {"rsi_14h": 80.0}, -T(2.0)),
    ("pa_rsi", {"rsi_14h": 20.0}, T(2.0)),
    ("pa_rsi", {"rsi_14h": 70.0}, 0.0),
    ("vo_vwap", {"vwap_gap_24h": 0.7}, -T(0.7)),
    ("vo_confirm", {"return_12h_over_vol": 1.0, "volume_z_168h": -0.5}, -T(1.0) * T(0.5)),
    ("vo_cgw", {"return_1h_over_vol": 1.0, "volume_z_168h": 2.0}, -T(1.0) * T(2.0)),
    ("vo_cgw", {"return_1h_over_vol": 1.0, "volume_z_168h": -2.0}, 0.0),
    ("vol_semivar", {"semivariance_24h": 0.25}, -T(0.5)),
    ("st_stretch", {"return_24h_over_vol": 3.0}, -T(2.0)),
    ("st_stretch", {"return_24h_over_vol": -1.5}, 0.0),
    ("of_ofi", {"order_flow_imbalance_z_168h": 0.4}, T(0.4)),
    ("of_cvd_div", {"cvd_divergence": -1.2}, -T(1.2)),
    (
        "of_hawkes",
        {"taker_pressure_4h": -0.1, "trade_clustering": 0.6, "trade_clustering_rank_720h": 0.9},
        -0.6,
    ),
    (
        "of_hawkes",
        {"taker_pressure_4h": 0.1, "trade_clustering": 0.6, "trade_clustering_rank_720h": 0.8},
        0.0,
    ),
    ("of_bvc", {"bulk_volume_z_168h": 0.5}, T(0.5)),
    ("ms_book_imb", {"book_imbalance": -0.3}, -0.3),
    ("ms_microprice", {"microprice_gap": 0.5}, T(0.5)),
    ("ms_vpin", {"bulk_imbalance_50h": -0.2, "vpin_rank_720h": 0.95}, -0.5),
    ("ms_vpin", {"bulk_imbalance_50h": -0.2, "vpin_rank_720h": 0.9}, 0.0),
    ("ms_kyle_resid", {"impact_residual_z_72h": 1.5}, -T(1.5)),
    ("ms_amihud_rev", {"amihud_rank_720h": 0.5, "return_1h_over_vol": 1.0}, -0.5 * T(1.0)),
    ("ms_cs_spread", {"return_1h_over_vol": -1.2, "spread_rank_720h": 0.7}, 0.7),
    ("ms_cs_spread", {"return_1h_over_vol": 1.0, "spread_rank_720h": 0.7}, 0.0),
    ("vol_state_mom", {"return_12h_over_vol": 1.0, "volatility_rank_2160h": 0.75}, -0.5 * T(1.0)),
    ("vol_har_surprise", {"har_surprise_z_60d": 2.0, "return_24h_over_vol": -0.3}, T(2.0)),
    ("vol_squeeze", {"garman_klass_rank_720h": 0.1, "range_position_24h": 0.8}, T(0.8)),
    ("vol_term", {"return_6h_over_vol": 1.0, "volatility_term": 0.9}, -T(0.4)),
    ("vol_term", {"return_6h_over_vol": 1.0, "volatility_term": 0.4}, 0.0),
    ("cor_leadlag", {"reference_lead_z_168h": 0.6}, T(0.6)),
    ("cor_pair_ou", {"reference_pair_half_life": 20.0, "reference_pair_z_720h": 3.0}, -T(2.0)),
    ("cor_breakdown", {"own_return_24h_over_vol": 1.0, "reference_break": -0.8}, -T(0.8)),
    ("cor_breakdown", {"own_return_24h_over_vol": 1.0, "reference_break": -0.5}, 0.0),
    ("cor_breadth", {"breadth_24h": 0.75}, T(0.75)),
    ("cor_absorb", {"absorption_z_720h": 1.0, "market_return_24h": -0.02}, -T(1.0)),
    ("cor_absorb", {"absorption_z_720h": 1.0, "market_return_24h": 0.02}, 0.0),
    ("sen_fng", {"fear_greed": 10.0}, T(2.0)),
    ("sen_fng", {"fear_greed": 90.0}, -T(2.0)),
    ("sen_lsr", {"long_short_z_720h": 1.0}, -T(1.0)),
    ("sen_top_vs_crowd", {"top_vs_crowd_z_720h": 1.0}, T(1.0)),
    ("sen_proxy", {"fear_720h": 0.9}, T(1.6)),
    ("sen_proxy", {"fear_720h": 0.2}, -T(1.2)),
    ("sea_how", {"hour_of_week_t_26w": -3.0}, -T(1.5)),
    ("sea_period", {"same_hour_10d": 1.5}, T(1.0)),
    ("sea_intraday_mom", {"hour_of_week": 46.0, "opening_hour_over_vol": 0.7}, T(0.7)),
    ("sea_tom", {"day_of_turn": -1.0, "turn_of_month_t_12m": 2.0}, T(1.0)),
    (
        "sea_funding_clock",
        {"hour_of_week": 15.0, "predicted_funding": 1e-4, "predicted_funding_z_30d": 1.0},
        -T(1.0),
    ),
    ("st_vr", {"return_6h_over_vol": -1.0, "variance_ratio_z_336h": 2.0}, -T(1.0) * T(1.0)),
    ("st_ou", {"reversion_half_life": 10.0, "reversion_t": -2.5, "reversion_z_336h": 3.0}, -T(2.0)),
    ("st_hurst", {"hurst_512h": 0.6, "return_24h_over_vol": 1.0}, T(0.6) * T(1.0)),
    ("st_hurst", {"hurst_512h": 0.54, "return_24h_over_vol": 1.0}, 0.0),
    ("st_ridge_ar", {"ridge_forecast": 0.2}, T(0.6)),
    ("st_kalman", {"kalman_slope_t": -1.0}, -T(0.5)),
    (
        "pa_tsmom",
        {
            "return_24h_over_vol": 1.0,
            "return_72h_over_vol": -1.0,
            "return_168h_over_vol": 0.5,
            "return_672h_over_vol": 0.5,
        },
        0.5 * T(0.5),
    ),
    ("pa_ema", {"ema_gap_over_atr": 0.3}, T(0.3)),
    ("pa_wick", {"wick_balance_3h": -0.2}, -T(0.6)),
    ("vo_obv", {"obv_slope_z_168h": 0.9}, T(0.9)),
    ("vo_mfi", {"money_flow_14h": 90.0}, -T(2.0)),
    ("vo_mfi", {"money_flow_14h": 80.0}, 0.0),
    ("de_funding", {"funding_z_90d": 3.0}, -T(2.0)),
    ("de_funding", {"funding_z_90d": -1.0}, 0.0),
    ("de_basis", {"basis_z_168h": 0.5}, -T(0.5)),
    ("de_oi_price", {"open_interest_change_z_720h": 1.0, "return_24h_over_vol": -1.0}, -(T(1.0) ** 2)),
    ("de_liq", {"liquidation_tilt": 0.5, "liquidations_z_720h": 3.5}, T(0.5)),
    ("de_liq", {"liquidation_tilt": 0.5, "liquidations_z_720h": 3.0}, 0.0),
    ("de_fund_mom", {"predicted_funding_change_z_30d": 0.5}, T(0.5)),
    ("de_flush_proxy", {"range_over_atr": 3.5, "volume_z_720h": 2.5, "wick_balance_1h": 0.5}, T(1.5)),
    ("de_flush_proxy", {"range_over_atr": 3.5, "volume_z_720h": 2.0, "wick_balance_1h": 0.5}, 0.0),
    ("al_netflow", {"exchange_netflow_z_30d": 1.0}, -T(1.0)),
    ("al_stables", {"stablecoin_growth_z_90d": 1.0}, T(1.0)),
    ("al_attention", {"attention_z_90d": 1.0, "return_168h_over_vol": 0.5}, -T(1.0)),
    ("al_whale", {"whale_deposits_z_30d": 1.0}, -T(1.0)),
    ("al_hashrate", {"hashrate_change_z_90d": 1.0}, T(1.0)),
    ("al_attn_proxy", {"return_24h_over_vol": 2.0, "turnover_z_720h": 2.0}, -T(2.0)),
    ("al_attn_proxy", {"return_24h_over_vol": 1.0, "turnover_z_720h": 2.0}, 0.0),
    ("ma_dxy", {"dollar_z_252d": 1.0}, -T(1.0)),
    ("ma_equity", {"equity_z_252d": 1.0}, T(1.0)),
    ("ma_rates", {"rates_z_252d": 1.0}, -T(1.0)),
    ("ma_btcdom", {"dominance_z_90d": 1.0, "reference_break": 0.1}, -T(1.0)),
    ("ma_btc_trend", {"reference_return_168h_over_vol": 1.0}, T(1.0)),
]

# All that a signal reads is known, and it abstains all the same.
OUTSIDE = [
    ("vol_squeeze", {"garman_klass_rank_720h": 0.15, "range_position_24h": 0.8}),
    ("cor_pair_ou", {"reference_pair_half_life": 3.9, "reference_pair_z_720h": 3.0}),
    ("cor_pair_ou", {"reference_pair_half_life": 1e5, "reference_pair_z_720h": 3.0}),
    ("sen_fng", {"fear_greed": 50.0}),
    ("sen_proxy", {"fear_720h": 0.7}),
    ("sea_how", {"hour_of_week_t_26w": 1.0}),
    ("sea_intraday_mom", {"hour_of_week": 45.0, "opening_hour_over_vol": 0.7}),
    ("sea_tom", {"day_of_turn": 3.0, "turn_of_month_t_12m": 2.0}),
    ("sea_funding_clock", {"hour_of_week": 16.0, "predicted_funding": 1e-4, "predicted_funding_z_30d": 1.0}),
    ("st_ou", {"reversion_half_life": 10.0, "reversion_t": -2.0, "reversion_z_336h": 3.0}),
    ("st_ou", {"reversion_half_life": 73.0, "reversion_t": -3.0, "reversion_z_336h": 3.0}),
]


@pytest.mark.parametrize(("name", "values", "vote"), KNOWN)
def test_the_formula_at_a_known_number(a_feature_block, name, values, vote):
    block = a_feature_block({feature: [[value]] for feature, value in values.items()})

    assert SIGNALS[name][1].votes(block)[0, 0] == pytest.approx(vote, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(("name", "values"), OUTSIDE)
def test_outside_its_condition_a_signal_abstains_and_says_when(a_feature_block, name, values):
    block = a_feature_block({feature: [[value]] for feature, value in values.items()})

    assert math.isnan(SIGNALS[name][1].votes(block)[0, 0])
    assert SIGNALS[name][1].spec.abstains


def test_only_signals_with_a_condition_declare_one():
    assert {name for name, (_, signal) in SIGNALS.items() if signal.spec.abstains} == {
        name for name, _ in OUTSIDE
    }


def test_every_signal_has_a_known_number():
    assert {name for name, _, _ in KNOWN} == set(SIGNALS)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_missing_feature_is_an_abstention(a_feature_block, name):
    spec = SIGNALS[name][1].spec
    for missing in spec.features:
        for nothing in (math.nan, math.inf):
            row = {feature: [[nothing if feature == missing else 1.0]] for feature in spec.features}

            assert math.isnan(SIGNALS[name][1].votes(a_feature_block(row))[0, 0])


@pytest.mark.parametrize("name", SIGNALS)
def test_votes_stay_within_one_and_depend_on_their_own_bar_only(a_feature_block, name):
    signal = SIGNALS[name][1]
    random = np.random.default_rng(11)
    rows = {feature: _within_bounds(feature, random) for feature in signal.spec.features}

    together = signal.votes(a_feature_block(rows))

    assert not (np.abs(together) > 1.0).any()
    for bar in range(37):
        alone = signal.votes(a_feature_block({f: v[:, bar : bar + 1] for f, v in rows.items()}))
        np.testing.assert_array_equal(alone[:, 0], together[:, bar])


def _within_bounds(feature, random):
    """Values of a feature, wild but within its declared bounds."""
    spec = FEATURES[feature].spec
    return random.normal(0.0, 30.0, (2, 37)).clip(spec.lowest, spec.highest)


def test_each_signal_lies_in_the_folder_of_its_category():
    assert all(folder == signal.spec.category.value for folder, signal in SIGNALS.values())


def test_each_of_the_twelve_categories_has_at_least_four_signals():
    folders = [folder for folder, _ in SIGNALS.values()]

    assert {category: folders.count(category.value) >= 4 for category in Category} == dict.fromkeys(
        Category, True
    )
