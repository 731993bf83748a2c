"""What crosses a wire as HTTP, whichever side it is seen from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request ready to be sent: everything encoded and signed. `url` includes the query."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer; header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class SendFailed(Exception):
    """No answer. `was_sent` is false only when it is certain that nothing left this process."""

    def __init__(self, why: str, *, was_sent: bool) -> None:
        """Say what happened."""
        super().__init__(why)
        self.was_sent = was_sent


class HttpSender(Protocol):
    """Sends one request and returns its one answer; no retry, no limit, no judgement."""

    async def send(self, request: HttpRequest, timeout_s: float) -> HttpReply:
        """Answer, or `SendFailed` after at most the timeout."""
        ...

    async def close(self) -> None:
        """Let go of connections; safe to call twice."""
        ...
