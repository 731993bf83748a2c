"""Settings, places and the command line every test shares."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from alphastrike.app.kernel_cache import has_kernels, use_kernel_cache

use_kernel_cache()

from hypothesis import HealthCheck, settings  # noqa: E402

from alphastrike.cli.main import main  # noqa: E402

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before the work is spread over processes, compile once what each of them would compile for itself."""
    spreads = bool(session.config.getoption("numprocesses", default=None))
    if not spreads or has_kernels():
        return
    script = str(REPOSITORY / "tests" / "support" / "compile_kernels.py")
    halves = [subprocess.Popen([sys.executable, script, half]) for half in ("market", "account")]
    for half in halves:
        half.wait()  # one that failed has nothing to say that the tests would not say better


SAID = "said"  # the property of a test whose measure belongs in the summary


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests measured, also those that another process ran."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    lines = [value for report in reports for name, value in report.user_properties if name == SAID]
    if lines:
        terminalreporter.section("measured")
    for line in lines:
        terminalreporter.write_line(str(line))


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real market data beside the checkout; the test is skipped where there is none."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no market data at {folder}")
    return folder


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def alphastrike(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., CommandOutcome]:
    """Run `alphastrike ARGUMENTS` inside the test process, in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> CommandOutcome:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        captured = capsys.readouterr()
        return CommandOutcome(int(left.value.code or 0), captured.out, captured.err)

    return run
