"""The alternatives to what was done at a review."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.outcomes import GRID, PLACEBO, Branch
from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED, RULES
from alphastrike.domain.interventions import ProposedCall, Tool
from alphastrike.llm.advisors.random_palette import RandomPalette
from alphastrike.llm.advisors.rules import rule_calls
from alphastrike.llm.palette import MODELS, argument_schema
from alphastrike.llm.report import PerformanceReport

KINDS = (RECORDED, NO_ACTION, RULES, PLACEBO, GRID)
# Neither changes what stage 7 may do.
_HARMLESS = (Tool.SEND_ALERT, Tool.NO_ACTION)
_WHY = "counterfactual"


def branches_of(review: dict[str, Any], kinds: tuple[str, ...], config: ReplayConfig) -> tuple[Branch, ...]:
    """Every branch of a recorded review, its own first and no action second: the two all else needs."""
    report = PerformanceReport.model_validate_json(review["report"])
    made = {
        RECORDED: (Branch(RECORDED, RECORDED, RECORDED, _plain(recorded_calls(review))),),
        NO_ACTION: (Branch(NO_ACTION, NO_ACTION, NO_ACTION, _no_action()),),
        RULES: (Branch(RULES, RULES, RULES, _plain(rule_calls(report))),),
        PLACEBO: tuple(_placebos(review["report"], config)),
        GRID: tuple(_grid(report)),
    }
    return tuple(one for kind in KINDS if kind in {RECORDED, NO_ACTION, *kinds} for one in made[kind])


def calls_of(branch: Branch) -> tuple[ProposedCall, ...]:
    """A branch's calls as an advisor proposes them."""
    return tuple(ProposedCall(tool, arguments) for tool, arguments in branch.calls)


def recorded_calls(review: dict[str, Any]) -> tuple[ProposedCall, ...]:
    """What was answered to a review in the run."""
    return tuple(ProposedCall(one["tool"], one["arguments"]) for one in json.loads(review["calls"]))


def _no_action() -> tuple[tuple[Any, Any], ...]:
    return ((Tool.NO_ACTION.value, {"reason": _WHY}),)


def _plain(calls: tuple[ProposedCall, ...]) -> tuple[tuple[Any, Any], ...]:
    return tuple((call.tool, call.arguments) for call in calls)


def _placebos(report: str, config: ReplayConfig) -> Iterator[Branch]:
    """Draws keyed by the report and a number, never by the order of asking: every run draws the same."""
    for number in range(config.placebos):
        call = RandomPalette(config.seed + number, 0).call_for(report)
        yield Branch(f"{PLACEBO}:{number}", PLACEBO, PLACEBO, ((call.tool, call.arguments),))


def _grid(report: PerformanceReport) -> Iterator[Branch]:
    """Every tool that can change something, at every value, on the symbols that are in trouble.

    Where only the whole account is, every symbol of the report may be the one to act on.
    """
    known = [part.symbol for part in report.symbols]
    fired = sorted({one.scope for one in report.fired} & set(known))
    for tool in MODELS:
        if tool in _HARMLESS:
            continue
        properties = argument_schema(tool, fired or sorted(known))["properties"]
        options = {name: field["enum"] for name, field in properties.items() if "enum" in field}
        for values in itertools.product(*options.values()):
            arguments = dict(zip(options, values, strict=True))
            place = str(arguments.get("symbol", ""))
            value = ":".join(f"{value:g}" for name, value in arguments.items() if name != "symbol")
            group = f"{tool.value} {value}".rstrip()
            call = (tool.value, {**arguments, "reason": _WHY})
            yield Branch(f"{tool.value}:{place}:{value}", GRID, group, (call,))
