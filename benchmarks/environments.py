"""An environment of its own for each peer, from the package index that pip is set up with."""

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent


@dataclass(frozen=True)
class Engine:
    """How an engine is installed and run.

    `most_cells` is how many (symbol, bar) cells it is asked to do at most, where the whole task
    would take too long or too much memory; None is all of them.
    """

    script: str
    packages: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    environment: str = ""
    most_cells: int | None = None


OURS = "alphastrike"
ENGINES_BY_NAME = {
    OURS: Engine("run_alphastrike.py"),
    "vectorbt": Engine("engines/run_vectorbt.py", ("vectorbt==1.2.0", "pyarrow"), environment="vectorbt"),
    "vectorbt, no equity": Engine(
        "engines/run_vectorbt.py", ("vectorbt==1.2.0", "pyarrow"), ("--orders-only",), environment="vectorbt"
    ),
    "hftbacktest": Engine(
        "engines/run_hftbacktest.py",
        ("hftbacktest==2.4.4", "pyarrow"),
        environment="hftbacktest",
        most_cells=600_000,
    ),
    "backtesting.py": Engine(
        "engines/run_backtesting.py",
        ("backtesting==0.6.6", "pyarrow"),
        environment="backtesting",
        most_cells=600_000,
    ),
    "nautilus_trader": Engine(
        "engines/run_nautilus.py",
        ("nautilus_trader==1.221.0", "pyarrow"),
        environment="nautilus_trader",
        most_cells=600_000,
    ),
}


class NotInstalled(Exception):
    """A peer that this machine cannot install; the text is pip's last word."""


def interpreter(work: Path, engine: Engine) -> Path:
    """The interpreter that has the engine; made on first use."""
    if not engine.packages:
        return Path(sys.executable)
    home = work / "envs" / engine.environment
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(home, with_pip=True)
    wanted = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *engine.packages]
    done = subprocess.run(wanted, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NotInstalled((said or ["pip failed without a word"])[-1])
    return python
