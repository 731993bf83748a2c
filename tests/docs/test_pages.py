"""The pages say what the code does: commands, settings, codes, words and links."""

import ast
import re
from pathlib import Path

import pytest
import typer

from alphastrike.app.config_reference import reference_markdown
from alphastrike.cli.main import application
from alphastrike.domain.outcomes import Code, Reason

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted([REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")


def _text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def _commands(command, words=("alphastrike",)):
    below = getattr(command, "commands", {})
    if not below:
        yield " ".join(words), command
    for name, each in below.items():
        yield from _commands(each, (*words, name))


COMMANDS = dict(_commands(typer.main.get_command(application)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command):
    page = _text("cli.md")
    heading = f"## {command}\n"

    assert heading in page
    section = page.partition(heading)[2].partition("\n## ")[0]
    for parameter in COMMANDS[command].params:
        name = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.opts[0].upper()
        assert f"`{name}" in section, f"{command}: {name} is missing"


def test_no_command_is_documented_that_does_not_exist():
    headings = re.findall(r"^## (alphastrike .+)$", _text("cli.md"), re.MULTILINE)

    assert sorted(headings) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command):
    assert COMMANDS[command].help


def test_the_configuration_page_is_the_one_the_models_give():
    expected = reference_markdown()

    assert _text("configuration.md") == expected, "run `make docs`"


def test_every_setting_has_a_description():
    undescribed = [
        row for row in reference_markdown().splitlines() if row.startswith("| `") and row.endswith("|  |")
    ]

    assert undescribed == []


@pytest.mark.parametrize("code", Code, ids=lambda code: code.label)
def test_every_code_has_its_row(code):
    stage = code.stage.name.lower() if code.stage else "none"

    rows = [row for row in _text("error-codes.md").splitlines() if row.startswith(f"| {code.value} |")]

    assert len(rows) == 1
    assert rows[0].startswith(f"| {code.value} | `{code.label}` | {stage} | ")


def test_no_row_is_for_a_code_that_does_not_exist():
    numbers = re.findall(r"^\| (\d+) \|", _text("error-codes.md"), re.MULTILINE)

    assert sorted(map(int, numbers)) == sorted(Code)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.label)
def test_every_order_reason_is_explained(reason):
    assert f"| `{reason.label}` |" in _text("error-codes.md")


def _domain_types():
    for path in sorted((REPOSITORY / "alphastrike" / "domain").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name


@pytest.mark.parametrize("name", sorted(_domain_types()))
def test_every_domain_type_is_in_the_glossary(name):
    assert f"`{name}`" in _text("glossary.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    broken = [target for target in targets if not (page.parent / target).exists()]

    assert broken == []


@pytest.mark.parametrize(
    "room", sorted(path.parent.name for path in (REPOSITORY / "alphastrike").glob("*/__init__.py"))
)
def test_every_room_is_on_the_map(room):
    assert f"`{room}" in _text("index.md")


def test_every_decision_is_listed():
    decisions = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))

    listed = re.findall(r"\]\((0[^)]+)\)", _text("decisions/README.md"))

    assert sorted(listed) == decisions
    assert len({name[:4] for name in decisions}) == len(decisions), "two decisions share a number"


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("0*.md")), ids=lambda page: page.stem)
def test_decisions_are_short_and_complete(page):
    text = page.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 40
    for part in (
        "Status:",
        "## Context",
        "## Decision",
        "## Because",
        "## Costs",
        "## How we would notice it is wrong",
    ):
        assert part in text


def test_the_readme_holds_the_two_commands():
    rows = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()

    own = [row for row in rows if row.startswith("python3 -m venv")]

    assert len(own) == 2
    assert own[0].endswith("alphastrike backtest")
    assert own[1].endswith("pytest -q -n auto")
