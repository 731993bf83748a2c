"""One losing stretch stays together, of equals the best is kept, and labels say no more than they know."""

import json

import pytest

from alphastrike.traces.export.episodes import Episodes
from alphastrike.traces.export.splits import SplitBy, splitter
from alphastrike.traces.export.trace import Key
from alphastrike.traces.store import TraceStore
from tests.conversations import DAY_MS, START_MS, a_conversation, a_label, a_report, written
from tests.exporting import exported, records

HOUR_MS = 3_600_000
NOTHING = {"tool": "no_action", "arguments": {"reason": "no tool helps"}}
SHARES = (0.8, 0.1, 0.1)


def _keys(*times_ms, episodes=()):
    names = (*episodes, *[None] * (len(times_ms) - len(episodes)))
    places = enumerate(zip(times_ms, names, strict=True))
    return [Key(f"t{number:06d}", 1, 0, at_ms, name) for number, (at_ms, name) in places]


def test_decisions_closer_than_the_horizon_are_one_episode():
    keys = _keys(0, 5, 14, 24, 100, 109)

    episodes = Episodes(keys, 10)

    assert [episodes.name_of(key) for key in keys] == ["0", "0", "0", "24", "100", "100"]
    assert episodes.count() == 3


def test_stretches_that_a_replay_calls_one_are_one():
    keys = _keys(0, 50, 100, 150, episodes=("a", "b", "a", "b"))

    episodes = Episodes(keys, 10)

    assert [episodes.name_of(key) for key in keys] == ["0", "50", "0", "50"]


def test_no_episode_is_in_two_splits_and_shares_are_about_right():
    times = [stretch * 10 * DAY_MS + step * HOUR_MS for stretch in range(2_000) for step in range(3)]
    keys = _keys(*times)

    split = splitter(SplitBy.EPISODE, SHARES, keys, DAY_MS)
    parts = [split(key) for key in keys]

    assert all(len(set(parts[at : at + 3])) == 1 for at in range(0, len(parts), 3))
    assert parts.count("train") / len(parts) == pytest.approx(0.8, abs=0.04)
    assert parts.count("val") / len(parts) == pytest.approx(0.1, abs=0.03)


def test_a_split_stays_when_the_store_grows():
    keys = _keys(*(stretch * 10 * DAY_MS for stretch in range(200)))

    before = splitter(SplitBy.EPISODE, SHARES, keys[:100], DAY_MS)
    after = splitter(SplitBy.EPISODE, SHARES, keys, DAY_MS)

    assert [before(key) for key in keys[:100]] == [after(key) for key in keys[:100]]


def test_by_time_nothing_reaches_from_one_split_into_the_next():
    keys = _keys(*(step * HOUR_MS for step in range(1_000)))

    split = splitter(SplitBy.TIME, SHARES, keys, DAY_MS)
    parts = [split(key) for key in keys]

    ends = {name: max(at for at, part in enumerate(parts) if part == name) for name in ("train", "val")}
    starts = {name: parts.index(name) for name in ("val", "test")}
    assert starts["val"] - ends["train"] >= 24
    assert starts["test"] - ends["val"] >= 24
    assert parts.count(None) == 46  # a day less an hour before each of two boundaries
    assert [part for part in dict.fromkeys(parts) if part] == ["train", "val", "test"]


def _lines(path):
    return path.read_text().splitlines()


def _moment(stretch, run):
    return START_MS + stretch * 5 * DAY_MS + run * HOUR_MS


def test_near_duplicates_of_one_stretch_from_several_runs_share_a_split(place, fill, tmp_path):
    fill(
        *(
            a_conversation(stretch, trace_id=f"run{run}-r{stretch:06d}", at_ms=_moment(stretch, run))
            for stretch in range(40)
            for run in range(3)
        )
    )

    exported(place, tmp_path / "out", dedupe_by="none")
    found = {
        name: {json.loads(line)["provenance"]["episode"] for line in _lines(tmp_path / "out" / name)}
        for name in ("train.jsonl", "val.jsonl", "test.jsonl")
    }

    assert sum(len(names) for names in found.values()) == 40
    assert len(set().union(*found.values())) == 40


def test_a_narrower_filter_moves_nothing_to_another_split(place, fill, tmp_path):
    fill(*(a_conversation(number, model="a" if number % 2 else "b") for number in range(30)))

    exported(place, tmp_path / "all")
    exported(place, tmp_path / "some", filters=("model=a",))

    for name in ("train.jsonl", "val.jsonl", "test.jsonl"):
        lines = set((tmp_path / "all" / name).read_text().splitlines())
        assert set((tmp_path / "some" / name).read_text().splitlines()) <= lines


KEPT = {"both": [1, 3, 4], "prompt": [1, 4], "outcome": [1, 3], "none": [0, 1, 2, 3, 4]}


@pytest.mark.parametrize(("by", "expected"), KEPT.items())
def test_of_equals_the_best_is_kept(by, expected, place, fill, tmp_path):
    same, bad, good = a_report(1), json.dumps(a_label(-0.01)), json.dumps(a_label(0.03))
    other = {"tool": "disable_shorts", "arguments": {"symbol": "SOLUSDT", "reason": "x"}}
    reworded = {"tool": "adjust_leverage", "arguments": {"new_leverage": 2, "reason": "other words"}}
    fill(
        a_conversation(0, report=same, at_ms=START_MS, outcome=bad),
        a_conversation(1, report=same, at_ms=START_MS + 1, calls=(reworded,), outcome=good),
        a_conversation(2, report=same, at_ms=START_MS + 2),
        a_conversation(3, report=same, at_ms=START_MS + 3, calls=(other,)),
        a_conversation(4, report=a_report(2), at_ms=START_MS + 4),
    )

    found = records(place, tmp_path / "out", dedupe_by=by)

    assert [int(record["id"][5:11]) for record in found] == expected


def test_several_stores_make_one_corpus(tmp_path):
    from alphastrike.app.trace_export import Wish, merge_traces
    from alphastrike.traces.config import TracesConfig

    for name, numbers in (("a", range(4)), ("b", range(2, 7))):
        store = TraceStore.opened(tmp_path / f"{name}.db")
        written(store, *(a_conversation(number) for number in numbers))
        store.close()
    places = [str(tmp_path / "a.db"), str(tmp_path / "b.db")]

    done = merge_traces(places, TracesConfig(), Wish(split="1/0/0"), tmp_path / "out", lambda *_: None)
    again = merge_traces(
        places[::-1], TracesConfig(), Wish(split="1/0/0"), tmp_path / "again", lambda *_: None
    )

    assert done["counts"]["traces"] == 9
    assert done["counts"]["duplicates"] == 2
    assert done["counts"]["records"] == 7
    assert done["files"] == again["files"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [one["traces"] for one in manifest["stores"]] == [4, 5]
    assert [one["records"] for one in manifest["stores"]] == [4, 3]


LABELS = {
    "better than chance": (a_label(0.02), "recorded"),
    "worse than chance": (a_label(-0.02), "no_action"),
    "within the placebos' spread": (a_label(0.004), None),
    "no spread known": (a_label(0.02, spread=None), None),
    "one horizon": (a_label(0.02, horizons=(DAY_MS,)), None),
    "one cost": (a_label(0.02, costs=(1.0,)), None),
    "four seeds of five": (a_label(0.02, seeds=(1, 1, 1, 1, -0.1)), "recorded"),
    "three seeds of five": (a_label(0.02, seeds=(1, 1, 1, -0.1, -0.1)), None),
    "not the recorded run": (a_label(0.02, is_faithful=False), None),
    "exactly the spread": (a_label(0.005), None),
    "no label": (None, None),
    "no spread at all": (a_label(0.01, spread=0.0), "recorded"),
    "a hair, and no spread at all": (a_label(0.0004, spread=0.0), None),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_pair_is_made_only_where_the_margin_holds(name, place, fill, tmp_path):
    label, chosen = LABELS[name]
    fill(a_conversation(outcome=None if label is None else json.dumps(label)))

    pairs = records(place, tmp_path / "a", format="preference")
    judged = records(place, tmp_path / "b", format="kto")

    assert [pair["evidence"]["chosen"] for pair in pairs] == ([chosen] if chosen else [])
    assert [one["label"] for one in judged] == ([chosen == "recorded"] if chosen else [])


def test_a_margin_that_turns_at_another_horizon_or_cost_makes_no_pair(place, fill, tmp_path):
    turned = []
    for wrong in ({"horizon_ms": 3 * DAY_MS}, {"costs": 2.0}):
        label = a_label(0.02)
        for case in label["cases"]:
            if wrong.items() <= case.items():
                case["results"]["recorded"]["utility"] = -0.02
        turned.append(label)
    fill(*(a_conversation(number, outcome=json.dumps(label)) for number, label in enumerate(turned)))

    assert records(place, tmp_path / "a", format="preference") == []
    assert records(place, tmp_path / "b", format="kto") == []


def test_a_pair_sets_what_was_said_against_nothing_and_never_the_best_of_a_grid(place, fill, tmp_path):
    fill(
        a_conversation(0, outcome=json.dumps(a_label(0.02))),
        a_conversation(1, outcome=json.dumps(a_label(-0.02))),
    )

    won, lost = records(place, tmp_path / "out", format="preference")

    function = won["chosen"][0]["tool_calls"][0]["function"]
    assert function == {"name": "adjust_leverage", "arguments": {"new_leverage": 2, "reason": "drawdown"}}
    assert won["rejected"] == lost["chosen"]
    assert won["rejected"][0]["tool_calls"][0]["function"] == {
        "name": "no_action",
        "arguments": NOTHING["arguments"],
    }
    assert lost["rejected"] == won["chosen"]
    assert won["evidence"]["margin"] == pytest.approx(0.02)
    assert won["evidence"]["placebo_spread"] == 0.005


def test_two_answers_that_differ_in_their_reasons_are_no_pair(place, fill, tmp_path):
    label = a_label(0.02)
    label["branches"]["no_action"] = [
        {"tool": "adjust_leverage", "arguments": {"new_leverage": 2, "reason": "y"}}
    ]
    fill(a_conversation(outcome=json.dumps(label)))

    assert records(place, tmp_path / "out", format="preference") == []
