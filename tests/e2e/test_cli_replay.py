"""`alphastrike replay` on run folders, as a person types it."""

import json
import re
import shutil
from pathlib import Path

import pytest

from alphastrike.app.trace_store import open_store
from alphastrike.domain.counterfactuals import ReplayOutcome

CONFIG = """
[validation]
reference_hours = 500
short_window_hours = 72
long_window_hours = 240
[replay]
placebos = 2
draws = 200
[traces]
enabled = true
acknowledged_terms = true
path = "store/traces.db"
"""
SYMBOLS = ("--symbols", "BTCUSDT,ETHUSDT")


def traces():
    """The traces as they are now."""
    store = open_store("store/traces.db")
    try:
        return store.traces()
    finally:
        store.close()


@pytest.fixture(scope="module")
def folders():
    """What one run left, for every test of this module."""
    return {}


@pytest.fixture
def recorded(alphastrike, folders, tmp_path_factory):
    """The command line in a folder with market data in `store` and a finished run of it in `run`."""
    Path("alphastrike.toml").write_text(CONFIG)
    if "kept" not in folders:
        made = alphastrike("data", "synth", "--store", "store", *SYMBOLS, "--hours", "1100", "--seed", "5")
        ran = alphastrike(
            "backtest", "--data", "store", "--funding", "store", "--strategy", "ema_cross",
            "--llm", "rules", "--out", "run",
        )  # fmt: skip
        assert (made.exit_code, ran.exit_code) == (0, 0), made.stderr + ran.stderr
        folders["kept"] = tmp_path_factory.mktemp("recorded")
        for name in ("store", "run"):
            shutil.copytree(name, folders["kept"] / name)
    else:
        for name in ("store", "run"):
            shutil.copytree(folders["kept"] / name, name)
    return alphastrike


def test_a_run_is_replayed_to_tables_a_document_and_a_page(recorded):
    told = recorded("replay", "run", "--horizon", "2d", "--branches", "rules,placebo", "--jobs", "1")
    printed = recorded(
        "replay", "run", "--horizon", "2d", "--branches", "rules,placebo", "--jobs", "2", "--json"
    )

    assert (told.exit_code, printed.exit_code) == (0, 0), told.stderr + printed.stderr
    found = json.loads(printed.stdout)
    assert found == json.loads(Path("run-replay/replay.json").read_text())
    assert found["decisions"] > 10
    assert found["unfaithful"] == 0
    assert re.search(rf"control is the recorded run +{found['decisions']}\b", told.stdout)
    assert "insufficient" in told.stdout
    assert "no market impact" in told.stdout
    page = Path("run-replay/replay.html").read_text()
    assert page.count("<option>") == len(found["interventions"])
    assert not re.search(r'(src|href)="(?!data:)', page.partition("<script>")[0])


def test_one_intervention_is_shown_with_all_its_branches(recorded):
    outcome = recorded(
        "replay", "run", "--intervention", "i000001", "--horizon", "1d", "--jobs", "1", "--out", "one"
    )

    assert outcome.exit_code == 0, outcome.stderr
    for branch in ("recorded", "no_action", "placebo:1", "adjust_leverage::1", "disable_asset:"):
        assert branch in outcome.stdout
    (only,) = json.loads(Path("one/replay.json").read_text())["interventions"]
    assert only["intervention_ids"] == ["i000001"]


def test_outcomes_are_written_beside_the_traces_and_the_capture_stays_as_it_is(recorded):
    asked = ("replay", "run", "--horizon", "1d", "--jobs", "1", "--label", "--json")
    before = traces()
    outcome = recorded(*asked, "--branches", "rules,placebo")
    after = traces()
    other = recorded(*asked, "--branches", "rules", "--intervention", "r000001")

    assert outcome.exit_code == 0, outcome.stderr
    assert f"run: {len(before)} traces labelled, of {len(before)} reviews replayed" in outcome.stderr
    assert len(before) > 10
    labels = ("outcome", "outcome_version", "episode_id")
    assert [{**row, **dict.fromkeys(labels)} for row in after] == before
    found = [ReplayOutcome.model_validate_json(row["outcome"]) for row in after]
    assert all(one.replay_config == row["outcome_version"] for one, row in zip(found, after, strict=True))
    assert all(one.is_faithful for one in found)
    whole = [one for one in found if len(one.cases) == 6]
    assert {(case.horizon_ms // 3_600_000, case.costs) for case in whole[0].cases} == {
        (hours, costs) for hours in (12, 24, 48) for costs in (1.0, 2.0)
    }
    assert set(whole[0].branches) == {"recorded", "no_action", "rules", "placebo:0", "placebo:1"}
    assert all(spread is not None for spread in whole[0].placebo_spread.values())
    # Another configuration is another version.
    assert other.exit_code == 0
    relabelled = [row for row in traces() if row["outcome_version"] != found[0].replay_config]
    assert [row["review_id"] for row in relabelled] == ["r000001"]


def test_a_run_is_replayed_from_any_folder(recorded, monkeypatch):
    wish = ("--intervention", "i000001", "--horizon", "1d", "--branches", "rules", "--jobs", "1", "--json")
    here = recorded("replay", "run", *wish)
    Path("elsewhere/deep").mkdir(parents=True)
    place = Path("run").resolve()
    monkeypatch.chdir("elsewhere/deep")

    there = recorded("replay", "../../run", *wish)
    absolute = recorded("replay", str(place), *wish)

    assert here.exit_code == 0, here.stderr
    assert (there.exit_code, absolute.exit_code) == (0, 0), there.stderr
    assert [json.loads(one.stdout)["interventions"][0]["branches"] for one in (there, absolute)] == [
        json.loads(here.stdout)["interventions"][0]["branches"]
    ] * 2


def test_data_that_are_not_those_of_the_run_are_refused(recorded):
    recorded("data", "synth", "--store", "store", *SYMBOLS, "--hours", "1101", "--seed", "5")

    outcome = recorded("replay", "run")

    assert outcome.exit_code == 2
    assert re.search(
        r"error: run: data_hash: observed \w{12}, recorded \w{12}; allowed: the candles and rates the run",
        outcome.stderr,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "RUN: observed nowhere, not there; allowed run folders, or a journal"),
        (("run", "--intervention", "i999999"), "--intervention: observed 'i999999', allowed an id of"),
        (("run", "--branches", "ruls"), "--branches: "),
        (("run", "--estimand", "all"), "--estimand: "),
        (("run", "--estimand", "policy", "--label"), "--label: observed with --estimand policy"),
        (("run", "--horizon", "7"), "--horizon: observed '7', allowed a whole number and m, h or d"),
        (("run", "--verify"), "--verify: observed with a run folder"),
        (("store",), "store: no run folder (summary.json is missing)"),
        (("alphastrike.toml", "alphastrike.toml"), "JOURNAL: observed 2 paths"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_one_line(recorded, arguments, said):
    outcome = recorded("replay", *arguments)

    assert outcome.exit_code == 2
    assert said in outcome.stderr
    assert "Traceback" not in outcome.stderr


PAPER = """
[paper]
interval = "1h"
warm_up_days = 30
most_days = 20
[llm.triggers]
losses = 2
cooldown_hours = 12
"""


def test_a_paper_run_is_replayed_from_its_folder_alone(alphastrike):
    Path("alphastrike.toml").write_text(CONFIG + PAPER)
    ran = alphastrike(
        "paper", "--speed", "max", "--duration", "18d", *SYMBOLS, "--strategy", "ema_cross", "--llm", "rules",
        "--out", "run", "--state", "state", "--json",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.stderr
    shutil.rmtree("state")

    told = alphastrike(
        "replay", "run", "--horizon", "12h", "--branches", "rules", "--jobs", "1", "--estimand", "decision",
        "--json",
    )  # fmt: skip

    assert told.exit_code == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["decisions"] >= 3
    assert (found["unfaithful"], found["judged"] + found["cut_short"]) == (0, found["decisions"])
