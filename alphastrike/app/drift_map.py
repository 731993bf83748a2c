"""A data set held against a model's reference profile: what the validator would have said, day by day."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available, chosen
from alphastrike.app.inputs import load_inputs
from alphastrike.app.models import registry_of
from alphastrike.backtest.formatting import moment
from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.outcomes import Code
from alphastrike.features.feature_set import FeatureSet
from alphastrike.gateway.candle_gateway import CandleGateway
from alphastrike.ml.loading import check_schema, load_reference
from alphastrike.ml.registry import Entry
from alphastrike.validation.health import FeatureHealth, Level
from alphastrike.validation.profiles import profiles_from
from alphastrike.validation.stage import ValidationStage

_ORDER = (Level.UNKNOWN, Level.OK, Level.WARN, Level.QUARANTINE)
_MARKS = "?.+#"
_MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class DriftMap:
    """Levels by feature and column of time, the worst of its days and symbols.

    `level` (features, columns) indexes unknown, ok, warn, quarantine. `ratio` (features, columns) is
    the largest alarm over its limit. `halts` counts cells by code; `halted_now` are the symbols
    whose last judged bar the validator halts.
    """

    model: str
    symbols: tuple[str, ...]
    features: tuple[str, ...]
    start_ms: tuple[int, ...]
    level: Any
    ratio: Floats
    halts: dict[str, int]
    judged: int
    halted_now: tuple[str, ...]


def drift_map(config: AlphaStrikeConfig, reference: str) -> DriftMap:
    """Walk through the configured candles a day at a time, judged by the model's profile."""
    entry = registry_of(config.ml).find(reference)
    history = load_inputs(config).history
    features, stage = _pinned(config, entry, history)
    gateway = CandleGateway(history.symbols, history.interval_ms, features.lookback_bars, config.gateway)
    bars = history.open_time_ms.size
    day = max(1, DAY_MS // history.interval_ms)
    days = -(-bars // day)
    columns = min(_MOST_COLUMNS, days)
    level = np.zeros((len(entry.record.features), columns), dtype=np.int64)
    ratio = np.zeros(level.shape)
    codes: list[Any] = []
    for number, start in enumerate(range(0, bars, day)):
        block = history.block(start, min(start + day, bars))
        codes.append(stage.advance(features.advance(gateway.advance(block))).halts.code)
        column = number * columns // days
        for health in stage.health():
            row = entry.record.features.index(health.feature)
            level[row, column] = max(level[row, column], _ORDER.index(health.level))
            ratio[row, column] = max(ratio[row, column], _ratio(health))
    code = np.concatenate(codes, axis=1)
    counted = {Code(int(value)).label: int((code == value).sum()) for value in np.unique(code) if value}
    return DriftMap(
        model=entry.folder.name,
        symbols=history.symbols,
        features=entry.record.features,
        start_ms=tuple(
            int(history.open_time_ms[min(-(-column * days // columns) * day, bars - 1)])
            for column in range(columns)
        ),
        level=level,
        ratio=ratio,
        halts=counted,
        judged=int((code == 0).sum() + (code // 100 == 4).sum()),
        halted_now=tuple(
            symbol for symbol, last in zip(history.symbols, code[:, -1], strict=True) if last // 100 == 4
        ),
    )


def map_document(found: DriftMap) -> dict[str, Any]:
    """The map for machines."""
    names = [level.value for level in _ORDER]
    return {
        "model": found.model,
        "symbols": list(found.symbols),
        "start_ms": list(found.start_ms),
        "features": {
            feature: {
                "level": [names[index] for index in found.level[row]],
                "alarm": [round(float(value), 4) for value in found.ratio[row]],
            }
            for row, feature in enumerate(found.features)
        },
        "halts": found.halts,
        "judged": found.judged,
        "halted_now": list(found.halted_now),
    }


def map_lines(found: DriftMap) -> tuple[str, ...]:
    """The map for people: a row a feature, a column a stretch of time."""
    width = max(len(name) for name in found.features)
    rows = [
        f"  {feature:<{width}}  {''.join(_MARKS[index] for index in found.level[row])}  "
        f"{found.ratio[row].max():6.2f}"
        for row, feature in enumerate(found.features)
    ]
    halted = ", ".join(f"{code} {count:,}" for code, count in found.halts.items()) or "none"
    return (
        f"{len(found.symbols)} symbols against the reference of model {found.model}, worst of symbols and "
        "days",
        f"{moment(found.start_ms[0])} to {moment(found.start_ms[-1])} UTC, {len(found.start_ms)} columns; "
        "? no reference yet  . ok  + warn  # quarantine; last: largest alarm over its limit",
        "",
        *rows,
        "",
        f"halted cells of {found.judged:,} judged: {halted}",
        f"halted now: {', '.join(found.halted_now) or 'none'}",
    )


def map_page(found: DriftMap) -> str:
    """The map as one self-contained HTML page."""
    import plotly.graph_objects as go  # noqa: PLC0415 - slow to import, needed only for a page

    figure = go.Figure(
        go.Heatmap(
            z=np.minimum(found.ratio, 2.0),
            x=[moment(start) for start in found.start_ms],
            y=list(found.features),
            colorscale=[[0.0, "#f4f7f5"], [0.5, "#f2c14e"], [1.0, "#b3261e"]],
            zmin=0.0,
            zmax=2.0,
            customdata=[[_ORDER[index].value for index in row] for row in found.level],
            hovertemplate="%{y}<br>%{x}<br>alarm over limit %{z:.2f}<br>%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(title=f"Drift against the reference of model {found.model}", template="plotly_white")
    page: str = figure.to_html(include_plotlyjs=True, full_html=True)
    return page


def _pinned(
    config: AlphaStrikeConfig, entry: Entry, history: CandleHistory
) -> tuple[FeatureSet, ValidationStage]:
    record = entry.record
    check_schema(record, {name: load().spec for name, load in available("features").items()})
    profiles = profiles_from(load_reference(entry), record.features, record.symbols)
    plugins = tuple(chosen("features", record.features, "features").values())
    features = FeatureSet(plugins, history.symbols, history.interval_ms, ())
    stage = ValidationStage(features.specs, (), history.symbols, history.interval_ms, config.validation)
    stage.pin(profiles)
    return features, stage


def _ratio(health: FeatureHealth) -> float:
    return max(health.window_alarm, health.cusum_alarm, health.agreement_alarm)
