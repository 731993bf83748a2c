"""Every signal's formula at a number worked by hand, and its silence without input."""

import math
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import alphastrike.signals as room
from alphastrike.signals.config import DEFAULT_SIGNALS

T = math.tanh


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
]


@pytest.mark.parametrize(("name", "values", "vote"), KNOWN)
def test_the_formula_at_a_known_number(a_feature_block, name, values, vote):
    block = a_feature_block({feature: [[value]] for feature, value in values.items()})

    assert SIGNALS[name][1].votes(block)[0, 0] == pytest.approx(vote, rel=1e-14, abs=1e-15)


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
    spec = SIGNALS[name][1].spec
    random = np.random.default_rng(11)
    rows = {feature: random.normal(0.0, 30.0, (2, 37)) for feature in spec.features}

    together = SIGNALS[name][1].votes(a_feature_block(rows))

    assert np.abs(together).max() <= 1.0
    for bar in range(37):
        alone = SIGNALS[name][1].votes(a_feature_block({f: v[:, bar : bar + 1] for f, v in rows.items()}))
        assert (alone[:, 0] == together[:, bar]).all()


def test_each_signal_lies_in_the_folder_of_its_category():
    assert all(folder == signal.spec.category.value for folder, signal in SIGNALS.values())


def test_everything_shipped_is_enabled_by_default():
    assert sorted(SIGNALS) == sorted(DEFAULT_SIGNALS)
    assert len({folder for folder, _ in SIGNALS.values()}) >= 5
