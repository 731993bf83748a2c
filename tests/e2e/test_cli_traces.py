"""A run with a model, its traces, and the same run from the traces alone."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from alphastrike.traces.store import TraceStore
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says
from tests.traced import a_stored_event, a_stored_trace

SMALL = ("--strategy", "ema_cross", "--symbols", "BTCUSDT,ETHUSDT")
ANSWER = json.dumps({"tool": "adjust_leverage", "args": {"new_leverage": 1, "reason": "drawdown"}})
OPEN = "[traces]\nenabled = true\nacknowledged_terms = true\n"


@pytest.fixture
def host():
    """A scripted Ollama in a thread of its own."""
    with in_a_thread(ScriptedOllama([says(ANSWER) for _ in range(500)])) as address:
        yield address


def _configure(text):
    Path("alphastrike.toml").write_text(text)


def test_a_run_with_a_model_is_traced_and_repeats_from_its_traces_bit_for_bit(alphastrike, host):
    _configure(f'{OPEN}[llm]\nlatency_ms = 900\n[llm.ollama]\nhost = "{host}"\n')

    asked = alphastrike("backtest", *SMALL, "--llm", "ollama", "--out", "asked", "--json")
    again = alphastrike("backtest", *SMALL, "--llm", "recorded", "--out", "again", "--json")

    assert (asked.exit_code, again.exit_code) == (0, 0), asked.stderr + again.stderr
    for name in ("equity", "decisions", "interventions"):
        assert Path(f"asked/{name}.parquet").read_bytes() == Path(f"again/{name}.parquet").read_bytes(), name
    rows = pq.read_table("asked/interventions.parquet").to_pylist()
    assert rows
    assert {row["source"] for row in rows} == {"ollama"}
    shown = json.loads(alphastrike("traces", "show", rows[0]["trace_id"], "--json").stdout)
    assert shown["calls"] == [
        {"tool": "adjust_leverage", "arguments": {"new_leverage": 1, "reason": "drawdown"}}
    ]
    assert shown["events"][0]["kind"] == "request"
    assert (
        "".join(e["payload"]["message"]["content"] for e in shown["events"] if e["kind"] == "message")
        == ANSWER
    )
    assert shown["judgements"][0]["outcome"] == rows[0]["outcome"]
    alphastrike("traces", "export", "--include-failed", "--dedupe-by", "none", "--split", "1/0/0")
    records = [json.loads(line) for line in Path("export/train.jsonl").read_text().splitlines()]
    assert len(records) == json.loads(alphastrike("traces", "status", "--json").stdout)["traces"]
    assert {json.dumps(record["messages"][-1]["tool_calls"][0]["function"]) for record in records} == {
        json.dumps({"name": "adjust_leverage", "arguments": {"new_leverage": 1, "reason": "drawdown"}})
    }
    asked = shown["events"][0]["payload"]["body"]["messages"]
    told = next(record for record in records if record["id"] == f"{rows[0]['trace_id']}.1")["messages"]
    assert told[1] == asked[1]  # the report as it was put to the model
    assert asked[0]["content"].startswith(told[0]["content"])
    assert {tool["function"]["name"] for tool in records[0]["tools"]} >= {"adjust_leverage", "no_action"}


def test_a_run_without_a_server_goes_on_with_the_rule_table(alphastrike):
    _configure('[llm.ollama]\nhost = "http://127.0.0.1:1"\n')

    outcome = alphastrike("backtest", *SMALL, "--llm", "ollama", "--out", "run", "--json")

    breaker = json.loads(outcome.stdout)["breaker"]
    assert outcome.exit_code == 0
    assert set(breaker["sources"]) == {"rules"}
    assert set(breaker["causes"]) <= {"unreachable", "resting"}


def test_traces_are_listed_counted_and_pruned(alphastrike):
    _configure(OPEN)
    alphastrike("backtest", *SMALL, "--llm", "rules", "--out", "run")

    status = json.loads(alphastrike("traces", "status", "--json").stdout)
    listed = json.loads(alphastrike("traces", "list", "--json", "--limit", "2").stdout)
    lines = alphastrike("traces", "list").stdout
    text = alphastrike("traces", "show", listed[0]["trace_id"]).stdout
    sealed = json.loads(alphastrike("traces", "verify", "--json").stdout)
    would = alphastrike("traces", "prune", "--days", "1", "--dry-run")
    kept = json.loads(alphastrike("traces", "prune", "--days", "1", "--json").stdout)

    assert status["recording"] is True
    assert status["traces"] == pq.read_metadata("run/reviews.parquet").num_rows
    assert sealed == {"sealed": status["traces"], "unsealed": 0, "problems": []}
    assert len(listed) == 2
    assert listed[0]["trace_id"] in lines
    assert "judgements" in text
    assert would.stdout.startswith("would remove 0")
    assert kept == {"removed": 0, "found": 0, "days": 1}


def test_a_run_that_records_keeps_to_the_retention(alphastrike):
    _configure(f"{OPEN}retention_days = 30\n")
    store = TraceStore.opened("data/state/traces.db")
    store.write([a_stored_trace("old-r000001", recorded_ms=5)], [a_stored_event("old-r000001")])
    store.close()

    outcome = alphastrike("backtest", *SMALL, "--llm", "rules", "--out", "run")

    listed = json.loads(alphastrike("traces", "list", "--json").stdout)
    assert "1 removed, older than traces.retention_days = 30" in outcome.stderr
    assert listed
    assert all(not row["trace_id"].startswith("old-") for row in listed)


def test_a_capture_that_was_changed_is_named_and_fails_the_command(alphastrike):
    _configure(OPEN)
    alphastrike("backtest", *SMALL, "--llm", "rules", "--out", "run")
    store = TraceStore.opened("data/state/traces.db")
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE traces SET calls = '[]' WHERE review_id = 'r000001'"))
    store.close()

    outcome = alphastrike("traces", "verify")

    assert outcome.exit_code == 1
    assert "r000001 attempt 1: is not what was captured" in outcome.stdout
    assert "1 not as they were; 0 never sealed" in outcome.stdout


def test_enabled_without_acknowledged_shows_the_policy_and_records_nothing(alphastrike):
    _configure("[traces]\nenabled = true\n")

    outcome = alphastrike("backtest", *SMALL, "--llm", "rules", "--out", "run")
    status = alphastrike("traces", "status")

    assert outcome.stderr.count("acknowledged_terms is not true") == 1
    assert "acknowledged_terms is not true" in status.stderr
    assert not Path("data/state/traces.db").exists()


def test_what_is_not_there_is_named(alphastrike):
    missing = alphastrike("traces", "list")
    forever = alphastrike("traces", "prune")

    assert (missing.exit_code, forever.exit_code) == (2, 2)
    assert "nothing at data/state/traces.db" in missing.stderr
    assert "keeps everything" in forever.stderr


def test_a_new_configuration_lets_traces_be_kept_and_says_what_that_means(alphastrike):
    alphastrike("init")

    text = Path("alphastrike.toml").read_text()
    shown = json.loads(alphastrike("config", "show", "--json").stdout)
    assert shown["traces.enabled"]["value"] is True
    assert shown["traces.acknowledged_terms"]["value"] is True
    assert "forbid training models" in text


def test_an_unusable_store_costs_the_traces_and_not_the_run(alphastrike):
    _configure(OPEN)
    Path("data/state").mkdir(parents=True)
    Path("data/state/traces.db").write_text(
        "no database, and long enough to be looked at as if it might be one"
    )

    outcome = alphastrike("backtest", *SMALL, "--llm", "rules", "--out", "run")

    assert outcome.exit_code == 0
    assert "nothing is recorded, trading goes on" in outcome.stderr
