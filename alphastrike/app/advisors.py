"""Who answers the breaker, by the name in the configuration."""

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.llm.advisors.random_palette import RandomPalette
from alphastrike.llm.advisors.rules import RuleTable
from alphastrike.llm.consultation import Advisor
from alphastrike.llm.recording import Recorder


def advisor_of(config: AlphaStrikeConfig, recorder: Recorder | None) -> Advisor:
    """The advisor `backtest.llm` names; `recorder` takes down what is said to and by a model."""
    if config.backtest.llm == "ollama":
        from alphastrike.llm.advisors.ollama import OllamaAdvisor  # noqa: PLC0415 - an extra

        return OllamaAdvisor(config.llm, recorder)
    if config.backtest.llm == "recorded":
        return _recorded(config)
    if config.backtest.llm == "random":
        return RandomPalette(config.backtest.seed, config.llm.rules_latency_ms)
    return RuleTable(config.llm.rules_latency_ms)


def _recorded(config: AlphaStrikeConfig) -> Advisor:
    from alphastrike.app.trace_store import open_store  # noqa: PLC0415 - an extra
    from alphastrike.llm.advisors.recorded import RecordedAnswers  # noqa: PLC0415 - rarely asked

    store = open_store(config.llm.recorded or config.traces)
    try:
        return RecordedAnswers(store.answers())
    finally:
        store.close()
