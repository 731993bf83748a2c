"""`alphastrike traces export` and `merge` as a person types them, over a run of the rule table."""

import json
from pathlib import Path

import pytest

from alphastrike.traces.store import TraceStore
from tests.conversations import a_conversation, written


@pytest.fixture
def recorded(alphastrike):
    """The command line, beside a configured store of twelve conversations."""
    Path("alphastrike.toml").write_text(
        '[traces]\npath = "traces.db"\n[traces.redact]\ncustom = { ticket = "TCK-[0-9]+" }\n'
    )
    store = TraceStore.opened(Path("traces.db"))
    call = {"tool": "no_action", "arguments": {"reason": "see TCK-12"}}
    written(store, *(a_conversation(number, calls=(call,)) for number in range(12)))
    store.close()
    return alphastrike


def test_an_export_says_what_it_wrote(recorded):
    shown = recorded("traces", "export", "--out", "out")
    printed = json.loads(recorded("traces", "export", "--out", "again", "--json").stdout)

    assert shown.exit_code == 0, shown.stderr
    assert "out/train.jsonl" in shown.stdout
    assert "12 records" in shown.stdout
    assert printed["counts"]["records"] == 12
    assert "<REDACTED:ticket>" in Path("out/train.jsonl").read_text()
    assert Path("out/train.jsonl").read_bytes() == Path("again/train.jsonl").read_bytes()


def test_a_corpus_is_merged_from_stores(recorded):
    Path("other.db").write_bytes(Path("traces.db").read_bytes())

    merged = json.loads(recorded("traces", "merge", "traces.db", "other.db", "--out", "m", "--json").stdout)

    assert merged["counts"]["duplicates"] == 12
    assert json.loads(Path("m/manifest.json").read_text())["stores"] == [
        {"store": "traces.db", "traces": 12, "records": 12},
        {"store": "other.db", "traces": 12, "records": 0},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "--format", "xml"), "--format: observed 'xml'"),
        (("merge", "nowhere.db"), "nothing at nowhere.db"),
        (("export", "--out", "alphastrike.toml"), "--out: observed alphastrike.toml, which is a file"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(recorded, arguments, message):
    outcome = recorded("traces", *arguments)

    assert outcome.exit_code == 2
    assert message in outcome.stderr


def test_a_bad_pattern_is_an_error_before_anything_is_written(recorded):
    Path("alphastrike.toml").write_text(
        '[traces]\npath = "traces.db"\n[traces.redact]\ncustom = { bad = "(" }\n'
    )

    outcome = recorded("traces", "export", "--out", "out")

    assert outcome.exit_code == 2
    assert "traces.redact.custom" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not Path("out").exists()


def test_splits_that_stay_empty_are_mentioned(recorded):
    outcome = recorded("traces", "export", "--out", "out", "--horizon", "90d")

    assert "empty, of 1 episode(s)" in outcome.stderr


def test_without_a_store_there_is_nothing_to_export(alphastrike):
    outcome = alphastrike("traces", "export")

    assert outcome.exit_code == 2
    assert "nothing at data/state/traces.db" in outcome.stderr
