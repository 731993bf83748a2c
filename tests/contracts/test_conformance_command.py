"""The conformance kit as its command: another package's adapter, by its entry point, from any folder."""

import os
import subprocess
import sys

ADAPTER = """
from alphastrike.adapters.openapi.adapter import OpenapiAdapter

plugin = OpenapiAdapter(name="elsewhere")
"""
METADATA = "Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n"
ENTRY_POINT = "[alphastrike.adapters]\nelsewhere = elsewhere_venue:plugin\n"


def test_an_adapter_that_is_installed_is_checked_by_name_from_any_folder(tmp_path):
    site, folder = tmp_path / "site", tmp_path / "anywhere"
    facts = site / "elsewhere-1.0.dist-info"
    for each in (facts, folder):
        each.mkdir(parents=True)
    (site / "elsewhere_venue.py").write_text(ADAPTER)
    (facts / "METADATA").write_text(METADATA)
    (facts / "entry_points.txt").write_text(ENTRY_POINT)
    kit = ["-m", "pytest", "--pyargs", "alphastrike.adapters.conformance", "--adapter", "elsewhere"]
    command = [sys.executable, *kit, "-q", "-rs", "-p", "no:cacheprovider", "-k", "101 or 406"]

    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 1 skipped" in done.stdout
    assert "elsewhere opts out of" in done.stdout
