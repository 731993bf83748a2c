"""Any bar of a run taken apart: computed again from the run's own configuration and data."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.app.abilities import enabled_names
from alphastrike.app.assembly import market_stages
from alphastrike.app.backtest import data_digest
from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_loading import load_config
from alphastrike.app.discovery import chosen
from alphastrike.app.inputs import load_inputs
from alphastrike.backtest.explained import ExplainedDecision, explained_cell
from alphastrike.backtest.formatting import UNKNOWN
from alphastrike.domain.blocks import CandleHistory, FeatureBlock, Floats, PredictionBlock
from alphastrike.domain.errors import AlphaStrikeError

_WITHHELD, _MISSING, _OK = "withheld", "missing", "ok"


@dataclass(frozen=True, slots=True)
class BarDetail:
    """`note` says why a bar could not be taken apart, empty when it could.

    `standing` of each feature: ok, withheld by the validator, or missing at its source; `raw` is
    its value before the validator. `reasons` says of each abstaining signal what it lacks.
    """

    note: str
    decision: ExplainedDecision | None = None
    raw: tuple[float | None, ...] = ()
    standing: tuple[str, ...] = ()
    reasons: dict[str, str] | None = None
    model_probability: float | None = None
    model_votes: bool = False


class _Tap:
    """Stands before a stage and keeps the last block that went in and what came out."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self.seen: Any = None
        self.said: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stage, name)

    def advance(self, block: Any) -> Any:
        self.seen = block
        self.said = self._stage.advance(block)
        return self.said


def bar_detail(run_folder: Path, decided_ms: int, symbol: str) -> BarDetail:
    """The bar that closed at `decided_ms`, for one symbol of a finished run."""
    try:
        config = load_config(run_folder / "config.toml", {}).config
        inputs = load_inputs(config)
    except AlphaStrikeError as error:
        return BarDetail(f"not computed again: {str(error).splitlines()[0]}")
    recorded = json.loads((run_folder / "summary.json").read_text(encoding="utf-8")).get("data_hash")
    if recorded != data_digest(inputs):
        return BarDetail("not computed again: the data are not those the run read")
    history = inputs.history
    bar = int(np.searchsorted(history.open_time_ms, decided_ms + 1 - history.interval_ms))
    if bar >= history.open_time_ms.size or symbol not in history.symbols:
        return BarDetail("not computed again: the run's data do not hold this bar")
    return _detail(config, history, history.symbols.index(symbol), bar)


def _detail(config: AlphaStrikeConfig, history: CandleHistory, row: int, bar: int) -> BarDetail:
    stages = market_stages(config, history)
    validator, model = _Tap(stages.validator), _Tap(stages.model)
    stages = replace(stages, validator=validator, model=model)
    decisions: Any = None
    start = 0
    for start in range(0, bar + 1, BLOCK_BARS):
        decisions = stages.advance(history.block(start, min(start + BLOCK_BARS, bar + 1)))
    at = bar - start
    raw: FeatureBlock = validator.seen
    valid: FeatureBlock = validator.said
    said: PredictionBlock = model.said
    spoken = said.probability_up if said.shadow is None else said.shadow
    standing = tuple(
        _standing(raw.values[feature, row, at], valid.values[feature, row, at])
        for feature in range(len(raw.names))
    )
    decision = explained_cell(decisions, row, at)
    return BarDetail(
        note="",
        decision=decision,
        raw=tuple(_known(value) for value in raw.values[:, row, at]),
        standing=standing,
        reasons=_reasons(config, decision, dict(zip(raw.names, standing, strict=True))),
        model_probability=_known(spoken[row, at]),
        model_votes=said.shadow is None and bool(np.isfinite(said.probability_up[row, at])),
    )


def detail_document(detail: BarDetail) -> dict[str, Any]:
    """The detail for machines."""
    return asdict(detail)


def detail_lines(detail: BarDetail) -> tuple[str, ...]:
    """The detail for people."""
    decision = detail.decision
    if decision is None:
        return ("", detail.note)
    heard = "votes" if detail.model_votes else "not heard"
    lines = [
        "",
        f"  probability up   {_shown(decision.probability_up):>14}",
        f"  model            {_shown(detail.model_probability):>14}  "
        + (heard if detail.model_probability is not None else "no prediction"),
        "",
        f"  {'feature':<28} {'value':>12}  standing",
    ]
    lines += [
        f"  {name:<28} {_shown(value):>12}  {standing}"
        for (name, _), value, standing in zip(decision.features, detail.raw, detail.standing, strict=True)
    ]
    silent = [
        (vote.signal, (detail.reasons or {})[vote.signal]) for vote in decision.votes if vote.value is None
    ]
    if silent:
        lines += ["", "  abstaining"]
        lines += [f"  {name:<28} {reason}" for name, reason in silent]
    return tuple(lines)


def _reasons(
    config: AlphaStrikeConfig, decision: ExplainedDecision, standing: dict[str, str]
) -> dict[str, str]:
    """Why each silent signal is silent: what it reads and does not have."""
    read = {
        name: plugin.spec.features
        for name, plugin in chosen("signals", enabled_names(config), "signals.enabled").items()
    }
    reasons = {}
    for vote in decision.votes:
        if vote.value is not None:
            continue
        lacking = [
            f"{name} is {standing[name]}"
            for name in read.get(vote.signal, ())
            if standing.get(name, _OK) != _OK
        ]
        other = "no model votes here" if vote.signal not in read else "its rule has nothing to say here"
        reasons[vote.signal] = ", ".join(lacking) or other
    return reasons


def _standing(raw: Floats, valid: Floats) -> str:
    if np.isfinite(valid):
        return _OK
    return _WITHHELD if np.isfinite(raw) else _MISSING


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _shown(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.6g}"
