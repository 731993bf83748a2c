"""What a search over the circuit breaker may vary, and a configuration with it varied."""

from typing import Any

from alphastrike.app.config import AlphaStrikeConfig

# By section of `[llm]`. Steps are wide: what a finer one finds in one history is not there in the next.
SPACE: dict[tuple[str, str], tuple[float, ...]] = {
    ("triggers", "win_rate_below"): (0.25, 0.30, 0.35, 0.40, 0.45),
    ("triggers", "drawdown_above"): (0.05, 0.075, 0.10, 0.15, 0.20, 0.30),
    ("triggers", "losses"): (3, 4, 5, 6, 8),
    ("triggers", "cooldown_hours"): (6.0, 12.0, 24.0, 48.0, 96.0),
    ("guard", "expiry_hours"): (6.0, 12.0, 24.0, 48.0, 96.0),
}
Choice = tuple[float, ...]  # one value for each key of SPACE, in its order


def configured_choice(config: AlphaStrikeConfig) -> Choice:
    """What the configuration has; it may lie off the grid."""
    return tuple(float(getattr(getattr(config.llm, section), name)) for section, name in SPACE)


def with_choice(config: AlphaStrikeConfig, choice: Choice, advisor: str = "rules") -> AlphaStrikeConfig:
    """The configuration with this choice in force and this advisor."""
    changes: dict[str, dict[str, Any]] = {}
    for (section, name), value in zip(SPACE, choice, strict=True):
        changes.setdefault(section, {})[name] = int(value) if name == "losses" else value
    llm = config.llm.model_copy(
        update={
            section: getattr(config.llm, section).model_copy(update=update)
            for section, update in changes.items()
        }
    )
    backtest = config.backtest.model_copy(update={"llm": advisor})
    return config.model_copy(update={"llm": llm, "backtest": backtest})


def named(choice: Choice) -> dict[str, float]:
    """The choice by the keys it is written under in `[llm]`."""
    return {f"{section}.{name}": value for (section, name), value in zip(SPACE, choice, strict=True)}
