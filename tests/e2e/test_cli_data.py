"""`alphastrike data` as a person uses it."""

import json
from pathlib import Path

import pytest

HOUR_MS = 3_600_000
START_MS = 1_735_689_600_000  # 2025-01-01
HEADER = "open_time_ms,open,high,low,close,volume"


@pytest.fixture
def candles(tmp_path):
    rows = [f"{START_MS + bar * HOUR_MS},100,110,90,105,10" for bar in range(48)]
    path = tmp_path / "BTCUSDT-1h.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_what_is_imported_is_listed(alphastrike, candles):
    written = alphastrike("data", "import", candles.name, "--venue", "mine")
    listed = alphastrike("data", "list")

    assert written.exit_code == 0, written.stderr
    assert listed.stdout == written.stdout
    assert " ".join(listed.stdout.split()) == (
        "mine candles 1h BTCUSDT 48 2025-01-01 00:00:00 UTC to 2025-01-02 23:00:00 UTC"
    )


def test_the_store_is_there_to_run_on(alphastrike, candles):
    alphastrike("data", "import", candles.name, "--venue", "mine")

    ran = alphastrike("backtest", "--data", "data/store", "--json")

    summary = json.loads(ran.stdout)
    assert summary["bars"] == 48
    assert summary["trades"] == 0
    assert summary["halts"]["features"]["warm_up"] == 48


def test_a_store_that_is_not_there_is_named(alphastrike):
    listed = alphastrike("data", "list")

    assert listed.exit_code == 2
    assert "data/store" in listed.stderr


def test_verify_passes_clean_candles(alphastrike, candles):
    checked = alphastrike("data", "verify", candles.name)

    assert checked.exit_code == 0
    assert "0 errors" in checked.stdout


def test_verify_names_row_observed_and_allowed_and_fails(alphastrike, candles):
    candles.write_text(candles.read_text().replace("100,110,90,105,10", "100,80,90,105,10", 1))

    checked = alphastrike("data", "verify", candles.name)
    machine = alphastrike("data", "verify", candles.name, "--json")

    assert checked.exit_code == machine.exit_code == 1
    assert f"error   {candles.name}, row 1: high below low" in checked.stdout
    assert "observed: high 80, low 90" in checked.stdout
    findings = json.loads(machine.stdout)
    assert any(finding["severity"] == "error" and finding["row"] == 1 for finding in findings)


def test_verify_takes_its_limits_from_the_configuration(alphastrike, candles):
    row = f"{START_MS + 48 * HOUR_MS},105,200,105,190,10\n"
    candles.write_text(candles.read_text() + row)

    strict = alphastrike("data", "verify", candles.name)
    Path("alphastrike.toml").write_text("[data.verify]\njump_fraction = 5.0\n")
    loose = alphastrike("data", "verify", candles.name)

    assert "price jump" in strict.stdout
    assert "price jump" not in loose.stdout


def test_synth_says_what_it_wrote_and_writes_the_same_bytes_again(alphastrike):
    first = alphastrike("data", "synth", "--symbols", "BTCUSDT", "--hours", "48", "--store", "one", "--json")
    alphastrike("data", "synth", "--symbols", "BTCUSDT", "--hours", "48", "--store", "two")

    rows = {row["kind"]: row for row in json.loads(first.stdout)}
    assert rows["candles"]["rows"] == 48
    assert rows["candles"]["venue"] == "synthetic"
    for path in sorted(Path("one").rglob("*.parquet")):
        assert path.read_bytes() == Path("two", *path.parts[1:]).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--hours", "0"), "--hours: observed 0"),
        (("--symbols", "btc usdt"), "--symbols"),
        (("--start", "2025-01-01T00:30"), "start_ms"),
        (("--interval", "7m"), "'7m'"),
    ],
)
def test_synth_names_what_it_cannot_make(alphastrike, arguments, expected):
    made = alphastrike("data", "synth", *arguments)

    assert made.exit_code == 2
    assert expected in made.stderr
    assert "Traceback" not in made.stderr
