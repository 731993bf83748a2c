"""What the place this runs in offers, checked before anything depends on it."""

import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from alphastrike.app.health_ollama import ollama_state
from alphastrike.app.kernel_cache import kernel_folder
from alphastrike.llm.config import OllamaConfig

_REQUIRED = ("numpy", "numba", "pyarrow", "pydantic", "plotly", "rich", "typer", "platformdirs")
_OPTIONAL = {"lightgbm": "ml"}  # package to the extra that installs it


class Health(Enum):
    """Verdict of one check."""

    OK = "ok"
    NOTE = "note"  # works without it
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, the verdict, and what to know or do about it."""

    name: str
    health: Health
    detail: str


def findings() -> list[Finding]:
    """Every check in a fixed order."""
    return [
        _python(),
        *_packages(),
        *_extras(),
        _model(),
        _kernels(),
        _writable("current folder", Path.cwd()),
    ]


def _python() -> Finding:
    build = f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    is_enough = sys.version_info >= (3, 11)
    return Finding("python", Health.OK if is_enough else Health.BROKEN, build)


def _packages() -> list[Finding]:
    found = []
    for name in ("alphastrike", *_REQUIRED):
        try:
            found.append(Finding(name, Health.OK, version(name)))
        except PackageNotFoundError:
            found.append(Finding(name, Health.BROKEN, "not installed: run `pip install alphastrike` again"))
    return found


def _extras() -> list[Finding]:
    found = []
    for package, extra in _OPTIONAL.items():
        if find_spec(package):
            found.append(Finding(package, Health.OK, version(package)))
        else:
            found.append(
                Finding(package, Health.NOTE, f"not installed; optional: pip install 'alphastrike[{extra}]'")
            )
    return found


def _model() -> Finding:
    """The rule table stands in for a model that is not there, so this is never more than a note."""
    state = ollama_state(OllamaConfig())
    return Finding("ollama", Health.OK if "; qwen" in state else Health.NOTE, state)


def _kernels() -> Finding:
    folder = kernel_folder()
    count = sum(1 for _ in folder.rglob("*.nbi")) if folder.is_dir() else 0
    place = folder
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return Finding(
            "kernel cache", Health.BROKEN, f"{folder}: not writable; set NUMBA_CACHE_DIR to a folder that is"
        )
    if not count:
        return Finding("kernel cache", Health.NOTE, f"{folder}: empty; the first run compiles once")
    return Finding("kernel cache", Health.OK, f"{folder}: {count} compiled functions")


def _writable(name: str, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(name, Health.OK, f"{folder}: writable")
    except OSError as error:
        return Finding(
            name, Health.BROKEN, f"{folder}: not writable ({error.strerror}); use --out for run folders"
        )
