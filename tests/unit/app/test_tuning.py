"""Breaker settings searched walk-forward: the future has no say, and what is said is out of sample."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from alphastrike.app import seeding
from alphastrike.app.inputs import Inputs
from alphastrike.app.tuning.breaker import FoldResult, Tuned, tune_breaker
from alphastrike.app.tuning.space import Space
from alphastrike.domain.errors import ConfigError
from alphastrike.llm.prompt import ROLES
from tests.markets import EAGER, configured, replaced, small_market
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says

MARKET = small_market(seed=3, hours=1_500, symbols=("BTCUSDT", "ETHUSDT"))
CONFIG = configured(strategy={"name": "ema_cross"}, **EAGER)


@pytest.fixture
def tuned(monkeypatch):
    """Tune on a market in memory."""

    def on(history, config=CONFIG, **terms):
        inputs = Inputs(history, MARKET.funding, "", "", is_synthetic=True, notes=())
        monkeypatch.setattr(seeding, "load_inputs", lambda _config: inputs)
        return tune_breaker(config, **terms)

    return on


def test_a_fold_is_judged_by_a_choice_made_before_it(tuned):
    fall = np.where(np.arange(1_500) < 1_000, 1.0, 0.7)  # in the last fold everything is different
    other = replaced(MARKET.history, lambda values: values * fall)

    before, after = (tuned(history, folds=2, trials=3) for history in (MARKET.history, other))

    assert before.folds[0] == after.folds[0]
    for name in ("choice", "searched"):
        assert getattr(before.folds[1], name) == getattr(after.folds[1], name)
    assert before.folds[1].configured != after.folds[1].configured


def test_a_search_is_the_same_again_and_stays_on_the_grid(tuned):
    steps = []

    found = tuned(MARKET.history, folds=2, trials=3, progress=lambda done, total: steps.append((done, total)))

    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert found == tuned(MARKET.history, folds=2, trials=3)
    assert found.configured == Space.of().named(Space.of().configured(CONFIG))
    for choice in (found.choice, *(fold.choice for fold in found.folds)):
        for (section, name), grid in Space.of().grid.items():
            assert choice[f"{section}.{name}"] in {*grid, found.configured[f"{section}.{name}"]}


def test_too_many_folds_for_the_history_are_refused(tuned):
    with pytest.raises(ConfigError, match=r"--folds: observed 9 for 1,500 bars, allowed at most 6"):
        tuned(MARKET.history, folds=9, trials=1)


def test_a_choice_is_in_force_where_it_is_read():
    space = Space.of(("terse", "default"))
    choice = tuple(values[0] for values in space.grid.values())

    chosen = space.with_choice(CONFIG, choice)

    assert space.configured(chosen) == choice
    assert chosen.llm.prompt == "terse"
    assert isinstance(chosen.llm.triggers.losses, int)
    assert chosen.backtest.llm == "rules"
    assert type(CONFIG).model_validate(chosen.model_dump()) == chosen


@pytest.mark.parametrize(
    ("gains", "supported"),
    [
        ((0.02, 0.01, -0.01), True),
        ((0.05, -0.01, -0.01), False),
        ((0.01, 0.01, -0.05), False),
        ((0.0, 0.0), False),
    ],
)
def test_a_choice_is_recommended_only_when_mean_and_most_folds_say_so(gains, supported):
    folds = tuple(FoldResult(0, 1, {}, 9.0, gain, 0.0) for gain in gains)
    tuned = Tuned("rules", folds, {}, {}, sum(gain > 0 for gain in gains), sum(gains) / len(gains))

    assert tuned.is_supported is supported
    assert tuned.to_plain()["is_supported"] is supported


@dataclass
class Obedient(ScriptedOllama):
    """A model that lowers the leverage when told to be terse, and does nothing when told anything else."""

    def _reply(self, path, body):
        if path == "/api/chat":
            told = body["messages"][0]["content"]
            args = {"new_leverage": 1, "reason": "losing"}
            tool = {"tool": "adjust_leverage", "args": args} if told.startswith(ROLES["terse"]) else NOTHING
            self.replies.append(says(json.dumps(tool)))
        return super()._reply(path, body)


NOTHING = {"tool": "no_action", "args": {"reason": "hold on"}}


def asking(host, **llm):
    settings = {"triggers": {"losses": 2, "cooldown_hours": 6}, **llm, "ollama": {"host": host}}
    return configured(strategy={"name": "ema_cross"}, backtest={"llm": "ollama"}, llm=settings, **EAGER)


def test_with_a_model_its_prompt_is_searched_and_each_question_put_once(tuned):
    with in_a_thread(server := Obedient()) as host:
        found = tuned(MARKET.history, asking(host), folds=2, trials=4, prompts=("default", "terse"))
        questions = list(server.asked)
        again = tuned(MARKET.history, asking(host), folds=2, trials=4, prompts=("default", "terse"))

    assert found == again
    assert found.advisor == "ollama"
    assert found.configured["prompt"] == "default"
    assert {fold.choice["prompt"] for fold in found.folds} <= {"default", "terse"}
    told = {(one["messages"][0]["content"], one["messages"][1]["content"]) for one in questions}
    assert found.questions == len(questions) == len(told) > 10
    assert {system.partition("\nTools:")[0] for system, _ in told} == {ROLES["default"], ROLES["terse"]}
    assert found.unanswered == 0


def test_a_prompt_that_lowers_the_leverage_is_worth_what_that_is_worth(tuned):
    values = {}
    with in_a_thread(Obedient()) as host:
        for prompt in ("default", "terse"):
            config = asking(host, prompt=prompt)
            values[prompt] = tuned(MARKET.history, config, folds=1, trials=1, prompts=(prompt,)).folds[0]

    assert values["default"].configured == 0.0  # nothing was changed, so nothing was won or lost
    assert values["terse"].configured != 0.0


def test_a_model_that_is_not_there_is_no_rule_table(tuned):
    with in_a_thread(ScriptedOllama(models=[])) as host, pytest.raises(ConfigError, match="model_missing"):
        tuned(MARKET.history, asking(host), folds=1, trials=1)


@pytest.mark.parametrize(
    ("llm", "prompts", "said"),
    [
        ("rules", ("terse",), r"--prompts: observed with the rule table"),
        ("random", (), r"--llm: observed random, allowed rules, ollama or an installed advisor"),
        ("recorded", (), r"--llm: observed recorded"),
        (
            "ollama",
            ("tarse",),
            r"llm.prompt: observed 'tarse', allowed default, terse, by_trigger, or a text",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused(tuned, llm, prompts, said):
    config = configured(backtest={"llm": llm}, **EAGER)

    with pytest.raises(ConfigError, match=said):
        tuned(MARKET.history, config, folds=1, trials=1, prompts=prompts)
