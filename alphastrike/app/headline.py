"""The best single signal against the ensemble on one history, every forecast out of sample.

Signals are pure functions of the past, and a weight at a bar uses only outcomes that had matured
by then, so that every forecast after the first record is out of sample.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.app.abilities import able_signals
from alphastrike.app.assembly import market_stages, round_trip_cost
from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.headline_rows import Headline, Voice, headline_of
from alphastrike.app.inputs import load_inputs
from alphastrike.domain.blocks import CandleHistory, ForecastBlock, Integers, SignalTrace
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import bars_in

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Heard:
    """What the strategy said, as it is needed later; (signals,) symbols, bars."""

    signs: NDArray[np.int8]
    accuracy: NDArray[np.float32]
    samples: NDArray[np.float32]
    forecast: NDArray[np.int8]
    loudest: NDArray[np.int16]
    passed: NDArray[np.bool_]
    probability: NDArray[np.float32]


def run_headline(config: AlphaStrikeConfig, progress: Progress | None = None) -> Headline:
    """Run stages 2 to 6 twice, by the rule of evidence and by the article's, and compare."""
    if config.strategy.file is not None or config.strategy.name != "ensemble":
        raise ConfigError("strategy.name: only the ensemble has signals to compare; allowed: ensemble")
    inputs = load_inputs(config)
    history = inputs.history
    names, spans = _voters(config, history)
    total = 2 * history.open_time_ms.size

    def report(done: int) -> None:
        if progress is not None:
            progress(done, total)

    heard = _listen(config, history, len(names), report)
    article = _listen(_by_article(config), history, len(names), lambda done: report(total // 2 + done))
    least = config.signals.decay.min_effective
    known = np.flatnonzero((heard.samples >= least).any(axis=0))
    if not known.size:
        raise ConfigError(
            f"data: no signal has {least:g} outcomes by the end; allowed: a longer history or more symbols"
        )
    return headline_of(
        history,
        tuple(_voices(heard, article, names, spans, least)),
        int(known[0]),
        (round_trip_cost(config), config.backtest.seed),
        inputs.label,
    )


def _by_article(config: AlphaStrikeConfig) -> AlphaStrikeConfig:
    decay = config.signals.decay.model_copy(update={"rule": "article"})
    return config.model_copy(update={"signals": config.signals.model_copy(update={"decay": decay})})


def _voters(config: AlphaStrikeConfig, history: CandleHistory) -> tuple[tuple[str, ...], Integers]:
    """Names and horizons in bars, in the order in which the ensemble traces them."""
    specs = sorted((signal.spec for signal in able_signals(config, history)), key=lambda spec: spec.name)
    hours = {spec.name: spec.horizon_hours for spec in specs}
    hours["model"] = config.signals.decay.model_horizon_hours
    spans = [bars_in(value, history.interval_ms) for value in hours.values()]
    return tuple(hours), np.array(spans, dtype=np.int64)


def _listen(
    config: AlphaStrikeConfig, history: CandleHistory, voters: int, report: Callable[[int], None]
) -> _Heard:
    symbols, bars = history.close.shape
    heard = _Heard(
        signs=np.zeros((voters, symbols, bars), dtype=np.int8),
        accuracy=np.full((voters, bars), np.nan, dtype=np.float32),
        samples=np.zeros((voters, bars), dtype=np.float32),
        forecast=np.zeros((symbols, bars), dtype=np.int8),
        loudest=np.zeros((symbols, bars), dtype=np.int16),
        passed=np.zeros((symbols, bars), dtype=np.bool_),
        probability=np.full((symbols, bars), np.nan, dtype=np.float32),
    )
    stages = market_stages(config, history)
    for start in range(0, bars, BLOCK_BARS):
        stop = min(start + BLOCK_BARS, bars)
        said = stages.advance(history.block(start, stop)).forecast
        if said.trace is not None:
            _note(heard, slice(start, stop), said, said.trace, config.signals.decay.min_vote)
        report(stop)
    return heard


def _note(heard: _Heard, where: slice, said: ForecastBlock, trace: SignalTrace, least: float) -> None:
    votes = np.nan_to_num(trace.values)
    signs = np.sign(votes) * (np.abs(votes) >= least)
    heard.signs[:, :, where] = signs
    heard.accuracy[:, where] = trace.accuracy
    heard.samples[:, where] = trace.samples
    heard.forecast[:, where] = np.sign(np.nan_to_num(said.forecast))
    heard.loudest[:, where] = np.argmax(trace.weight[:, None] * np.abs(signs), axis=0)
    heard.passed[:, where] = said.halts.code == 0
    heard.probability[:, where] = trace.probability_up


def _voices(
    heard: _Heard, article: _Heard, names: tuple[str, ...], spans: Integers, least: float
) -> list[Voice]:
    """Everyone who is compared: single signals and ways of joining them."""
    # Coin flips are added as the tracker adds them, so that a short lucky record does not lead.
    record = np.where(
        heard.samples >= least, (heard.accuracy * heard.samples + 300) / (heard.samples + 600), 0
    )
    best = np.argmax(record, axis=0)
    followed = np.take_along_axis(heard.signs, best[None, None, :], axis=0)[0]
    followed[:, record.max(axis=0) <= 0.0] = 0
    equal = np.sign(heard.signs.astype(np.int64).sum(axis=0)).astype(np.int8)
    common = np.int64(np.median(spans))
    passed = np.where(heard.passed, heard.forecast, 0).astype(np.int8)
    singles = [
        Voice(name, heard.signs[row], np.array(spans[row]), is_single=True) for row, name in enumerate(names)
    ]
    return [
        *singles,
        Voice("best single signal so far", followed, spans[best]),
        Voice("all signals, equal weights", equal, np.array(common)),
        Voice("ensemble, the article's rule", article.forecast, spans[article.loudest]),
        Voice("ensemble", heard.forecast, spans[heard.loudest], probability=heard.probability),
        Voice("ensemble, what passed its gates", passed, spans[heard.loudest], probability=heard.probability),
    ]
