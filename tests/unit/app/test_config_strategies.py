"""The strategy that is configured, and its own table of settings."""

import pytest

from alphastrike.app.config_loading import load_config
from alphastrike.app.config_strategies import configured_strategy
from alphastrike.domain.errors import ConfigError

OWN = """
from pydantic import Field
from alphastrike.domain.settings import Settings

class Options(Settings):
    fast: int = Field(3, ge=1)

class Mine:
    name = "mine"
    Config = Options
    def features(self, config, signals):
        return ()
    def build(self, config, symbols, interval_ms, round_trip_cost, signals):
        raise AssertionError

plugin = Mine()
"""


@pytest.fixture
def configured(tmp_path):
    def write(table):
        strategy, file = tmp_path / "mine.py", tmp_path / "alphastrike.toml"
        strategy.write_text(OWN)
        file.write_text(f'[strategy]\nfile = "{strategy.as_posix()}"\n{table}')
        return load_config(file, {}).config

    return write


def test_a_strategy_file_gets_the_table_of_its_name(configured):
    plugin, settings = configured_strategy(configured("[strategy.mine]\nfast = 8\n"))

    assert plugin.name == "mine"
    assert settings.fast == 8


def test_without_a_table_its_defaults_hold(configured):
    _, settings = configured_strategy(configured(""))

    assert settings.fast == 3


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("[strategy.mine]\nfast = 0\n", r"toml:4: strategy.mine.fast: observed 0, allowed greater than"),
        (
            "[strategy.mine]\nfsat = 1\n",
            r"toml:4: strategy.mine.fsat: unknown name 'fsat'; did you mean fast\?",
        ),
        ("[strategy.yours]\nfast = 1\n", r"toml:4: strategy.yours: unknown name 'yours'"),
        ("[strategy.ensemble]\n", r"toml:3: strategy.ensemble: its settings are the \[signals\] section"),
        ("speed = 1\n", r"toml:3: strategy.speed: unknown name 'speed'"),
    ],
)
def test_what_its_table_cannot_hold_is_named_with_its_line(configured, table, expected):
    with pytest.raises(ConfigError, match=expected):
        configured(table)
