"""Who answers the breaker, by the name in the configuration."""

from alphastrike.app.config import ADVISORS, AlphaStrikeConfig
from alphastrike.app.discovery import chosen
from alphastrike.domain.errors import ConfigError
from alphastrike.llm.advisors.random_palette import RandomPalette
from alphastrike.llm.advisors.rules import RuleTable
from alphastrike.llm.consultation import Advisor
from alphastrike.llm.recording import NoRecorder, Recorder


def advisor_of(config: AlphaStrikeConfig, recorder: Recorder | None) -> Advisor:
    """The advisor `backtest.llm` names; `recorder` takes down what is said to and by a model.

    An installed one is an entry point of `alphastrike.advisors`: called with the `[llm]` settings and
    the recorder, it gives an `Advisor`.
    """
    if config.backtest.llm not in ADVISORS:
        return _installed(config, recorder or NoRecorder())
    if config.backtest.llm == "ollama":
        from alphastrike.llm.advisors.ollama import OllamaAdvisor  # noqa: PLC0415 - an extra

        return OllamaAdvisor(config.llm, recorder)
    if config.backtest.llm == "recorded":
        return _recorded(config)
    if config.backtest.llm == "random":
        return RandomPalette(config.backtest.seed, config.llm.rules_latency_ms)
    return RuleTable(config.llm.rules_latency_ms)


def _installed(config: AlphaStrikeConfig, recorder: Recorder) -> Advisor:
    name = config.backtest.llm
    build = chosen("advisors", (name,), "backtest.llm")[name]
    try:
        advisor = build(config.llm, recorder)
        is_one = isinstance(advisor.name, str) and callable(advisor.advise)
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError(f"backtest.llm: {name} cannot be used: {type(error).__name__}: {error}") from error
    if not is_one:
        raise ConfigError(f"backtest.llm: {name}: observed no advisor, allowed one with a name and advise")
    found: Advisor = advisor
    return found


def _recorded(config: AlphaStrikeConfig) -> Advisor:
    from alphastrike.app.trace_store import open_store  # noqa: PLC0415 - an extra
    from alphastrike.llm.advisors.recorded import RecordedAnswers  # noqa: PLC0415 - rarely asked

    store = open_store(config.llm.recorded or config.traces)
    try:
        return RecordedAnswers(store.answers())
    finally:
        store.close()
