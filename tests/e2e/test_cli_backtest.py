"""`alphastrike backtest` and `why` as a person uses them."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ARTEFACTS = {
    "config.toml",
    "decisions.parquet",
    "equity.parquet",
    "fills.parquet",
    "funding.parquet",
    "interventions.parquet",
    "report.html",
    "reviews.parquet",
    "risk_states.parquet",
    "signals.parquet",
    "summary.json",
}
CLOCK = {"elapsed_s", "bars_per_s"}
SMALL = ("--strategy", "ema_cross", "--symbols", "BTCUSDT,ETHUSDT")


def _without_clock(summary):
    return {key: value for key, value in summary.items() if key not in CLOCK}


def test_the_default_run_trades_and_says_that_its_market_is_synthetic(alphastrike):
    outcome = alphastrike("backtest", "--out", "run")

    assert outcome.exit_code == 0
    assert outcome.stdout.startswith("SYNTHETIC DATA")
    assert "run folder: run" in outcome.stdout
    summary = json.loads(Path("run/summary.json").read_text())
    assert {path.name for path in Path("run").iterdir()} == ARTEFACTS
    assert summary["trades"] > 0
    assert summary["is_synthetic"] is True
    assert summary["warm_up"]


def test_json_is_one_document_and_the_same_as_the_summary(alphastrike):
    outcome = alphastrike("backtest", *SMALL, "--json", "--out", "run")

    printed = json.loads(outcome.stdout)
    assert printed == json.loads(Path("run/summary.json").read_text())
    assert printed["symbols"] == ["BTCUSDT", "ETHUSDT"]
    assert printed["strategy"] == "ema_cross"


def test_the_run_folder_is_named_after_the_run(alphastrike):
    outcome = alphastrike("backtest", *SMALL, "--json")

    run_id = json.loads(outcome.stdout)["run_id"]
    assert [path.name for path in Path("runs").iterdir()] == [run_id]


def test_the_same_run_writes_the_same_bytes(alphastrike):
    alphastrike("backtest", *SMALL, "--out", "first")
    alphastrike("backtest", *SMALL, "--out", "second")

    for name in sorted(ARTEFACTS - {"summary.json"}):
        assert Path("first", name).read_bytes() == Path("second", name).read_bytes(), name
    first, second = (json.loads(Path(run, "summary.json").read_text()) for run in ("first", "second"))
    assert _without_clock(first) == _without_clock(second)


def test_another_seed_is_another_run(alphastrike):
    first = json.loads(alphastrike("backtest", *SMALL, "--json").stdout)
    second = json.loads(alphastrike("backtest", *SMALL, "--seed", "8", "--json").stdout)

    assert first["run_id"] != second["run_id"]
    assert first["data_hash"] != second["data_hash"]
    assert second["seed"] == 8


def test_the_frozen_configuration_repeats_the_run(alphastrike):
    first = json.loads(alphastrike("backtest", *SMALL, "--seed", "9", "--out", "first", "--json").stdout)
    again = json.loads(
        alphastrike("backtest", "--config", "first/config.toml", "--out", "again", "--json").stdout
    )

    assert _without_clock(again) == _without_clock(first)


def test_a_strategy_in_a_file_of_ones_own_is_run(alphastrike, repository):
    file = repository / "examples" / "contrarian.py"

    outcome = alphastrike("backtest", "--strategy", str(file), "--symbols", "BTCUSDT", "--json")

    summary = json.loads(outcome.stdout)
    assert outcome.exit_code == 0
    assert summary["strategy"] == "contrarian"
    assert summary["trades"] > 0


def test_the_example_configuration_is_run(alphastrike, repository):
    file = repository / "examples" / "ensemble.toml"

    outcome = alphastrike("backtest", "--config", str(file), "--json")

    assert outcome.exit_code == 0, outcome.stderr
    assert json.loads(outcome.stdout)["strategy"] == "ensemble"


def test_candles_from_the_store_are_traded_with_their_funding(alphastrike):
    alphastrike("data", "synth", "--symbols", "BTCUSDT,ETHUSDT", "--hours", "2000")
    listed = json.loads(alphastrike("data", "list", "--json").stdout)

    outcome = alphastrike(
        "backtest", "--data", "data/store", "--funding", "data/store", "--strategy", "ema_cross", "--json"
    )

    summary = json.loads(outcome.stdout)
    assert {(row["kind"], row["symbol"]) for row in listed} == {
        (kind, symbol) for kind in ("candles", "funding") for symbol in ("BTCUSDT", "ETHUSDT")
    }
    assert outcome.exit_code == 0, outcome.stderr
    assert summary["bars"] == 4000
    assert summary["funding"] != 0.0


def test_why_names_the_stage_and_the_numbers(alphastrike):
    alphastrike("backtest", *SMALL, "--out", "run")

    outcome = alphastrike("why", "run", "--at", "2024-01-01T05:00", "--symbol", "BTCUSDT", "--json")
    people = alphastrike("why", "run", "--at", "2024-01-01T05:00", "--symbol", "BTCUSDT")

    explained = json.loads(outcome.stdout)
    halted = next(stage for stage in explained["stages"] if stage["verdict"] == "halted")
    assert halted["code"] == "warm_up"
    assert halted["observed"] < halted["limit"]
    assert "halted: warm_up" in people.stdout
    standing = explained["detail"]["standing"]
    assert len(standing) == len(explained["detail"]["decision"]["features"]) > 0
    assert "missing" in standing
    assert "standing" in people.stdout


def test_why_says_so_when_the_data_are_not_those_of_the_run(alphastrike):
    alphastrike("backtest", *SMALL, "--out", "run")
    summary = json.loads(Path("run/summary.json").read_text())
    Path("run/summary.json").write_text(json.dumps(summary | {"data_hash": "other"}))

    outcome = alphastrike("why", "run", "--at", "2024-03-01T05:00", "--symbol", "BTCUSDT")

    assert outcome.exit_code == 0
    assert "not computed again: the data are not those the run read" in outcome.stdout


def test_an_interrupted_run_leaves_nothing_behind(tmp_path):
    command = [sys.executable, "-m", "alphastrike", "backtest", "--seed", "3", "--step-every-bar", "-v"]
    # A child inherits that interrupts are ignored, as they are wherever tests run in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        assert any(line.startswith("started") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    signal.signal(signal.SIGINT, before)

    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", [(), ("--out", "runs/mine"), ("--out", "/proc/mine"), ("--out", "x" * 300)])
def test_a_folder_that_cannot_be_made_is_named_before_the_run(alphastrike, out):
    Path("runs").write_text("a file where the folder should be")

    outcome = alphastrike("backtest", *SMALL, *out)

    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(f"error: --out {out[1] if out else 'runs/<run_id>'}: ")
    assert len(outcome.stderr.splitlines()) == 1
    assert Path("runs").read_text() == "a file where the folder should be"


def test_the_folder_one_stands_in_is_not_replaced(alphastrike):
    outcome = alphastrike("backtest", *SMALL, "--out", ".")

    assert outcome.exit_code == 2
    assert "the current folder lies there" in outcome.stderr


@pytest.mark.shared_data
def test_real_candles_of_every_venue_pass_verification(alphastrike, shared_data):
    outcome = alphastrike("data", "verify", str(shared_data / "candles" / "okx_swap"), "--json")

    findings = json.loads(outcome.stdout)
    assert outcome.exit_code == 0
    assert {finding["severity"] for finding in findings} <= {"warning", "info"}


def test_a_run_with_a_breaker_shows_what_it_did_and_why(alphastrike):
    outcome = alphastrike("backtest", *SMALL, "--llm", "rules", "--out", "run")

    rows = pq.read_table("run/interventions.parquet").to_pylist()
    summary = json.loads(Path("run/summary.json").read_text())
    taken = next(row for row in rows if row["intervention_id"] and row["symbol"])
    after_ms = taken["ts_ms"] + 3_600_000
    why = alphastrike("why", "run", "--at", str(after_ms), "--symbol", taken["symbol"])
    assert outcome.exit_code == 0
    assert "Circuit breaker" in outcome.stdout
    assert summary["breaker"]["reviews"] == pq.read_metadata("run/reviews.parquet").num_rows > 0
    assert summary["breaker"]["calls"] == len(rows)
    assert f"restrained by {taken['tool']}" in why.stdout
