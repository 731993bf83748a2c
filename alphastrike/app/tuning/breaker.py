"""`alphastrike tune breaker`: settings searched on the past of each fold and judged on what came after it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from alphastrike.adapters.simulated.instruments import instruments_of
from alphastrike.app.assembly import market_stages, with_series_of
from alphastrike.app.compiled_run import Stretch
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.listed import Listed
from alphastrike.app.replay.run import without_history
from alphastrike.app.replay.source import Source
from alphastrike.app.replay.windows import Span, windows
from alphastrike.app.seeding import load_seeded
from alphastrike.app.tuning.answers import AskedAnswers
from alphastrike.app.tuning.space import Choice, Space, Value
from alphastrike.app.tuning.trials import Trials
from alphastrike.backtest.replay.folder import RecordedPath
from alphastrike.domain.errors import ConfigError
from alphastrike.engine.pipeline import MarketStages
from alphastrike.llm.prompt import ROLES, prompt_of

Progress = Callable[[int, int], None]
_LEAST_BARS = 200  # in a fold
_RULES = "rules"
_PROMPTLESS = ("recorded", "random")  # they answer, but not what they are asked


@dataclass(frozen=True, slots=True)
class FoldResult:
    """One fold: the choice that was best before it, and what that and the configured one were worth in it.

    Values are differences of utility to no breaker. `searched` is the choice's value where it was found,
    which is never evidence.
    """

    start_ms: int
    end_ms: int
    choice: dict[str, Value]
    searched: float
    chosen: float
    configured: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """All folds, and the choice that is best over the whole history, for a future nobody has seen.

    `questions` is how many a model was asked, 0 for the rule table, and `unanswered` for how many of them
    the table stood in.
    """

    advisor: str
    folds: tuple[FoldResult, ...]
    configured: dict[str, Value]
    choice: dict[str, Value]
    better_folds: int
    mean_gain: float  # of the chosen over the configured, out of sample
    questions: int = 0
    unanswered: int = 0

    @property
    def is_supported(self) -> bool:
        """Whether out of sample the search was worth its while: in the mean, and in most folds."""
        return self.mean_gain > 0.0 and self.better_folds > len(self.folds) / 2

    def to_plain(self) -> dict[str, Any]:
        """As a JSON document."""
        return {**asdict(self), "is_supported": self.is_supported}


def tune_breaker(
    config: AlphaStrikeConfig,
    *,
    folds: int,
    trials: int,
    prompts: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Tuned:
    """Search with `trials` draws a fold; `ConfigError` when the history is too short for the folds.

    Where `backtest.llm` names a model, `prompts` are searched too: none given means all that come along.
    """
    answers, space = _asked(config, prompts)
    source = _source(config)
    stretches = _stretches(source, folds)
    tries = Trials(source.config, without_history(source.listed), stretches, space, answers)
    asked = space.configured(config)
    total, found = folds + 1, []
    for fold in range(1, folds + 1):
        choice = _searched((tries, space), asked, range(fold), trials, seed=config.replay.seed + fold)
        times = stretches[fold].block.market.open_time_ms
        found.append(
            FoldResult(
                start_ms=int(times[0]),
                end_ms=int(times[-1]) + source.listed.history.interval_ms,
                choice=space.named(choice),
                searched=tries.mean(choice, range(fold)),
                chosen=tries.value(choice, fold),
                configured=tries.value(asked, fold),
            )
        )
        if progress is not None:
            progress(fold, total)
    last = _searched((tries, space), asked, range(folds + 1), trials, seed=config.replay.seed)
    if progress is not None:
        progress(total, total)
    gains = [one.chosen - one.configured for one in found]
    return Tuned(
        advisor=_RULES if answers is None else config.backtest.llm,
        folds=tuple(found),
        configured=space.named(asked),
        choice=space.named(last),
        better_folds=sum(gain > 0.0 for gain in gains),
        mean_gain=sum(gains) / len(gains),
        questions=0 if answers is None else answers.asked,
        unanswered=0 if answers is None else answers.unanswered,
    )


def _asked(config: AlphaStrikeConfig, prompts: tuple[str, ...]) -> tuple[AskedAnswers | None, Space]:
    """Who answers, None for the rule table, and what may be varied of that."""
    advisor = config.backtest.llm
    if advisor in _PROMPTLESS:
        raise ConfigError(f"--llm: observed {advisor}, allowed rules, ollama or an installed advisor")
    if advisor in {"off", _RULES}:
        if prompts:
            raise ConfigError("--prompts: observed with the rule table, which reads none; allowed with --llm")
        return None, Space.of()
    offered = prompts or tuple(dict.fromkeys((config.llm.prompt, *ROLES)))
    for prompt in offered:
        prompt_of(prompt)
    return AskedAnswers(), Space.of(offered)


def _searched(where: tuple[Trials, Space], asked: Choice, parts: range, trials: int, *, seed: int) -> Choice:
    """The best of the drawn choices and the configured one; of equals the configured, then the first."""
    import optuna  # noqa: PLC0415 - an extra, and slow to import

    tries, space = where
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    drawn: list[Choice] = [asked]

    def objective(trial: Any) -> float:
        drawn.append(
            tuple(
                trial.suggest_categorical(f"{part}.{name}", values)
                for (part, name), values in space.grid.items()
            )
        )
        return tries.mean(drawn[-1], parts)

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    return max(drawn, key=lambda choice: tries.mean(choice, parts))


def _source(config: AlphaStrikeConfig) -> Source:
    seeded = load_seeded(config)

    def open_stages() -> MarketStages:
        stages = market_stages(seeded.config, seeded.inputs.history)
        seeded.gather(stages)
        return stages

    history = with_series_of(market_stages(seeded.config, seeded.inputs.history), seeded.inputs.history)
    listed = Listed(history, seeded.inputs.funding, instruments_of(history, config.venue))
    return Source("tune", seeded.config, listed, open_stages, (), (), RecordedPath({}, {}))


def _stretches(source: Source, folds: int) -> tuple[Stretch, ...]:
    """The history in `folds` + 1 parts of equal length: the first is only ever searched on."""
    bars = source.listed.history.open_time_ms.size
    length = bars // (folds + 1)
    if length < _LEAST_BARS:
        most = max(0, bars // _LEAST_BARS - 1)
        raise ConfigError(
            f"--folds: observed {folds} for {bars:,} bars, allowed at most {most}: "
            f"each needs {_LEAST_BARS} bars"
        )
    marks = tuple(length * (part + 1) for part in range(folds + 1))
    (window,) = windows(source, [Span(0, marks[-1], marks)])
    return window.stretches
