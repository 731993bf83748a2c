"""What the engine asks of a circuit breaker."""

from typing import Protocol

from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.commands import Request, Step
from alphastrike.domain.events import FillReceived, InterventionProposed, InterventionRevoked


class CircuitBreaker(Protocol):
    """Beside stage 7: it may only make it stricter, for a limited time."""

    def learn_fill(self, event: FillReceived) -> None:
        """After stage 7 has booked a fill: count the round trip it ended."""
        ...

    def tick(self, now_ms: int) -> None:
        """Let time pass, before the account is marked: end what is due."""
        ...

    def watch(self, close_ms: int, decisions: DecisionBlock) -> tuple[Request, ...]:
        """Look at the account as it was just marked; what to ask, when a trigger fired."""
        ...

    def hear(self, event: InterventionProposed | InterventionRevoked) -> Step:
        """Judge an answer, or carry out an operator's word."""
        ...
