"""A model of the registry, put into lines for people or one document for machines."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.models import registry_of
from alphastrike.backtest.formatting import moment
from alphastrike.ml.isotonic import Isotonic
from alphastrike.ml.record import ModelRecord
from alphastrike.ml.registry import Entry

_SHOWN_FEATURES = 10


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model for machines and for people."""

    document: dict[str, Any]
    lines: tuple[str, ...]


def view(entry: Entry) -> ModelView:
    """Everything the record says."""
    return ModelView(_document(entry), _lines(entry))


def listed(config: AlphaStrikeConfig) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Every model of the registry: documents, and an overview."""
    entries = registry_of(config.ml).entries()
    return [_document(entry) for entry in entries], _overview(entries)


def found(config: AlphaStrikeConfig, name: str) -> ModelView:
    """One model by the first characters of its id, or the `active` one."""
    return view(registry_of(config.ml).find(name))


def promoted(config: AlphaStrikeConfig, name: str) -> ModelView:
    """A model that votes from now on; `ConfigError` when its evidence does not allow that."""
    return view(registry_of(config.ml).promote(name))


def rolled_back(config: AlphaStrikeConfig) -> ModelView | None:
    """The model that votes again after the active one was retired, None: there is none."""
    entry = registry_of(config.ml).rollback()
    return None if entry is None else view(entry)


def _document(entry: Entry) -> dict[str, Any]:
    document = {"status": entry.status, "folder": str(entry.folder), **asdict(entry.record)}
    document["gate"] = list(entry.record.evidence.faults())
    known: dict[str, Any] = _without_nan(document)
    return known


def _lines(entry: Entry) -> tuple[str, ...]:
    record, evidence = entry.record, entry.record.evidence
    faults = evidence.faults()
    gain = sorted(zip(record.features, record.gain, strict=True), key=lambda pair: -pair[1])
    shown = ", ".join(f"{name} {part:.0%}" for name, part in gain[:_SHOWN_FEATURES])
    tried = record.origin.get("models_tried", "?")
    return (
        f"model {entry.folder.name} ({entry.status}), in {entry.folder}",
        f"  learnt from      {record.rows:,} rows of {len(record.symbols)} symbols, "
        f"{moment(record.learnt_from_ms)} to {moment(record.learnt_until_ms)} UTC",
        f"  features         {len(record.features)}, by gain: {shown}",
        f"  importance       {_importance(record)}",
        f"  calibration      {_calibration(record)}",
        f"  tried            {tried} different recipes so far, each on record in trials.jsonl",
        f"  out of sample    {evidence.rows:,} rows in {evidence.blocks} blocks of time, "
        f"accuracy {evidence.accuracy:.4f}",
        f"  Brier score      {evidence.brier:.5f}; better than a coin by at least {evidence.skill_lower:.5f} "
        "(90 % bound; allowed above 0)",
        f"  area under curve {evidence.auc:.4f}; at least {evidence.auc_lower:.4f} "
        "(90 % bound; allowed above 0.5)",
        f"  calibration error {evidence.calibration_error:.4f}; stated > happened (rows): "
        + ", ".join(
            f"{part.stated:.3f} > {part.happened:.3f} ({part.count:,})" for part in evidence.reliability
        ),
        "  gate             passed: `alphastrike models promote` lets it vote"
        if not faults
        else "  gate             stays in shadow: " + "; ".join(faults),
    )


def _calibration(record: ModelRecord) -> str:
    found = record.calibration
    if isinstance(found, Isotonic):
        return f"isotonic, {len(found.sizes)} steps up to {max(found.shares, default=0.5):.3f}"
    return f"slope {found.slope:.3f}, intercept {found.intercept:.3f}"


def _importance(record: ModelRecord) -> str:
    found = record.importance
    if found is None:
        return "not known: no fold was tested"
    weak = sum(found.weak())
    order = sorted(zip(found.rise, record.features, strict=True), reverse=True)
    shown = ", ".join(f"{name} {1000 * rise:.2f}" for rise, name in order[:_SHOWN_FEATURES])
    return (
        f"rise of the log loss when shuffled, in thousandths: {shown}; best noise {1000 * found.noise:.2f}, "
        f"{weak} of {len(record.features)} worth no more (`train --without-weak-of {record.model_id[:12]}`)"
    )


def _overview(entries: Iterable[Entry]) -> tuple[str, ...]:
    lines = [
        f"{'model':<13} {'status':<8} {'learnt until':<17} {'rows':>9} {'accuracy':>9} {'brier':>8} "
        f"{'auc':>7}  gate"
    ]
    for entry in entries:
        record, evidence = entry.record, entry.record.evidence
        gate = "shadow: " + str(len(evidence.faults())) + " faults" if evidence.faults() else "passed"
        lines.append(
            f"{entry.folder.name:<13} {entry.status:<8} {moment(record.learnt_until_ms):<17} "
            f"{record.rows:>9,} {evidence.accuracy:>9.4f} {evidence.brier:>8.5f} {evidence.auc:>7.4f}  {gate}"
        )
    return tuple(lines) if len(lines) > 1 else ("no models: `alphastrike train` makes one",)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
