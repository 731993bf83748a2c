"""`alphastrike tune breaker` as a person types it."""

import json
from pathlib import Path

import pytest

from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says

CONFIG = """
[validation]
reference_hours = 500
short_window_hours = 72
long_window_hours = 240
[llm.triggers]
losses = 2
cooldown_hours = 6
"""
SHORT = ("--data", "store", "--strategy", "ema_cross", "--folds", "1", "--trials", "2")
ANSWER = json.dumps({"tool": "adjust_leverage", "args": {"new_leverage": 1, "reason": "losing"}})


@pytest.fixture
def market(alphastrike):
    """The command line in a folder with market data in `store`."""
    Path("alphastrike.toml").write_text(CONFIG)
    made = alphastrike("data", "synth", "--store", "store", "--symbols", "BTCUSDT", "--hours", "1100")
    assert made.exit_code == 0, made.stderr
    return alphastrike


def test_the_rule_table_is_searched_and_said_to_read_no_prompt(market):
    told = market("tune", "breaker", *SHORT)
    printed = market("tune", "breaker", *SHORT, "--json")

    assert told.exit_code == printed.exit_code == 0, told.stderr + printed.stderr
    found = json.loads(printed.stdout)
    assert (found["advisor"], found["questions"]) == ("rules", 0)
    assert "prompt" not in found["choice"]
    assert "the rule table answered: it reads no prompt" in told.stdout
    assert "in 0 of 1 folds" in told.stdout or "in 1 of 1 folds" in told.stdout


def test_a_configured_model_is_asked_and_its_prompt_is_among_the_choices(market):
    server = ScriptedOllama([says(ANSWER) for _ in range(3_000)])
    with in_a_thread(server) as host:
        Path("alphastrike.toml").write_text(
            f'{CONFIG}[llm.ollama]\nhost = "{host}"\n[backtest]\nllm = "ollama"\n'
        )
        told = market("tune", "breaker", *SHORT, "--prompts", "terse,default")

    assert told.exit_code == 0, told.stderr
    asked = f"ollama was asked {len(server.asked):,} questions; for 0 of them the rule table stood in"
    assert asked in told.stdout
    assert "prompt " in told.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--prompts", "terse"), "error: --prompts: observed with the rule table, which reads none"),
        (
            ("--llm", "recorded"),
            "error: --llm: observed recorded, allowed rules, ollama or an",
        ),
        (
            ("--llm", "ollama", "--prompts", "tarse"),
            "error: llm.prompt: observed 'tarse', allowed default",
        ),
    ],
)
def test_what_cannot_be_searched_is_said_in_one_line(market, arguments, said):
    outcome = market("tune", "breaker", *SHORT, *arguments)

    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(said)
    assert "Traceback" not in outcome.stderr
