"""A tap on the wire below the client: what was really sent and received, whatever the client makes of it."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from alphastrike.llm.failures import AdvisorFailed

LONGEST_RESPONSE = 4_000_000  # bytes; 4,096 tokens, each a line of its own, are a quarter of that


class WireTap(httpx.AsyncBaseTransport):
    """Passes everything through, keeping the response's lines.

    A key in the environment meant for another host is not sent to this one.
    """

    def __init__(self, below: httpx.AsyncBaseTransport, sent: Callable[[str, bytes], None]) -> None:
        """Tap this transport; `sent` hears the path and body of every request, before it leaves."""
        self._below = below
        self._sent = sent
        self.status = 0
        self._received = bytearray()
        self._read = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and hand its answer on as it comes."""
        request.headers.pop("authorization", None)
        self._sent(request.url.path, await request.aread())
        self._received, self._read = bytearray(), 0
        response = await self._below.handle_async_request(request)
        self.status = response.status_code
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        response.stream = _TappedStream(stream, self)
        return response

    async def aclose(self) -> None:
        """Close what is below."""
        await self._below.aclose()

    def keep(self, chunk: bytes) -> None:
        """Remember a piece of the response; `AdvisorFailed` when that is more than any answer is."""
        self._received += chunk
        if len(self._received) > LONGEST_RESPONSE:
            raise AdvisorFailed("too_long", f"observed more than {LONGEST_RESPONSE} bytes of answer")

    def next_line(self) -> Any:
        """The next line of the response as JSON; as text when it is none, None when there is no more."""
        end = self._received.find(b"\n", self._read)
        end = len(self._received) if end < 0 else end
        line = self._received[self._read : end]
        self._read = end + 1
        if not line.strip():
            return None
        try:
            return json.loads(line)
        except ValueError:
            return line.decode("utf-8", "replace")

    @property
    def rest(self) -> str:
        """What has been received and not yet read, at most 10,000 characters."""
        return self._received[self._read :][:10_000].decode("utf-8", "replace")


class _TappedStream(httpx.AsyncByteStream):
    def __init__(self, below: httpx.AsyncByteStream, tap: WireTap) -> None:
        self._below = below
        self._tap = tap

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._below:
            self._tap.keep(chunk)
            yield chunk

    async def aclose(self) -> None:
        await self._below.aclose()
