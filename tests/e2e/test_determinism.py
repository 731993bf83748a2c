"""The same data, configuration and seed are the same bytes, whichever process or driver made them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLOCK = {"elapsed_s", "bars_per_s"}


def _same_but_for_the_clock(first: Path, second: Path) -> None:
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        if name != "summary.json":
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert _without_clock(first) == _without_clock(second)


def _without_clock(run: Path) -> list[str]:
    """The lines of `summary.json` whose key does not depend on how long it took."""
    lines = (run / "summary.json").read_text().splitlines()
    return [line for line in lines if line.strip().partition(":")[0].strip('"') not in CLOCK]


@pytest.fixture
def market(alphastrike):
    """A small market in the store, with funding."""
    alphastrike("data", "synth", "--symbols", "BTCUSDT,ETHUSDT", "--hours", "900")
    return ("--data", "data/store", "--funding", "data/store", "--strategy", "ema_cross")


def test_two_processes_with_other_hash_seeds_and_folders_write_the_same_bytes(tmp_path):
    for hash_seed, folder in (("1", "first"), ("4242", "some/where/else")):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "alphastrike",
                "backtest",
                "--symbols",
                "BTCUSDT,XRPUSDT",
                "--out",
                folder,
            ],
            cwd=tmp_path,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        )

    _same_but_for_the_clock(tmp_path / "first", tmp_path / "some" / "where" / "else")
    assert json.loads((tmp_path / "first" / "summary.json").read_text())["trades"] > 0


def test_stepping_every_bar_writes_the_same_bytes(alphastrike, market):
    compiled = alphastrike("backtest", *market, "--out", "compiled")
    stepped = alphastrike("backtest", *market, "--step-every-bar", "--out", "stepped")

    assert (compiled.exit_code, stepped.exit_code) == (0, 0)
    _same_but_for_the_clock(Path("compiled"), Path("stepped"))
    assert json.loads(Path("stepped", "summary.json").read_text())["trades"] > 0
