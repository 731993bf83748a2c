"""Commands that need no market."""

import json
import subprocess
import sys

from alphastrike import __version__
from alphastrike.app.health import Health, findings


def test_version(alphastrike):
    shown = alphastrike("--version")

    assert (shown.exit_code, shown.stdout) == (0, f"alphastrike {__version__}\n")


def test_help_names_every_command(alphastrike):
    shown = alphastrike("-h")

    assert shown.exit_code == 0
    for command in ("init", "doctor", "config", "data", "backtest", "why"):
        assert f"\n  {command} " in shown.stdout


def test_help_shows_examples(alphastrike):
    assert "alphastrike backtest --data" in alphastrike("backtest", "--help").stdout
    assert "alphastrike why" in alphastrike("why", "--help").stdout


def test_help_imports_nothing_heavy():
    heavy = ("numpy", "numba", "pydantic", "pyarrow", "plotly", "rich", "platformdirs")
    script = (
        "import sys\n"
        "from alphastrike.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', [name for name in {heavy!r} if name in sys.modules])\n"
    )

    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert finished.stdout.splitlines()[-1] == "HEAVY []"


def test_the_package_runs_as_a_module():
    finished = subprocess.run(
        [sys.executable, "-m", "alphastrike", "--version"], capture_output=True, text=True, check=True
    )

    assert finished.stdout == f"alphastrike {__version__}\n"


def test_doctor_finds_this_place_fit(alphastrike):
    shown = alphastrike("doctor", "--json")

    found = {row["name"]: row for row in json.loads(shown.stdout)}
    assert shown.exit_code == 0
    assert found["python"]["health"] == "ok"
    assert found["numba"]["detail"]
    assert {"kernel cache", "current folder"} <= set(found)


def test_doctor_names_a_folder_that_cannot_be_written(alphastrike, monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryFile", _refuse)

    shown = alphastrike("doctor")

    assert shown.exit_code == 1
    assert "broken  current folder" in shown.stdout
    assert "not writable" in shown.stdout


def _refuse(**_arguments):
    raise PermissionError(13, "Permission denied")


def test_a_first_run_is_announced_by_an_empty_kernel_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "none"))

    cache = next(finding for finding in findings() if finding.name == "kernel cache")

    assert cache.health is Health.NOTE
    assert "first run compiles" in cache.detail
