"""`alphastrike live` as a person runs it: real sockets, an exchange in a process of its own, SIGKILL."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest
from pyarrow import parquet

from alphastrike.app.retrace import verify_journal
from alphastrike.live.state_folder import read_status
from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
from alphastrike.marketdata.synthetic.market import generate

pytestmark = pytest.mark.long
CONFIG = """
[paper]
interval = "1m"
warm_up_days = 3
[strategy]
name = "ema_cross"
[data]
symbols = ["BTCUSDT", "ETHUSDT"]
[validation]
reference_hours = 500
short_window_hours = 72
long_window_hours = 240
[signals.decay]
cold_start = "equal_weights"
"""
PAST_MINUTES = 4_330


def candles_in(folder):
    """Three days of minutes for two symbols, and some to trade on."""
    settings = embedded_default().model_dump() | {
        "symbols": ("BTCUSDT", "ETHUSDT"),
        "length_hours": 76,
        "interval": "1m",
        "seed": 5,
    }
    history = generate(SyntheticConfig.model_validate(settings)).history
    folder.mkdir()
    for row, symbol in enumerate(history.symbols):
        columns = {name: getattr(history, name)[row] for name in ("open", "high", "low", "close", "volume")}
        table = pa.table({"open_time": history.open_time_ms, **columns})
        parquet.write_table(table, folder / f"{symbol}_1m.parquet")


@pytest.fixture
def exchange(tmp_path):
    """Facts of a practice exchange, as the file that `--practice` reads."""
    candles_in(tmp_path / "candles")
    command = [sys.executable, "-m", "alphastrike", "venue", "simulate", "--dialect", "binance", "--json"]
    command += ["--data", str(tmp_path / "candles"), "--interval", "1m", "--past", str(PAST_MINUTES)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(900, process.kill)
    watchdog.start()
    try:
        facts = tmp_path / "exchange.json"
        facts.write_text(process.stdout.readline())
        yield facts
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait()
        process.stdout.close()


def alphastrike(folder, *arguments, **options):
    command = [sys.executable, "-m", "alphastrike", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, **options)


def until(holds, longest_s=400.0):
    ends = time.monotonic() + longest_s
    while not holds():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.1)  # another process works


def test_a_live_process_is_killed_goes_on_and_is_flattened_and_stopped_by_a_person(exchange, tmp_path):
    (tmp_path / "alphastrike.toml").write_text(CONFIG)
    state = tmp_path / "data" / "state"
    live = [sys.executable, "-m", "alphastrike", "live", "--venue", "binance", "--practice", str(exchange)]
    live += ["--out", "out", "--json"]

    first = subprocess.Popen(live, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: read_status(state).get("pid") == first.pid)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second = subprocess.Popen(live, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: read_status(state).get("pid") == second.pid)
    told = alphastrike(tmp_path, "stop", "--flatten").stdout
    out, err = second.communicate(timeout=400)

    assert "told to close every position and stop" in told
    assert "going on with run" in err
    assert "flat: nothing to protect" in err
    assert second.returncode in (0, 3)
    assert json.loads(out)["run_id"]
    assert verify_journal(state / "journal.jsonl").is_finished
