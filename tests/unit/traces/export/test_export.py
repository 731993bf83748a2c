"""An export is whole or not there, the same twice, and goes on past what cannot be read."""

import json
import sqlite3

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.config import TracesConfig
from tests.conversations import CALL, a_conversation, a_label
from tests.exporting import exported, records

DAY_MS = 86_400_000
OTHER = {"tool": "disable_shorts", "arguments": {"symbol": "SOLUSDT", "reason": "x"}}


def _bytes(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", ["openai-tools", "sharegpt", "raw-jsonl", "preference"])
def test_the_same_store_exports_the_same_bytes_twice(name, place, fill, tmp_path):
    fill(*(a_conversation(number, outcome=json.dumps(a_label())) for number in range(12)))

    exported(place, tmp_path / "a", format=name)
    exported(place, tmp_path / "b", format=name)

    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
    assert sum(len(text.splitlines()) for text in _bytes(tmp_path / "a").values()) >= 12


def test_the_order_of_writing_does_not_show(place, fill, tmp_path):
    conversations = [a_conversation(number) for number in range(20)]
    fill(*reversed(conversations))
    exported(place, tmp_path / "a")
    place.unlink()
    fill(*conversations)

    exported(place, tmp_path / "b")

    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")


def test_no_split_of_an_earlier_export_stays_beside_a_new_one(place, fill, tmp_path):
    fill(*(a_conversation(number) for number in range(20)))
    exported(place, tmp_path / "out", split="50/25/25")
    (tmp_path / "out" / "notes.txt").write_text("mine")

    exported(place, tmp_path / "out", split="50/0/50")

    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"train.jsonl", "test.jsonl", "manifest.json", "notes.txt"}


def test_the_manifest_says_what_is_in_the_files(place, fill, tmp_path):
    fill(*(a_conversation(number) for number in range(10)))

    done = exported(place, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())

    assert manifest["counts"] == {
        "duplicates": 0,
        "matched": 10,
        "records": 10,
        "traces": 10,
        "unreadable": 0,
    }
    assert manifest["files"] == done["files"]
    assert sum(file["records"] for file in manifest["files"].values()) == 10
    assert manifest["asked"]["split"] == "80/10/10"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("calls", "[{"),
        ("calls", '"text"'),
        ("judgements", "nothing"),
        ("report", "{}"),
        ("report", b"\xff\xfe"),
        ("details", sqlite3.Binary(b"\xff")),
        ("cursor_ms", "yesterday"),
    ],
)
@pytest.mark.parametrize("name", ["openai-tools", "raw-jsonl"])
def test_a_row_that_cannot_be_read_is_said_and_skipped(name, column, value, place, fill, tmp_path):
    rows = [a_conversation(number) for number in range(3)]
    rows[1] = (rows[1][0], []) if column == "report" else rows[1]
    fill(*rows)
    with sqlite3.connect(place) as raw:
        raw.execute(f"UPDATE traces SET {column} = ? WHERE trace_id = 'run-r000001'", (value,))
    raw.close()

    done = exported(place, tmp_path / "out", format=name)

    assert done["counts"]["records"] == 2
    assert [one["trace_id"] for one in done["unreadable"]] == ["run-r000001"]
    assert done["unreadable"][0]["reason"]


def test_text_that_is_no_text_costs_its_own_row_only(place, fill, tmp_path):
    fill(*(a_conversation(number) for number in range(3)))
    with sqlite3.connect(place) as raw:
        raw.execute("UPDATE traces SET triggers = CAST(X'FF' AS TEXT) WHERE trace_id = 'run-r000001'")
    raw.close()

    done = exported(place, tmp_path / "out")

    assert done["counts"]["records"] == 2
    assert [one["trace_id"] for one in done["unreadable"]] == ["run-r000001"]


def test_a_label_that_cannot_be_read_costs_the_label_only(place, fill, tmp_path):
    fill(a_conversation(outcome=json.dumps(a_label(version=9))))

    done = exported(place, tmp_path / "out")

    assert done["counts"]["records"] == 1
    assert "version" in done["unreadable"][0]["reason"]


def test_nothing_is_left_behind_when_an_export_breaks_off(place, fill, tmp_path, monkeypatch):
    fill(*(a_conversation(number) for number in range(5)))
    exported(place, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    written = []

    def breaks(self, name, record):
        written.append(record)
        if len(written) > 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("alphastrike.traces.export.writing.Files.add", breaks)

    with pytest.raises(OSError, match="No space"):
        exported(place, tmp_path / "out", format="sharegpt")
    assert _bytes(tmp_path / "out") == before


def test_no_file_has_its_name_before_all_are_written(place, fill, tmp_path, monkeypatch):
    fill(*(a_conversation(number) for number in range(5)))
    seen = []
    from alphastrike.traces.export.writing import Files

    publish = Files.publish

    def watched(self):
        seen.extend(path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith("."))
        publish(self)

    monkeypatch.setattr(Files, "publish", watched)
    exported(place, tmp_path / "out")

    assert seen == []
    assert {"train.jsonl", "val.jsonl", "test.jsonl", "manifest.json"} == set(_bytes(tmp_path / "out"))


def test_secrets_in_a_conversation_do_not_leave(place, fill, tmp_path):
    secret = "sk-proj-" + "aB3" * 12
    call = {"tool": "no_action", "arguments": {"reason": f"key {secret} of /home/anna/x, TCK-7"}}
    fill(a_conversation(calls=(call,), model=f"/home/anna/models/{secret}"))

    for name in ("openai-tools", "sharegpt", "chatml", "raw-jsonl"):
        (found,) = records(place, tmp_path / name, format=name, redact="secrets,usernames")

        assert secret not in json.dumps(found)
        assert "anna" not in json.dumps(found)
        assert found["provenance"]["redaction"]["rules"] == ["secrets", "usernames"]
        assert found["provenance"]["redaction"]["replaced"]["secrets"] >= 2


@pytest.mark.parametrize(
    ("patterns", "message"),
    [({"a": "("}, "regular expressions"), ({"a": "x*"}, "empty text"), ({"a b": "x"}, "names of letters")],
)
def test_a_bad_pattern_is_an_error_before_anything_is_done(patterns, message):
    with pytest.raises(ValueError, match=message):
        TracesConfig.model_validate({"redact": {"custom": patterns}})


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"format": "xml"}, "--format: observed 'xml', allowed chatml"),
        ({"redact": "secrets,none"}, "--redact: observed 'none'"),
        ({"split": "80/20"}, "--split: observed '80/20'"),
        ({"split": "nan/1/1"}, "--split"),
        ({"split": "0/0/0"}, "--split"),
        ({"split_by": "luck"}, "--split-by: observed 'luck'"),
        ({"dedupe_by": "luck"}, "--dedupe-by: observed 'luck'"),
        ({"horizon": "0d"}, "--horizon: observed '0d'"),
        ({"filters": ("colour=red",)}, "--filter: observed 'colour=red'"),
        ({"filters": ("tool<3",)}, "--filter: observed 'tool<3', allowed = and !="),
        ({"filters": ("time>noon",)}, "--filter: observed 'time>noon', allowed a time"),
        ({"filters": ("value>much",)}, "--filter: observed 'value>much', allowed a number"),
    ],
)
def test_a_wish_that_means_nothing_is_refused_and_nothing_is_written(wish, message, place, fill, tmp_path):
    fill(a_conversation())

    with pytest.raises(ConfigError, match=f"^{message}"):
        exported(place, tmp_path / "out", **wish)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), [0, 1, 3]),
        (("model=other",), [1]),
        (("model!=other",), [0, 3]),
        (("tool=disable_shorts",), [1]),
        (("verdict=clamped", "tool=adjust_leverage"), [3]),
        (("trigger=losing_streak",), [0, 1, 3]),
        (("scope=portfolio",), []),
        (("symbol=SOLUSDT",), [1]),
        (("time>=2024-01-03",), [1, 3]),
        (("time<2024-01-03T00:00:00+00:00",), [0]),
        (("labelled=true",), [3]),
        (("value>0",), [3]),
        (("value<=0",), []),
    ],
)
def test_filters_choose(filters, expected, place, fill, tmp_path):
    fill(
        a_conversation(0),
        a_conversation(1, calls=(OTHER,), model="other"),
        a_conversation(2, cause="timeout"),
        a_conversation(3, verdicts=("clamped",), outcome=json.dumps(a_label())),
        a_conversation(4, verdicts=("refused",)),
    )

    found = records(place, tmp_path / "out", filters=filters)

    assert [int(record["id"][5:11]) for record in found] == expected


def test_failures_and_refused_calls_come_on_request(place, fill, tmp_path):
    fill(
        a_conversation(0, cause="timeout"),
        a_conversation(1, calls=(CALL, OTHER), verdicts=("applied", "refused")),
        a_conversation(2, calls=()),
    )

    usual = records(place, tmp_path / "a")
    all_of_them = records(place, tmp_path / "b", include_failed=True)

    assert [len(record["messages"][-1]["tool_calls"]) for record in usual] == [1]
    assert [len(record["messages"][-1]["tool_calls"]) for record in all_of_them] == [1, 2]


def test_turns_are_answers_asked_for(place, fill, tmp_path):
    row, events = a_conversation(0)
    again = [{**event, "seq": event["seq"] + 2} for event in events]
    fill((row, [*events, *again]), a_conversation(1))

    assert len(records(place, tmp_path / "a", min_turns=1)) == 2
    assert [one["id"] for one in records(place, tmp_path / "b", min_turns=2)] == ["run-r000000.1"]


def test_a_number_that_json_does_not_know_is_spelled_out(place, fill, tmp_path):
    calls = '[{"tool": "x", "arguments": {"value": NaN}}]'
    row = a_conversation()[0] | {"calls": calls}
    fill((row, []))

    (record,) = records(place, tmp_path / "out")

    assert record["messages"][-1]["tool_calls"][0]["function"]["arguments"] == {"value": {"$float": "NaN"}}
