"""What a consultation is written to; the tee and the store behind it are another room's."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Recorder(Protocol):
    """Takes everything down. Never raises, never waits."""

    def note(self, trace_id: str, kind: str, payload: Any) -> None:
        """One fact of a consultation: a request as sent, an error, what was made of the answer."""
        ...

    def messages(self, trace_id: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:
        """The same messages, each taken down as it passes."""
        ...


class NoRecorder:
    """Nothing is taken down."""

    def note(self, trace_id: str, kind: str, payload: Any) -> None:
        """Forget it."""

    def messages(self, trace_id: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:  # noqa: ARG002
        """The messages themselves."""
        return messages
