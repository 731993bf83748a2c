"""Who answers the breaker, by the name in the configuration."""

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.llm.advisors.random_palette import RandomPalette
from alphastrike.llm.advisors.rules import RuleTable
from alphastrike.llm.consultation import Advisor


def advisor_of(config: AlphaStrikeConfig) -> Advisor:
    """The advisor `backtest.llm` names."""
    if config.backtest.llm == "random":
        return RandomPalette(config.backtest.seed, config.llm.rules_latency_ms)
    return RuleTable(config.llm.rules_latency_ms)
