"""Where compiled machine code is kept, so that only the first run pays for compiling."""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path


def use_kernel_cache() -> None:
    """Point the compiler's cache at a folder of its own for exactly this version of the sources.

    The compiler checks only the file of the function it loads, not those of the functions it
    calls: one folder a source state is what keeps stale machine code out. Must run before the
    compiler is imported; a folder the user chose (`NUMBA_CACHE_DIR`) is left alone.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    folder = user_cache_path("alphastrike") / "kernels" / _source_fingerprint()
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


def _source_fingerprint() -> str:
    spec = find_spec("alphastrike")
    locations = spec.submodule_search_locations if spec else None
    digest = hashlib.sha256()
    for location in locations or ():
        for path in sorted(Path(location).rglob("*.py")):
            source = path.read_bytes()
            if b"compiled" in source:
                digest.update(str(path).encode() + source)
    return digest.hexdigest()[:16]
