"""A replay's document as tables, the same on the terminal and on the page."""

from collections.abc import Sequence
from typing import Any

from alphastrike.backtest.formatting import UNKNOWN, moment, number, percent, span
from alphastrike.backtest.tables import Table

Row = dict[str, Any]
_MEANING = {
    "decision": "this decision alone: nobody is asked again within the horizon",
    "policy": "the breaker as a policy: it goes on in the manner of the branch",
}
_MAIN = ("recorded", "no_action", "rules", "placebo")
_BEST_SHOWN = 8


def replay_tables(document: Row) -> tuple[Table, ...]:
    """Every table in reading order; one decision's branches where there is only one."""
    compared = [_comparison(name, found, document) for name, found in document["comparisons"].items()]
    single = [_branches(document["interventions"][0])] if len(document["interventions"]) == 1 else []
    return (_overview(document), *single, *compared, *_scorecard(document["scorecard"]), _caveats(document))


def _overview(document: Row) -> Table:
    rows = [
        ("Runs", ", ".join(document["runs"])),
        ("Horizon", span(document["horizon_ms"])),
        ("Reviews replayed", number(document["decisions"])),
        ("  control is the recorded run", number(document["decisions"] - document["unfaithful"])),
        ("  horizon within the data", number(document["decisions"] - document["cut_short"])),
        ("  judged: both", number(document["judged"])),
        ("Branches run", number(document["replays"])),
    ]
    wrong = [one for one in document["interventions"] if one["unfaithful"]]
    rows += [(f"  {one['review_id']} is not the run", one["unfaithful"]) for one in wrong[:5]]
    warned = tuple(index for index, row in enumerate(rows) if row[0].endswith("not the run"))
    return Table("Counterfactual replay", ("", ""), tuple(rows), text_columns=2, warnings=warned)


def _comparison(name: str, found: Row, document: Row) -> Table:
    main = [group for group in found["groups"] if group["group"] in _MAIN]
    others = [group for group in found["groups"] if group["group"] not in _MAIN]
    best = sorted(others, key=lambda group: -group["gain"]["mean"])[:_BEST_SHOWN]
    least, held = document["settings"]["least_episodes"], percent(document["settings"]["confidence"], 0)
    note = (
        f"{_MEANING[name]}. {found['episodes']} episodes; fewer than {least} are insufficient. Gain: change "
        f"of equity less that of no_action, with its {held} interval over episodes; q is adjusted for all "
        "answers compared."
    )
    chance = found["best_is_chance"]
    if chance is not None:
        note += f" If no answer beat no_action, the best would look so good with p = {chance:.3f}."
    if len(others) > _BEST_SHOWN:
        note += f" Of {len(others)} grid answers the {_BEST_SHOWN} with the highest mean are shown."
    columns = (
        "Answer", "Verdict", "Change", "Gain", "Interval", "q", "Better", "Regret", "Worst 5%", "Drawdown",
        "Worst", "Liq.", "Turnover", "Triggered",
    )  # fmt: skip
    rows = tuple(_group_row(group) for group in (*main, *best))
    return Table(f"Answers compared: {name}", columns, rows, note=note, text_columns=2)


def _group_row(group: Row) -> tuple[str, ...]:
    gain = group["gain"]
    return (
        group["group"],
        group["verdict"],
        percent(group["equity_change"]),
        percent(gain["mean"]),
        _interval(gain),
        UNKNOWN if gain["q"] is None else f"{gain['q']:.3f}",
        percent(group["better_share"], 0),
        percent(group["regret"]),
        percent(group["shortfall"]),
        percent(group["max_drawdown"]),
        percent(group["worst_drawdown"]),
        number(group["liquidations"]),
        number(group["turnover"]),
        percent(group["triggered"], 0),
    )


def _interval(estimate: Row | None, digits: int = 2) -> str:
    if estimate is None or estimate["low"] is None:
        return UNKNOWN
    return f"{percent(estimate['low'], digits)} to {percent(estimate['high'], digits)}"


def _branches(one: Row) -> Table:
    estimand = next(iter(one["estimands"]))
    ranked = sorted(one["branches"], key=lambda branch: -branch["results"][estimand]["equity_change"])
    rows = tuple(
        (
            branch["branch"],
            ", ".join(branch["verdicts"]) or UNKNOWN,
            percent(result["equity_change"]),
            percent(result["gain"]),
            percent(result["max_drawdown"]),
            number(result["liquidations"]),
            number(result["turnover"]),
            percent(result["triggered"], 0),
        )
        for branch in ranked
        for result in [branch["results"][estimand]]
    )
    title = f"{one['review_id']} at {moment(one['ts_ms'])} UTC, {one['triggers']}: branches, {estimand}"
    columns = ("Branch", "Guard", "Change", "Gain", "Drawdown", "Liq.", "Turnover", "Triggered")
    warned = tuple(index for index, row in enumerate(rows) if row[0] == "recorded")
    return Table(title, columns, rows, text_columns=2, warnings=warned)


def _scorecard(scores: Sequence[Row]) -> tuple[Table, ...]:
    columns = ("", *(_who(score) for score in scores))
    rows = [(label, *(show(score) for score in scores)) for label, show in _LINES]
    note = (
        "An answer that is valid is not yet one that is right. A false alarm: doing nothing would have lost "
        "nothing."
    )
    return (Table("Breaker scorecard", columns, tuple(rows), note=note),)


def _who(score: Row) -> str:
    parts = (
        score["asked"],
        score["model"],
        score["digest"][:12],
        score["prompt"] and f"prompt {score['prompt']}",
    )
    return " ".join(part for part in parts if part)


_LINES: tuple[tuple[str, Any], ...] = (
    ("Reviews", lambda score: number(score["reviews"])),
    ("  changed something", lambda score: number(score["intervened"])),
    ("  answered by the rule table instead", lambda score: number(score["fell_back"])),
    ("  parse failures", lambda score: number(score["unreadable"])),
    ("Calls", lambda score: number(score["calls"])),
    ("  clamped", lambda score: number(score["clamped"])),
    ("  no-ops", lambda score: number(score["no_ops"])),
    ("  refused", lambda score: number(score["refused"])),
    ("Latency, median ms", lambda score: number(score["latency_median_ms"], 0)),
    ("Latency, 95th percentile ms", lambda score: number(score["latency_p95_ms"], 0)),
    ("Reviews judged", lambda score: number(score["judged"])),
    ("Episodes", lambda score: number(score["episodes"])),
    ("False alarms", lambda score: number(score["false_alarms"])),
    ("Gain over no_action", lambda score: percent(score["gain"] and score["gain"]["mean"])),
    ("  interval", lambda score: _interval(score["gain"])),
    ("  verdict", lambda score: score["verdict"]),
    (
        "Better than no_action",
        lambda score: percent(score["better_share"] and score["better_share"]["mean"], 0),
    ),
    ("  interval", lambda score: _interval(score["better_share"], 0)),
    ("Regret to the best branch", lambda score: percent(score["regret"])),
    ("  of no_action", lambda score: percent(score["regret_of_no_action"])),
)


def _caveats(document: Row) -> Table:
    rows = []
    for line in document["caveats"]:
        topic, _, text = line.partition(": ")
        rows.append((topic, text))
    return Table("Before believing it", ("", ""), tuple(rows), text_columns=2)
