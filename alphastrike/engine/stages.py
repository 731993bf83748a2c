"""What the engine asks of stages 2 to 5; stage 6 is `domain.plugins.Strategy`."""

from typing import Protocol

from alphastrike.domain.blocks import FeatureBlock, MarketBlock, PredictionBlock


class Gateway(Protocol):
    """Stage 2: raw candles in; ordered, sane candles out, or a halt."""

    def advance(self, block: MarketBlock) -> MarketBlock:
        """Check every row; unusable rows come back NaN and halted."""
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
