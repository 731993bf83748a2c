"""The library's HTTP session, replaced: requests leave through this house's sender, looked at first."""

from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from alphastrike.domain.errors import InvariantBroken
from alphastrike.transport.wire import HttpReply, HttpRequest, HttpSender, SendFailed

# Signed actions and order fields that pay or credit somebody else, by the venues' own words for them.
_UNASKED: Final = (
    b"approveBuilderFee",
    b"setReferrer",
    b'"builder"',
    b"b-WEEX",
    b"x-xcKtGhcu",
    b"x-cvBPrNm9",
)
# Headers by which a venue credits whoever wrote the client.
_CREDITING: Final = frozenset(
    {"referer", "source", "x-source-key", "x-channel-api-code", "x-gate-channel-id", "x-broker-id"}
    | {"kc-api-partner", "kc-api-partner-sign", "kc-api-partner-verify", "x-kc-api-partner", "broker"}
)
_REASONS: Final = MappingProxyType(
    {200: "OK", 400: "Bad Request", 401: "Unauthorized", 429: "Too Many Requests"}
)


class SenderSession:
    """As much of a client session as the library uses. A request nobody asked for never leaves.

    With `rest_url`, scheme and host are replaced by it: that is how a practice exchange is reached.
    """

    def __init__(self, sender: HttpSender, rest_url: str | None) -> None:
        """Send through this; nothing is opened."""
        self._sender = sender
        self._rest_url = rest_url
        self.closed = False
        self.headers: dict[str, str] = {}

    def get(self, url: Any, **arguments: Any) -> "_Asked":
        """A request to be awaited as a context."""
        return self._asked("GET", url, arguments)

    def post(self, url: Any, **arguments: Any) -> "_Asked":
        """Likewise."""
        return self._asked("POST", url, arguments)

    def put(self, url: Any, **arguments: Any) -> "_Asked":
        """Likewise."""
        return self._asked("PUT", url, arguments)

    def delete(self, url: Any, **arguments: Any) -> "_Asked":
        """Likewise."""
        return self._asked("DELETE", url, arguments)

    async def close(self) -> None:
        """The sender is not the library's to close."""
        self.closed = True

    def _asked(self, method: str, url: Any, arguments: Mapping[str, Any]) -> "_Asked":
        headers = {
            name: str(value)
            for name, value in (arguments.get("headers") or {}).items()
            if name.lower() not in _CREDITING
        }
        request = HttpRequest(method, self._address(str(url)), headers, arguments.get("data") or b"")
        refuse_unasked(request)
        return _Asked(self._sender, request, float(arguments["timeout"].total))

    def _address(self, url: str) -> str:
        if self._rest_url is None:
            return url
        parts = urlsplit(url)
        return self._rest_url.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")


def refuse_unasked(request: HttpRequest) -> None:
    """`InvariantBroken` for a request that pays or credits somebody the user never named."""
    text = request.url.encode() + request.body
    for mark in _UNASKED:
        if mark in text:
            raise InvariantBroken(
                f"ccxt: observed {mark.decode()} in a request, allowed none: nobody asked; it was not sent"
            )


class _Asked:
    """One request in flight, as the library's `async with` wants it."""

    def __init__(self, sender: HttpSender, request: HttpRequest, timeout_s: float) -> None:
        self._sender = sender
        self._request = request
        self._timeout_s = timeout_s
        self._reply = HttpReply(0, b"")

    async def __aenter__(self) -> Self:
        try:
            self._reply = await self._sender.send(self._request, self._timeout_s)
        except SendFailed as failure:
            raise TimeoutError(str(failure)) from failure
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def text(self, errors: str = "strict") -> str:
        """The body."""
        return self._reply.body.decode("utf-8", errors)

    @property
    def status(self) -> int:
        """HTTP status."""
        return self._reply.status

    @property
    def reason(self) -> str:
        """Its words."""
        return _REASONS.get(self._reply.status, "Other")

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the answer."""
        return self._reply.headers
