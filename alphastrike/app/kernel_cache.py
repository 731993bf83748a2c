"""Where compiled machine code is kept, so that only the first run pays for compiling."""

import hashlib
import os
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

_DECORATOR = b"alphastrike.numerics.compiled"
_IMPORT = re.compile(rb"^\s*from ([\w.]+) import", re.MULTILINE)


def use_kernel_cache() -> None:
    """Point the compiler's cache at a folder of its own for exactly this version of the sources.

    The compiler checks only the file of the function it loads, not those of the functions it
    calls: one folder a source state is what keeps stale machine code out. Must run before the
    compiler is imported; a folder the user chose (`NUMBA_CACHE_DIR`) is left alone.
    """
    folder = kernel_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A read-only home must not stop a run: it compiles anew and leaves nothing behind of value.
        folder = Path(tempfile.mkdtemp(prefix="alphastrike-kernels-"))
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


def kernel_folder() -> Path:
    """The folder in use: the user's own choice, or one for this state of the sources."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) if chosen else user_cache_path("alphastrike") / "kernels" / _source_fingerprint()


def has_kernels() -> bool:
    """Whether an earlier run has left compiled code to load."""
    return any(kernel_folder().rglob("*.nbi"))


def _source_fingerprint() -> str:
    """A hash of every module that holds compiled code, and of all that these import.

    Constants are baked into machine code, so a module that only lends a number counts too.
    """
    spec = find_spec("alphastrike")
    sources = {
        ".".join((root.name, *path.relative_to(root).with_suffix("").parts)): path.read_bytes()
        for root in map(Path, (spec.submodule_search_locations if spec else None) or ())
        for path in root.rglob("*.py")
    }
    counted = {name for name, source in sources.items() if _DECORATOR in source}
    unread = set(counted)
    while unread:
        imported = {match.decode() for name in unread for match in _IMPORT.findall(sources[name])}
        unread = (imported & sources.keys()) - counted
        counted |= unread
    digest = hashlib.sha256(str(spec and spec.origin).encode())
    for name in sorted(counted):
        digest.update(name.encode() + sources[name])
    return digest.hexdigest()[:16]
