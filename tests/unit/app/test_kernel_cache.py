"""Where compiled code is kept."""

import os
from pathlib import Path

import pytest

from alphastrike.app import kernel_cache
from alphastrike.app.kernel_cache import has_kernels, kernel_folder, use_kernel_cache


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(kernel_cache, "user_cache_path", lambda _name: tmp_path / "cache")
    return tmp_path


def test_a_folder_the_user_chose_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))

    use_kernel_cache()

    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "mine")


@pytest.fixture
def package(home, monkeypatch):
    folder = home / "alphastrike"
    folder.mkdir()
    (folder / "kernel.py").write_text(
        "from alphastrike.numerics.compiled import compiled\nfrom alphastrike.codes import LIMIT\n"
    )
    (folder / "codes.py").write_text("    from alphastrike.deeper import X\nLIMIT = 1\n")
    (folder / "deeper.py").write_text("X = 1\n")
    (folder / "plain.py").write_text("from alphastrike.kernel import x\n")
    monkeypatch.setattr(kernel_cache, "find_spec", lambda _name: _Spec(str(folder)))
    return folder


class _Spec:
    def __init__(self, location):
        self.submodule_search_locations = [location]
        self.origin = f"{location}/__init__.py"


@pytest.mark.parametrize(
    ("module", "moves"), [("kernel", True), ("codes", True), ("deeper", True), ("plain", False)]
)
def test_the_folder_follows_the_sources_that_compiled_code_is_made_of(package, module, moves):
    before = kernel_folder()

    path = package / f"{module}.py"
    path.write_text(path.read_text() + "# changed\n")

    assert (kernel_folder() != before) is moves


def test_kernels_are_there_once_a_run_has_left_some(home):
    use_kernel_cache()
    before = has_kernels()
    (kernel_folder() / "module").mkdir()
    (kernel_folder() / "module" / "function.nbi").touch()

    assert not before
    assert has_kernels()


def test_a_home_that_cannot_be_written_compiles_into_a_temporary_folder(home):
    (home / "cache").write_text("a file where the folder should be")

    use_kernel_cache()

    assert "alphastrike-kernels-" in os.environ["NUMBA_CACHE_DIR"]
    Path(os.environ["NUMBA_CACHE_DIR"]).rmdir()
