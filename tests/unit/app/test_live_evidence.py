"""What speaks for a strategy before real money is traded with it."""

import json

import pytest

from alphastrike.app.config_text import config_fingerprint, config_toml
from alphastrike.app.live_evidence import evidence_check
from alphastrike.domain.errors import ConfigError
from tests.markets import configured

CONFIG = configured(strategy={"name": "ema_cross"})
GOOD = {"is_synthetic": False, "trades": 420, "sharpe": 1.2, "sharpe_interval": [0.3, 2.1]}


@pytest.fixture
def a_run(tmp_path):
    """Write a run folder of so much success, with this configuration."""

    def write(config=CONFIG, **changes):
        summary = GOOD | {"config_hash": config_fingerprint(config)} | changes
        (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        (tmp_path / "config.toml").write_text(config_toml(config), encoding="utf-8")
        return tmp_path

    return write


def test_a_good_backtest_of_the_same_settings_speaks_for_them(a_run):
    check = evidence_check(CONFIG, a_run(), may_lack=False)

    assert check.passes
    assert check.observed.endswith("420 trades, Sharpe ratio 1.20 (0.30 to 2.10)")


def test_where_candles_and_orders_come_from_is_another_matter(a_run):
    other = CONFIG.model_copy(update={"data": CONFIG.data.model_copy(update={"symbols": ("BTCUSDT",)})})

    assert evidence_check(other, a_run(), may_lack=False).passes


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_synthetic": True}, "its market was made up"),
        ({"trades": 29}, "29 trades say little"),
        ({"sharpe_interval": [-0.1, 2.1]}, "its Sharpe ratio may be 0"),
        ({"sharpe_interval": None, "sharpe": None}, "its Sharpe ratio may be 0"),
        ({"config": configured(strategy={"name": "ensemble"})}, "its [strategy] is not this one's"),
    ],
)
def test_what_weakens_it_is_named_and_real_money_refused(a_run, changes, why):
    run = a_run(**changes)

    assert why in evidence_check(CONFIG, run, may_lack=False).observed
    assert not evidence_check(CONFIG, run, may_lack=False).passes
    assert evidence_check(CONFIG, run, may_lack=True).passes


def test_a_strategy_s_file_that_was_changed_since_is_another_strategy(a_run, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("plugin = 1\n", encoding="utf-8")
    config = configured(strategy={"file": str(file)})
    run = a_run(config=config)
    before = evidence_check(config, run, may_lack=False)
    file.write_text("plugin = 2\n", encoding="utf-8")

    after = evidence_check(config, run, may_lack=False)

    assert (before.passes, after.passes) == (True, False)
    assert "has changed since" in after.observed


@pytest.mark.parametrize("may_lack", [False, True])
def test_no_evidence_is_said_whether_or_not_it_may_be_lacking(may_lack):
    check = evidence_check(CONFIG, None, may_lack=may_lack)

    assert check.passes is may_lack
    assert "not validated out of sample" in check.line()


def test_what_is_no_run_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"--validated-by: observed .*, allowed the run folder"):
        evidence_check(CONFIG, tmp_path, may_lack=True)
