"""A scripted Ollama on loopback: no model, every answer and fault as the real one puts it on the wire."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

MODEL, DIGEST = "qwen2.5:1.5b", "65ec06548149"
# What the published description of this breaker shows as an answer, in its own words.
ARTICLE = """[
  {"tool": "adjust_position_size", "params": {"symbol": "SOL", "multiplier": 0.3}},
  {"tool": "adjust_conviction", "params": {"symbol": "SOL", "new_threshold": 85}},
  {"tool": "disable_shorts", "params": {"symbol": "SOL"}},
  {"tool": "send_alert", "params": {"severity": "critical"}}
]"""
_NDJSON, _JSON = "application/x-ndjson", "application/json"


@dataclass(frozen=True)
class Reply:
    """What the server puts on the wire.

    `then` is end, cut (the connection breaks), stall
    (nothing more), pause (nothing more until the server is told to resume, then the end) or drip
    (one byte now and then, for ever).
    """

    lines: tuple[bytes, ...]
    status: int = 200
    content_type: str = _NDJSON
    then: str = "end"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class ScriptedOllama:
    """`replies` are given to /api/chat in order; `asked` are the bodies it was asked with.

    It dies after `lifetime` bytes, wherever in an answer that is; `sent` counts them.
    """

    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(
        default_factory=lambda: [{"model": MODEL, "name": MODEL, "digest": DIGEST}]
    )
    capabilities: list[str] = field(default_factory=lambda: ["completion", "tools"])
    stalled: asyncio.Event = field(default_factory=asyncio.Event)
    resumed: threading.Event = field(default_factory=threading.Event)
    host: str = ""
    lifetime: int = 2**62
    sent: int = 0

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["ScriptedOllama"]:
        """Listen on a free port of the loopback interface."""
        handlers: set[asyncio.Task[Any]] = set()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            handlers.add(task)
            try:
                await self._serve(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                handlers.discard(task)
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        self.host = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in tuple(handlers):
                task.cancel()
            await asyncio.gather(*handlers, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *rest = head.decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            self.headers.append(fields)
            path = first.split()[1]
            reply = self._reply(path, json.loads(body) if body else {})
            await self._send(reply, writer)
            if reply.then not in {"end", "pause"}:
                return

    def _reply(self, path: str, body: dict[str, Any]) -> Reply:
        if path == "/api/tags":
            return _json({"models": self.models})
        if path == "/api/version":
            return _json({"version": "0.32.15"})
        if path == "/api/show":
            return _json({"capabilities": self.capabilities, "details": {}, "model_info": {}})
        if path == "/api/chat":
            self.asked.append(body)
            return self.replies.pop(0) if self.replies else an_error(500, "the script is over")
        return Reply((b"Ollama is running",), content_type="text/plain")

    async def _send(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        lines = (
            f"HTTP/1.1 {reply.status} X",
            f"Content-Type: {reply.content_type}",
            "Transfer-Encoding: chunked",
        )
        extra = (f"{name}: {value}" for name, value in reply.headers)
        await self._put(("\r\n".join((*lines, *extra)) + "\r\n\r\n").encode(), writer)
        for line in reply.lines:
            await self._put(f"{len(line):x}\r\n".encode() + line + b"\r\n", writer)
        if reply.then == "stall":
            self.stalled.set()
            await asyncio.Event().wait()
        while reply.then == "drip":
            self.stalled.set()
            writer.write(b"1\r\n \r\n")
            await writer.drain()
            await asyncio.sleep(0.005)
        while reply.then == "pause" and not self.resumed.is_set():
            self.stalled.set()
            await asyncio.sleep(0.005)
        if reply.then in {"end", "pause"}:
            await self._put(b"0\r\n\r\n", writer)

    async def _put(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Send as much of this as there is life left for."""
        left = max(0, self.lifetime - self.sent)
        self.sent += len(data)
        writer.write(data[:left])
        await writer.drain()
        if left < len(data):
            raise ConnectionError("the server is dead")


@contextlib.contextmanager
def in_a_thread(server: ScriptedOllama) -> Iterator[str]:
    """Serve in a thread of its own; the server's address."""
    ready, ended = threading.Event(), asyncio.Event()
    loop: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        async with server.serving():
            loop.append(asyncio.get_running_loop())
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield server.host
    finally:
        loop[0].call_soon_threadsafe(ended.set)
        thread.join()


def says(content: str, *, pieces: int = 3, thinking: str = "", then: str = "end", **stats: Any) -> Reply:
    """An answer in text, streamed in pieces."""
    size = max(1, -(-len(content) // pieces))
    parts = [content[start : start + size] for start in range(0, len(content), size)]
    messages: list[dict[str, Any]] = [{"content": part} for part in parts]
    if thinking:
        messages.insert(0, {"content": "", "thinking": thinking})
    return _stream(messages, then, stats)


def calls(*made: tuple[Any, Any], native: bool = True, **stats: Any) -> Reply:
    """Native tool calls, whole in one chunk; in the last one as a native template sends them."""
    listed = [
        {"id": f"call_{row}", "function": {"index": row, "name": name, "arguments": arguments}}
        for row, (name, arguments) in enumerate(made)
    ]
    if native:
        return _stream([{"content": "", "tool_calls": listed}], "end", stats)
    return Reply((_line({"content": "", "tool_calls": listed}, done=True, **_STATS),))


def an_error(status: int, message: str) -> Reply:
    """An error as Ollama words it."""
    return Reply((json.dumps({"error": message}).encode(),), status, _JSON)


def an_error_midway(content: str, message: str) -> Reply:
    """A stream that fails: the status stays 200, the last line is the error."""
    return Reply((_line({"content": content}), json.dumps({"error": message}).encode() + b"\n"))


_STATS = {"done_reason": "stop", "total_duration": 9_000_000, "prompt_eval_count": 700, "eval_count": 44,
          "eval_duration": 1_000_000, "a_field_of_tomorrow": {"kept": True}}  # fmt: skip


def _stream(messages: Iterable[dict[str, Any]], then: str, stats: dict[str, Any]) -> Reply:
    lines = [_line(message) for message in messages]
    if then in {"end", "pause"}:
        lines.append(_line({"content": ""}, done=True, **(_STATS | stats)))
    return Reply(tuple(lines), then=then)


def _line(message: dict[str, Any], *, done: bool = False, **stats: Any) -> bytes:
    whole = {
        "model": MODEL,
        "created_at": "2026-11-25T00:00:00Z",
        "message": {"role": "assistant", **message},
    }
    return json.dumps({**whole, "done": done, **stats}).encode() + b"\n"


def _json(value: Any) -> Reply:
    return Reply((json.dumps(value).encode(),), content_type=_JSON)
