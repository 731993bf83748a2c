"""A real PostgreSQL of the machine's own package, on loopback, for as long as a test session."""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAMED = "ALPHASTRIKE_TEST_POSTGRES"


@contextlib.contextmanager
def postgres() -> Iterator[str | None]:
    """The SQLAlchemy URL of an empty database; None where no PostgreSQL is installed."""
    if NAMED in os.environ:
        yield os.environ[NAMED]
        return
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="alphastrike-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c shared_buffers=16MB"
    try:
        _run(
            binaries, "initdb", "-D", str(folder / "data"), "-U", "trader", "-A", "trust", "-N", "-E", "UTF8"
        )
        _run(
            binaries,
            "pg_ctl",
            "-D",
            str(folder / "data"),
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            options,
            "start",
        )
        yield f"postgresql+psycopg://trader@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            _run(binaries, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += [Path(path) for path in sorted(glob.glob("/usr/lib/postgresql/*/bin"))]  # noqa: PTH207
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _run(binaries: Path, program: str, *arguments: str) -> None:
    # The server refuses to run as root.
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*become, str(binaries / program), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        timeout=120,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
