"""What a search over the circuit breaker may vary, and a configuration with it varied."""

from dataclasses import dataclass
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig

Value = float | str
Choice = tuple[Value, ...]  # one value for each key of a space, in its order

# By section of `[llm]`. Steps are wide: what a finer one finds in one history is not there in the next.
_SETTINGS: dict[tuple[str, str], tuple[Value, ...]] = {
    ("triggers", "win_rate_below"): (0.25, 0.30, 0.35, 0.40, 0.45),
    ("triggers", "drawdown_above"): (0.05, 0.075, 0.10, 0.15, 0.20, 0.30),
    ("triggers", "losses"): (3, 4, 5, 6, 8),
    ("triggers", "cooldown_hours"): (6.0, 12.0, 24.0, 48.0, 96.0),
    ("guard", "expiry_hours"): (6.0, 12.0, 24.0, 48.0, 96.0),
}
_PROMPT = ("", "prompt")  # of `[llm]` itself


@dataclass(frozen=True, slots=True)
class Space:
    """Keys of `[llm]` and the values tried of each."""

    grid: dict[tuple[str, str], tuple[Value, ...]]

    @classmethod
    def of(cls, prompts: tuple[str, ...] = ()) -> "Space":
        """All settings, and the prompt where there are several to choose from."""
        return cls({**_SETTINGS, **({_PROMPT: prompts} if prompts else {})})

    def configured(self, config: AlphaStrikeConfig) -> Choice:
        """What the configuration has; it may lie off the grid."""
        found = []
        for section, name in self.grid:
            value = getattr(getattr(config.llm, section) if section else config.llm, name)
            found.append(value if isinstance(value, str) else float(value))
        return tuple(found)

    def with_choice(
        self, config: AlphaStrikeConfig, choice: Choice, advisor: str = "rules"
    ) -> AlphaStrikeConfig:
        """The configuration with this choice in force and this advisor."""
        changes: dict[str, dict[str, Any]] = {}
        for (section, name), value in zip(self.grid, choice, strict=True):
            changes.setdefault(section, {})[name] = int(value) if name == "losses" else value
        own = changes.pop("", {})
        sections = {
            section: getattr(config.llm, section).model_copy(update=update)
            for section, update in changes.items()
        }
        llm = config.llm.model_copy(update={**own, **sections})
        backtest = config.backtest.model_copy(update={"llm": advisor})
        return config.model_copy(update={"llm": llm, "backtest": backtest})

    def named(self, choice: Choice) -> dict[str, Value]:
        """The choice by the keys it is written under in `[llm]`."""
        return {
            f"{section}.{name}".lstrip("."): value
            for (section, name), value in zip(self.grid, choice, strict=True)
        }
