"""`alphastrike venue check` tells every fault of a description, and leaves with code 2."""

import json
import shutil
from pathlib import Path

from alphastrike.adapters.openapi import venues

EXAMPLE = Path(next(iter(venues.__path__))) / "binance_usdm"


def test_a_sound_description_has_no_fault(alphastrike):
    outcome = alphastrike("venue", "check", str(EXAMPLE / "venue.yaml"))

    assert outcome.exit_code == 0
    assert "no faults" in outcome.stdout


def test_faults_are_told_with_place_observed_and_allowed(alphastrike, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "venue")
    file = tmp_path / "venue" / "venue.yaml"
    file.write_text(file.read_text().replace("op: klines", "op: candles").replace("op: depth", "op: book"))

    outcome = alphastrike("venue", "check", str(file))
    listed = alphastrike("venue", "check", str(file), "--json")

    assert outcome.exit_code == listed.exit_code == 2
    assert "methods.get_candles.calls[0].op: observed candles, allowed an operationId" in outcome.stdout
    assert [fault["observed"] for fault in json.loads(listed.stdout)] == ["book", "candles"]


def test_a_file_that_is_not_there_is_one_line(alphastrike, tmp_path):
    outcome = alphastrike("venue", "check", str(tmp_path / "nothing.yaml"))

    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1
