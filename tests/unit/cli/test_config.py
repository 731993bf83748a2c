"""`alphastrike config` and `alphastrike init`."""

import json
import tomllib
from pathlib import Path

import pytest


def test_show_names_the_origin_of_every_value(alphastrike, tmp_path, monkeypatch):
    (tmp_path / "alphastrike.toml").write_text("[backtest]\nseed = 11\ninitial_equity = 500.0\n")
    monkeypatch.setenv("ALPHASTRIKE__BACKTEST__SEED", "12")

    shown = alphastrike("config", "show", "--json")

    values = json.loads(shown.stdout)
    assert shown.exit_code == 0
    assert values["backtest.seed"] == {"value": 12, "origin": "environment ALPHASTRIKE__BACKTEST__SEED"}
    assert values["backtest.initial_equity"] == {"value": 500.0, "origin": "alphastrike.toml:3"}
    assert values["backtest.llm"] == {"value": "off", "origin": "default"}


def test_show_prints_one_line_a_key(alphastrike):
    shown = alphastrike("config", "show")

    row = next(row for row in shown.stdout.splitlines() if row.startswith("backtest.seed"))
    assert row.split() == ["backtest.seed", "7", "default"]


def test_check_says_where_the_configuration_came_from(alphastrike, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text("[backtest]\nseed = 1\n")

    checked = alphastrike("config", "check", "--config", str(other))

    assert checked.exit_code == 0
    assert "other.toml" in checked.stdout


def test_unknown_key_is_an_error_with_file_line_and_nearest_name(alphastrike, tmp_path):
    (tmp_path / "alphastrike.toml").write_text("[backtest]\nseed = 1\n\n[risk]\nmax_position = 3\n")

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    assert checked.stdout == ""
    assert checked.stderr == (
        "error: alphastrike.toml:5: risk.max_position: unknown name 'max_position'; "
        "did you mean max_positions?\n"
    )


def test_every_problem_is_named_at_once(alphastrike, tmp_path, monkeypatch):
    (tmp_path / "alphastrike.toml").write_text(
        '[backtest]\nseed = -1\n[rsk]\nx = 1\n[data]\ninterval = "7m"\n'
    )
    monkeypatch.setenv("ALPHASTRIKE__RISK__LEVERAGE__BASE", "500")

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    for expected in (
        "4 problems",
        "toml:2: backtest.seed",
        "toml:4: rsk",
        "did you mean risk",
        "toml:6: data.interval",
    ):
        assert expected in checked.stderr
    assert "environment ALPHASTRIKE__RISK__LEVERAGE__BASE" in checked.stderr


def test_a_setting_in_the_wrong_place_is_named(alphastrike, monkeypatch):
    monkeypatch.setenv("ALPHASTRIKE__BACKTEST__SEED__DEEPER", "1")

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    assert "backtest.seed is a value and has no key deeper" in checked.stderr


def test_a_section_that_is_a_value_is_named(alphastrike, tmp_path):
    (tmp_path / "alphastrike.toml").write_text("risk = 3\n")

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    assert "alphastrike.toml:1: risk: observed 3, allowed a table of keys" in checked.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[backtest\n", "not valid TOML"),
        (b"[backtest]\nseed = 1\nseed = 2\n", "line 3"),
        (b'[output]\ndirectory = "\xff"\n', "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_fault(alphastrike, tmp_path, content, expected):
    (tmp_path / "alphastrike.toml").write_bytes(content)

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    assert "alphastrike.toml" in checked.stderr
    assert expected in checked.stderr


def test_a_named_file_that_is_not_there_is_an_error(alphastrike):
    checked = alphastrike("config", "check", "--config", "nowhere.toml")

    assert checked.exit_code == 2
    assert "nowhere.toml" in checked.stderr


def test_settings_of_a_strategy_nobody_has_are_an_error(alphastrike, tmp_path):
    (tmp_path / "alphastrike.toml").write_text(
        "[strategy.ema_crss]\nfast = 3\n\n[strategy.ema_cross]\nfast = 3\n"
    )

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    assert "toml:2: strategy.ema_crss: unknown name 'ema_crss'; did you mean ema_cross?" in checked.stderr
    assert "toml:5: strategy.ema_cross.fast: unknown name 'fast'" in checked.stderr


def test_the_configured_strategy_must_exist(alphastrike, tmp_path):
    (tmp_path / "alphastrike.toml").write_text('[strategy]\nname = "ema_cros"\n')

    checked = alphastrike("config", "check")

    assert checked.exit_code == 2
    assert "strategy.name: unknown name 'ema_cros'; did you mean ema_cross?" in checked.stderr


def test_the_schema_describes_every_section(alphastrike):
    schema = json.loads(alphastrike("config", "schema").stdout)

    assert {"data", "venue", "risk", "signals", "backtest", "output"} <= set(schema["properties"])


def test_init_writes_a_file_that_changes_nothing_but_that_traces_are_kept(alphastrike, tmp_path):
    before = json.loads(alphastrike("config", "show", "--json").stdout)
    written = alphastrike("init")
    after = json.loads(alphastrike("config", "show", "--json").stdout)

    assert written.exit_code == 0
    assert (tmp_path / "alphastrike.toml").is_file()
    changed = {key: value["value"] for key, value in after.items() if value != before[key]}
    assert changed == {"traces.enabled": True, "traces.acknowledged_terms": True}


def test_init_writes_every_key_at_a_value_it_takes(alphastrike, tmp_path):
    alphastrike("init")
    path = tmp_path / "alphastrike.toml"
    rows = path.read_text().splitlines()
    uncommented = [row[1:] if _is_setting(row) else row for row in rows]
    path.write_text("\n".join(uncommented))

    checked = alphastrike("config", "check")

    assert checked.exit_code == 0, checked.stderr
    assert tomllib.loads(path.read_text())["backtest"]["seed"] == 7


def _is_setting(row: str) -> bool:
    """A commented-out key with a default; unset keys have none and stay comments."""
    name, separator, value = row.removeprefix("#").partition(" = ")
    return row.startswith("#") and bool(separator) and name.isidentifier() and bool(value)


def test_init_never_overwrites(alphastrike, tmp_path):
    path = tmp_path / "alphastrike.toml"
    path.write_text("# mine\n")

    again = alphastrike("init")

    assert again.exit_code == 2
    assert "never overwritten" in again.stderr
    assert path.read_text() == "# mine\n"


def test_init_into_a_folder_that_is_not_there_is_an_error(alphastrike, tmp_path):
    written = alphastrike("init", str(Path("no") / "folder"))

    assert written.exit_code == 2
    assert "cannot be written" in written.stderr
