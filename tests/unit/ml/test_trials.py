"""The register of trials: counted once each, never taken away, and never guessed."""

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.trials import Trial, TrialRegister


@pytest.fixture
def register(tmp_path):
    """An empty register."""
    return TrialRegister(tmp_path / "models" / "trials.jsonl")


def test_a_trial_counts_once_however_often_it_is_made(register):
    counts = [register.note(Trial({"seed": seed}, ("a", "b"))) for seed in (7, 8, 7, 9)]

    assert counts == [1, 2, 2, 3]


@pytest.mark.parametrize(
    "other",
    [Trial({"seed": 8}, ("a", "b")), Trial({"seed": 7}, ("b", "a")), Trial({"seed": 7, "x": 1}, ("a", "b"))],
)
def test_whatever_decides_a_model_decides_the_hash(other):
    assert other.sha256 != Trial({"seed": 7}, ("a", "b")).sha256


def test_a_line_a_kill_cut_off_is_written_anew(register, tmp_path):
    path = tmp_path / "models" / "trials.jsonl"
    register.note(Trial({"seed": 7}, ()))
    register.note(Trial({"seed": 8}, ()))
    path.write_bytes(path.read_bytes()[:-9])

    assert register.known() == {Trial({"seed": 7}, ()).sha256}
    assert register.note(Trial({"seed": 8}, ())) == 2
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("line", [b"{}", b"nonsense", b"[1]", b"\xff\xfe"])
def test_a_file_that_is_no_register_is_named(register, tmp_path, line):
    path = tmp_path / "models" / "trials.jsonl"
    path.parent.mkdir()
    path.write_bytes(line + b"\n")

    with pytest.raises(ConfigError, match=r"trials\.jsonl:1: observed"):
        register.known()
