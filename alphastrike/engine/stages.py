"""What the engine asks of each stage; stage 6 is `domain.plugins.Strategy`."""

from typing import Protocol

from alphastrike.domain.blocks import DecisionBlock, FeatureBlock, MarketBlock, PredictionBlock
from alphastrike.domain.commands import Command
from alphastrike.domain.events import FillReceived, FundingSettled, OrderChanged, RiskNews
from alphastrike.domain.outcomes import Outcome


class Gateway(Protocol):
    """Stage 2: raw candles in; ordered, sane candles out, or a halt."""

    def advance(self, block: MarketBlock, event_time_ms: int | None = None) -> MarketBlock:
        """Check every row; unusable rows come back NaN and halted.

        `event_time_ms` is when a stream delivered the block; a file has no such time.
        """
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class Features(Protocol):
    """Stage 3: market view in, named numbers out."""

    def advance(self, block: MarketBlock) -> FeatureBlock:
        """Compute every enabled feature; warm-up is NaN and halted."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class Validator(Protocol):
    """Stage 4: features in, the same features out unless they cannot be trusted."""

    def advance(self, features: FeatureBlock) -> FeatureBlock:
        """Halt non-finite, out-of-range and drifted cells; quarantined features become NaN."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class ModelSlot(Protocol):
    """Stage 5: the optional model."""

    def advance(self, features: FeatureBlock) -> PredictionBlock:
        """Predict, or give no vote; a model that cannot be trusted halts."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class Risk(Protocol):
    """Stage 7: what position each symbol may have."""

    def mark(self, close_ms: int, decisions: DecisionBlock) -> None:
        """Mark the account at the last bar's closes and set leverage and breaker."""
        ...

    def hear(self, event: RiskNews) -> None:
        """Take news that is neither price nor fill."""
        ...

    def withdraw(self, symbol: int) -> None:
        """Between closes: leave or take back what the breaker no longer allows."""
        ...

    def leave(self, symbol: int) -> None:
        """Between closes: give up a position that nothing protects."""
        ...

    def judge(self, symbol: int, close_ms: int, decisions: DecisionBlock) -> None:
        """Judge one symbol by the last bar of the block."""
        ...

    def book_fill(self, event: FillReceived) -> None:
        """Book a fill into the account."""
        ...

    def book_funding(self, event: FundingSettled) -> None:
        """Book a funding payment into the account."""
        ...

    def snapshot(self) -> bytes:
        """The account and the state of every rule."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class Execution(Protocol):
    """Stage 8: orders that bring about what risk approved."""

    def plan(self, symbol: int, now_ms: int) -> tuple[Command, ...]:
        """Orders for the symbol's intent, protective stop included."""
        ...

    def outcome(self, symbol: int) -> Outcome:
        """The last word on the symbol at this close, whichever stage had it."""
        ...

    def learn_fill(self, event: FillReceived) -> None:
        """Count a fill against its order."""
        ...

    def learn_order(self, event: OrderChanged) -> None:
        """Take the venue's word on an order."""
        ...
