"""The configuration merged from all its sources."""

import pytest
from pydantic import SecretStr

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_loading import load_config, shown_values
from alphastrike.app.config_strategies import configured_strategy
from alphastrike.app.config_text import config_fingerprint, config_toml
from alphastrike.app.toml_text import to_toml
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.settings import Settings


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "alphastrike.toml"
    path.write_text(
        '[backtest]\nseed = 2\ninitial_equity = 2.0\n[data]\ninterval = "2h"\nsymbols = ["A", "B"]\n'
    )
    return path


def test_option_wins_over_environment_over_file_over_default(file):
    environment = {
        "ALPHASTRIKE__BACKTEST__SEED": "3",
        "ALPHASTRIKE__DATA__INTERVAL": "4h",
        "OTHER__DATA__INTERVAL": "8h",
    }

    config = load_config(file, environment, [("--seed", "backtest.seed", 4)]).config

    assert config.backtest.seed == 4
    assert config.data.interval == "4h"
    assert config.backtest.initial_equity == 2.0
    assert config.risk.leverage.base == 5.0


def test_an_option_can_unset_what_a_file_sets(file):
    config = load_config(file, {}, [("--interval", "data.interval", None)]).config

    assert config.data.interval is None


@pytest.mark.parametrize("written", ["BTCUSDT,ETHUSDT", " BTCUSDT , ETHUSDT ,", '["BTCUSDT", "ETHUSDT"]'])
def test_lists_in_one_line_are_split(written):
    config = load_config(None, {"ALPHASTRIKE__DATA__SYMBOLS": written}).config

    assert config.data.symbols == ("BTCUSDT", "ETHUSDT")


def test_a_list_in_one_line_that_is_no_list_is_an_error():
    with pytest.raises(ConfigError, match="environment ALPHASTRIKE__DATA__SYMBOLS: data"):
        load_config(None, {"ALPHASTRIKE__DATA__SYMBOLS": '["BTCUSDT'})


def test_a_text_where_a_file_needs_a_list_is_an_error(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('[data]\nsymbols = "BTCUSDT"\n')

    with pytest.raises(ConfigError, match=r"a.toml:2: data.symbols: observed 'BTCUSDT', allowed a list"):
        load_config(path, {})


def test_end_must_follow_start():
    options = [("--start", "data.start", "2025-02-01"), ("--end", "data.end", "2025-01-01")]

    with pytest.raises(
        ConfigError, match=r"option --end: data.end: observed .* allowed a time after data.start"
    ):
        load_config(None, {}, options)


def test_funding_needs_candles_of_ones_own():
    with pytest.raises(ConfigError, match=r"option --funding: data.funding: .* together with data.path"):
        load_config(None, {}, [("--funding", "data.funding", "rates")])


def test_leverage_that_contradicts_itself_is_an_error_of_its_section(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("[risk.leverage]\nbase = 3.0\nlowest = 4.0\n")

    with pytest.raises(
        ConfigError, match=r"a.toml:2, .*a.toml:3: risk.leverage: .*lowest <= base <= highest"
    ):
        load_config(path, {})


def test_impossible_leverage_is_an_error():
    with pytest.raises(
        ConfigError, match=r"risk.leverage.base: observed '500', allowed less than or equal to 25"
    ):
        load_config(None, {"ALPHASTRIKE__RISK__LEVERAGE__BASE": "500"})


def test_a_circuit_breaker_this_version_has_not_is_an_error():
    with pytest.raises(ConfigError, match=r"option --llm: backtest.llm: observed 'banana', allowed 'off'"):
        load_config(None, {}, [("--llm", "backtest.llm", "banana")])


def test_a_screen_of_problems_is_not_exceeded():
    environment = {f"ALPHASTRIKE__RISK__WRONG{number}": "1" for number in range(40)}

    with pytest.raises(ConfigError, match="40 problems") as caught:
        load_config(None, environment)

    rows = str(caught.value).splitlines()
    shown = len(rows) - 2  # beside the head and the count of the rest
    assert sum(1 + len(row) // 100 for row in rows) <= 24
    assert rows[-1] == f"  and {40 - shown} more"


def test_the_frozen_configuration_reads_back_as_itself(file, tmp_path):
    config = load_config(file, {}, [("--out", "output.directory", "somewhere")]).config
    frozen = tmp_path / "config.toml"
    frozen.write_text(config_toml(config))

    again = load_config(frozen, {}).config

    assert config_fingerprint(again) == config_fingerprint(config)
    assert again.model_copy(update={"output": config.output}) == config


def test_where_results_go_and_data_lie_changes_no_fingerprint():
    plain = config_fingerprint(AlphaStrikeConfig())

    moved = load_config(None, {}, [("--out", "output.directory", "x"), ("--data", "data.path", "y")]).config
    other = load_config(None, {}, [("--seed", "backtest.seed", 8)]).config

    assert config_fingerprint(moved) == plain
    assert config_fingerprint(other) != plain


def test_the_ensemble_is_configured_by_the_signals_section():
    config = AlphaStrikeConfig()

    plugin, settings = configured_strategy(config)

    assert plugin.name == "ensemble"
    assert settings is config.signals


def test_shown_values_cover_every_key_once():
    keys = [value.key for value in shown_values(load_config(None, {}))]

    assert len(keys) == len(set(keys))
    assert {"backtest.seed", "risk.leverage.base", "data.verify.jump_fraction"} <= set(keys)


@pytest.mark.parametrize("key", ["strategy.file", "llm.prompt"])
def test_a_named_file_counts_by_what_is_in_it(tmp_path, key):
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("plugin = 1\n")
    second.write_text("plugin = 1\n")

    same = {config_fingerprint(_naming(key, path)) for path in (first, second)}
    second.write_text("plugin = 2\n")
    changed = config_fingerprint(_naming(key, second))

    assert len(same) == 1
    assert changed not in same


@pytest.mark.parametrize("key", ["strategy.file", "llm.prompt"])
def test_a_named_file_that_is_not_there_has_no_fingerprint(tmp_path, key):
    with pytest.raises(ConfigError, match=rf"{key}: .* cannot be read"):
        config_fingerprint(_naming(key, tmp_path / "nowhere.py"))


def _naming(key, path):
    return load_config(None, {}, [("--option", key, str(path))]).config


def test_secret_values_are_never_shown():
    class Section(Settings):
        api_secret: SecretStr = SecretStr("do not print me")

    assert "do not print me" not in to_toml(Section().model_dump(mode="json"))
