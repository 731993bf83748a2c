"""The house rules that a machine can check."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "alphastrike"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "v2"}
CARD = re.compile(
    r"(Stage (?P<number>[1-8]) of 8|Around the stages|Below the stages|Above the stages): (?P<name>\w+)\. "
    r"In: .+?\. Out: .+?\. Halts when: .+?\. State: .+\."
)
STAGES = {
    "adapters": 1,
    "gateway": 2,
    "features": 3,
    "validation": 4,
    "ml": 5,
    "signals": 6,
    "risk": 7,
    "execution": 8,
}
# The words everybody speaks are kept by topic; compiled code is kept by kernel.
MANY_NAMES = ("domain/", "kernel")


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("room", ROOMS, ids=_name)
def test_every_room_carries_a_complete_card(room):
    card = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""

    found = CARD.fullmatch(" ".join(card.split()))

    assert found, f"{room.name}: the card is not in the fixed form"
    assert found["name"] == room.name
    assert (int(found["number"]) if found["number"] else None) == STAGES.get(room.name)


def test_every_stage_has_a_room():
    assert set(STAGES) <= {room.name for room in ROOMS}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_is_small_and_says_what_it_is(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    public = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]

    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(tree)
    assert len(public) <= 6 or any(part in _name(path) for part in MANY_NAMES), public
    assert path.stem not in BANNED_NAMES


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_package_init_holds_words_only(path):
    if path.name != "__init__.py":
        return

    body = ast.parse(path.read_text(encoding="utf-8")).body

    assert all(isinstance(node, ast.Expr | ast.Assign) for node in body), "an __init__ re-exports nothing"


def test_nothing_is_left_unfinished(repository):
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplemented(?:Error)?)\b")
    folders = ("alphastrike", "tests", "docs", "examples", "benchmarks")
    files = [
        path for folder in folders for path in (repository / folder).rglob("*") if path != Path(__file__)
    ]

    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in {".py", ".md"}}

    assert [str(path) for path, text in texts.items() if unfinished.search(text)] == []


def test_only_two_files_know_the_compiler_by_name():
    importers = [
        path for path in MODULES if re.search(r"^\s*(?:import|from) numba\b", path.read_text(), re.MULTILINE)
    ]

    assert sorted(_name(path) for path in importers) == ["numerics/bits.py", "numerics/compiled.py"]


def test_no_venue_is_named_outside_its_adapter(repository):
    package = repository / "alphastrike"
    adapters = package / "adapters"
    venues = {room.name for room in adapters.iterdir() if (room / "adapter.py").is_file()}
    venues |= {"okx", "bybit"}
    venues -= {"simulated", "openapi"}
    named = re.compile("|".join(sorted(venues)), re.IGNORECASE)

    files = [
        path
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and adapters not in path.parents
    ]

    assert len(venues) >= 6
    assert [str(path) for path in files if named.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_below_app_asks_in_which_mode_it_runs():
    flag = re.compile(r"\b(?:is_live_trading|is_paper|is_backtest\w*|is_dry_run|run_?mode|trading_mode)\b")
    rooms = [path for path in MODULES if _name(path).split("/")[0] not in ("app", "cli")]

    assert [_name(path) for path in rooms if flag.search(path.read_text(encoding="utf-8"))] == []
