"""The loaders that training really uses take what an export writes: `pytest -m loaders`.

They are large, so they live in an environment of their own: the interpreter that `ALPHASTRIKE_LOADERS`
names, or one that this test makes and installs them into.
"""

import json
import math
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conversations import a_conversation, a_label
from tests.exporting import exported

pytestmark = pytest.mark.loaders
PACKAGES = ("torch==2.13.0", "transformers==5.24.0", "datasets==5.2.0", "trl==1.16.0", "tokenizers==0.23.3")
FORMATS = ("openai-tools", "prompt-completion", "sharegpt", "chatml", "preference", "kto")
SCRIPT = Path(__file__).parents[1] / "support" / "loaders.py"
OTHER = {
    "tool": "disable_asset",
    "arguments": {"symbol": "SOLUSDT", "duration_hours": 24, "reason": 'a "b" ü'},
}
CALL = """\
<tool_call>
{"name": "adjust_leverage", "arguments": {"new_leverage": 2, "reason": "drawdown"}}
</tool_call>"""


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory):
    named = os.environ.get("ALPHASTRIKE_LOADERS")
    if named:
        return named
    folder = tmp_path_factory.mktemp("loaders")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    return str(python)


@pytest.fixture(scope="module")
def found(interpreter, tmp_path_factory):
    from alphastrike.traces.store import TraceStore
    from tests.conversations import written

    folder = tmp_path_factory.mktemp("exports")
    place = tmp_path_factory.mktemp("store") / "traces.db"
    store = TraceStore.opened(place)
    calls = [({"tool": "adjust_leverage", "arguments": {"new_leverage": 2, "reason": "drawdown"}},), (OTHER,)]
    label = a_label()
    rows = [
        a_conversation(
            number,
            calls=calls[number % 2],
            outcome=json.dumps(
                label | {"branches": label["branches"] | {"recorded": list(calls[number % 2])}}
            ),
        )
        for number in range(8)
    ]
    written(store, *rows)
    store.close()
    for name in FORMATS:
        exported(place, folder / name, format=name, split="1/0/0")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [interpreter, str(SCRIPT), str(folder)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_format_loads(found):
    assert found["rows"] == dict.fromkeys(sorted(FORMATS), 8)


def test_the_template_renders_calls_as_objects_and_once(found):
    first, second = found["templated"][:2]

    assert first.endswith(f"<|im_start|>assistant\n{CALL}<|im_end|>\n")
    assert json.dumps(OTHER["arguments"], ensure_ascii=False) in second
    assert '"{' not in first.rpartition("<|im_start|>assistant")[2]
    assert first.count("<|im_start|>") == 3


def test_chatml_is_what_the_template_renders(found):
    assert found["chatml"] == found["templated"]


def test_what_datasets_makes_of_it_is_the_same_but_for_the_last_digit(found):
    """Its JSON columns give 0.30000000000000004 for 0.3; docs/training has the way round."""
    assert [_rounded(text) for text in found["through_datasets"]] == found["templated"]


def _rounded(text):
    return re.sub(r"\d+\.\d{12,}", lambda number: repr(round(float(number[0]), 12)), text)


@pytest.mark.parametrize("name", ["sft", "sft_completion", "sft_text"])
def test_supervised_training_learns_the_decision_and_nothing_else(name, found):
    assert found[name]["trained_on"].strip().startswith(CALL)
    assert "REPORT" not in found[name]["trained_on"]
    assert math.isfinite(found[name]["loss"])


def test_preference_training_gets_both_answers_and_the_tools(found):
    pair = found["dpo"]

    assert "<tools>" in pair["prompt_ids"]
    assert CALL in pair["chosen_ids"]
    assert '"name": "no_action"' in pair["rejected_ids"]
    assert math.isfinite(pair["loss"])


def test_training_on_single_judgements_gets_the_answer_the_tools_and_the_label(found):
    one = found["kto"]

    assert "<tools>" in one["prompt_ids"]
    assert CALL in one["completion_ids"]
    assert one["labels"] == one["kept"] == [True] * 8
