"""Every format carries the decision as the store has it, and the shapes its loaders take."""

import json
import re

import pytest

from alphastrike.traces.export.catalogue import formats
from tests.conversations import CALL, a_conversation, a_label
from tests.exporting import records

ODD = {
    "tool": "disable_asset",
    "arguments": {
        "symbol": "SOLUSDT",
        "duration_hours": 24,
        "reason": 'quotes " and \\ and\nlines, ümläut, 漢字, </tool_call> <|im_end|>',
        "deep": {"list": [1, 2.5, None, True, {"a": []}]},
    },
}
EMPTY = {"tool": "no_action", "arguments": {}}
CALLS = [(CALL,), (ODD,), (CALL, ODD), (EMPTY,), (EMPTY, CALL, ODD)]


def _calls(name):
    """Nothing against nothing is no label."""
    return [calls for calls in CALLS if calls != (EMPTY,) or name not in {"preference", "kto"}]


def _of_turn(turn):
    functions = [call["function"] for call in turn["tool_calls"]]
    return [{"tool": one["name"], "arguments": one["arguments"]} for one in functions]


def _of_function_call(text):
    found = json.loads(text)
    items = found if isinstance(found, list) else [found]
    return [{"tool": one["name"], "arguments": one["arguments"]} for one in items]


def _of_text(text):
    _, _, said = text.rpartition("<|im_start|>assistant\n")
    # A call's closing tag stands on a line of its own; one inside a text never does, for JSON escapes lines.
    found = re.findall(r"^<tool_call>\n(.*)\n</tool_call>", said, re.MULTILINE)
    return [{"tool": one["name"], "arguments": one["arguments"]} for one in map(json.loads, found)]


READ = {
    "openai-tools": lambda record: _of_turn(record["messages"][-1]),
    "prompt-completion": lambda record: _of_turn(record["completion"][0]),
    "sharegpt": lambda record: _of_function_call(record["conversations"][-1]["value"]),
    "chatml": lambda record: _of_text(record["text"]),
    "raw-jsonl": lambda record: record["trace"]["calls"],
    "preference": lambda record: _of_turn(record["chosen"][0]),
    "kto": lambda record: _of_turn(record["completion"][0]),
}


def test_every_format_is_read_back_here():
    assert sorted(READ) == sorted(formats())


@pytest.mark.parametrize("name", sorted(READ))
def test_calls_come_out_as_they_went_in(name, place, fill, tmp_path):
    label = a_label()
    fill(
        *(
            a_conversation(
                number,
                calls=calls,
                outcome=json.dumps(label | {"branches": label["branches"] | {"recorded": list(calls)}}),
            )
            for number, calls in enumerate(_calls(name))
        )
    )

    found = [READ[name](record) for record in records(place, tmp_path / "out", format=name)]

    assert found == [list(calls) for calls in _calls(name)]


@pytest.mark.parametrize("name", sorted(READ))
def test_records_say_what_they_are_and_where_they_come_from(name, place, fill, tmp_path):
    fill(a_conversation(outcome=json.dumps(a_label()), outcome_version="ab" * 32, cause=""))

    (record,) = records(place, tmp_path / "out", format=name)

    assert record["schema_version"] == 1
    assert record["id"] == "run-r000000.1"
    assert record["tools"]
    told = record["provenance"]
    assert told["model"] == "qwen2.5:1.5b"
    assert told["digest"] == "sha256:1"
    assert told["event_ms"] == 1_704_067_199_999
    assert told["event_time"] == "2023-12-31T23:59:59.999+00:00"
    assert told["alphastrike"] == "0.1.0"
    assert told["replay_config"] == "ab" * 32
    assert told["redaction"] == {"version": 1, "rules": [], "replaced": {}}
    assert re.fullmatch("[0-9a-f]{64}", told["content_sha256"])


@pytest.mark.parametrize("name", ["openai-tools", "prompt-completion", "kto", "preference"])
def test_a_turn_that_calls_has_empty_content_and_objects_for_arguments(name, place, fill, tmp_path):
    fill(a_conversation(outcome=json.dumps(a_label())))

    (record,) = records(place, tmp_path / "out", format=name)
    turn = (record.get("messages") or record.get("completion") or record["rejected"])[-1]

    assert turn["content"] == ""
    assert all(isinstance(call["function"]["arguments"], dict) for call in turn["tool_calls"])


def test_no_text_of_a_call_ends_a_turn_of_chatml(place, fill, tmp_path):
    fill(a_conversation(calls=(ODD,)))

    (record,) = records(place, tmp_path / "out", format="chatml")

    assert record["text"].count("<|im_end|>") == record["text"].count("<|im_start|>") == 3


def test_a_secret_in_a_call_is_gone_before_chatml_makes_one_text_of_it(place, fill, tmp_path):
    secret = "sk-proj-" + "a1B2c3D4" * 6
    fill(a_conversation(calls=({**CALL, "arguments": {**CALL["arguments"], "reason": f"key {secret}"}},)))

    (record,) = records(place, tmp_path / "out", format="chatml", redact="secrets")

    assert secret not in json.dumps(record)
    assert "<REDACTED:" in record["text"].rpartition("<tool_call>")[2]
    assert record["provenance"]["redaction"]["replaced"] == {"secrets": 1}


def test_sharegpt_is_what_llama_factory_reads(place, fill, tmp_path):
    fill(a_conversation(calls=(CALL, ODD)))

    (record,) = records(place, tmp_path / "out", format="sharegpt")
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())

    assert [turn["from"] for turn in record["conversations"]] == ["human", "function_call"]
    assert all("name" in tool and "parameters" in tool for tool in json.loads(record["tools"]))
    assert record["system"].startswith("You are the circuit breaker")
    assert info["alphastrike_train"] == {
        "file_name": "train.jsonl",
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system", "tools": "tools"},
    }


def test_the_sentence_that_only_asks_for_a_form_is_left_out(place, fill, tmp_path):
    fill(a_conversation(1, protocol="format"), a_conversation(2, protocol="tools"))

    first, second = records(place, tmp_path / "out")

    assert "Answer with one JSON object" not in json.dumps(first)
    assert first["messages"][0] == second["messages"][0]


def test_a_trace_without_a_conversation_is_told_with_the_breakers_own_words(place, fill, tmp_path):
    row, _ = a_conversation(advisor="rules", protocol=None, model=None)
    fill((row, []))

    (record,) = records(place, tmp_path / "out")

    assert record["messages"][1]["content"].startswith("REPORT\ntriggers: ")
    assert [tool["function"]["name"] for tool in record["tools"]][-1] == "no_action"


def test_what_was_thought_aloud_comes_on_request_only(place, fill, tmp_path):
    fill(a_conversation(thinking="leverage is high"))

    plain = records(place, tmp_path / "a")
    asked = records(place, tmp_path / "b", include_thinking=True)
    text = records(place, tmp_path / "c", include_thinking=True, format="sharegpt")

    assert "leverage is high" not in json.dumps(plain)
    assert asked[0]["messages"][-1]["reasoning_content"] == "leverage is high"
    assert text[0]["conversations"][-1]["value"].startswith("<think>\nleverage is high\n</think>\n\n{")


def test_raw_holds_every_event_and_column(place, fill, tmp_path):
    fill(a_conversation())

    (record,) = records(place, tmp_path / "out", format="raw-jsonl")

    assert [event["kind"] for event in record["events"]] == ["request", "message"]
    assert record["trace"]["report"]["schema_version"] == 1
    assert {"state_before", "state_after", "snapshot_id", "latency_ms"} <= record["trace"].keys()
