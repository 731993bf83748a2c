"""A local model behind Ollama. Asked once, repaired at most once; everything said is taken down."""

import json
import os
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.llm.config import LlmConfig, OllamaConfig
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.llm.guard import is_well_formed
from alphastrike.llm.palette import answer_schema, tool_schemas
from alphastrike.llm.parsing import calls_in
from alphastrike.llm.prompt import ANSWER, REPAIR, Prompt, prompt_of, render
from alphastrike.llm.recording import NoRecorder, Recorder
from alphastrike.llm.report import PerformanceReport
from alphastrike.llm.tools import SCHEMA_VERSION
from alphastrike.llm.wire import WireTap

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SAID_KEPT = 4_000
_STATUS = {-1: "stream_error", 400: "refused_request", 404: "model_missing", 503: "busy"}


class OllamaAdvisor:
    """An advisor that asks a model through the `ollama` client."""

    name = "ollama"

    def __init__(self, config: LlmConfig, recorder: Recorder | None = None) -> None:
        """`ConfigError` for a host, model or prompt that may not be or is not there, or a missing package."""
        refuse_foreign(config.ollama)
        self._prompt = prompt_of(config.prompt)
        try:
            import ollama  # noqa: F401, PLC0415 - an extra; only this advisor needs it
        except ImportError:
            raise ConfigError("llm: ollama is not installed: pip install 'alphastrike[llm]'") from None
        self._config = config
        self._recorder = recorder or NoRecorder()

    async def advise(self, request: ReviewRequested, trace_id: str) -> Advice:
        """The model's calls; `AdvisorFailed` with the cause when there is none to be had."""
        return await _Consultation(self._config, self._prompt, self._recorder, trace_id).held(request)


class _Consultation:
    """One review's conversation with the model."""

    def __init__(self, config: LlmConfig, prompt: Prompt, recorder: Recorder, trace_id: str) -> None:
        import httpx  # noqa: PLC0415 - with the client
        import ollama  # noqa: PLC0415 - an extra

        self._settings = config.ollama
        self._fixed_latency_ms = config.latency_ms
        self._recorder = recorder
        self._trace_id = trace_id
        # Certificates are read where they are needed: it takes 20 ms in which nobody else runs.
        transport = httpx.AsyncHTTPTransport(verify=self._settings.host.startswith("https://"))
        self._tap = WireTap(transport, self._sent)
        timeout = httpx.Timeout(self._settings.deadline_s, connect=self._settings.connect_s)
        self._client = ollama.AsyncClient(
            host=self._settings.host,
            timeout=timeout,
            follow_redirects=False,
            transport=self._tap,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},
        )
        self._system = prompt.system
        self._facts: dict[str, Any] = {"prompt": prompt.label, "schema": SCHEMA_VERSION, "turns": 0}

    async def held(self, request: ReviewRequested) -> Advice:
        began = time.monotonic()
        report = PerformanceReport.model_validate_json(request.report)
        symbols = [part.symbol for part in report.symbols]
        try:
            async with self._client:
                calls = await self._calls(report, symbols)
        except AdvisorFailed as failure:
            self._note("error", {"cause": failure.cause, "detail": failure.detail})
            failure.facts = self._facts
            raise
        except Exception as error:
            cause = _cause_of(error, self._tap.status)
            said = {
                "cause": cause,
                "error": f"{type(error).__name__}: {error}"[:1_000],
                "rest": self._tap.rest,
            }
            self._note("error", said)
            failed = AdvisorFailed(cause, said["error"][:300])
            failed.facts = self._facts
            raise failed from error
        measured_ms = int((time.monotonic() - began) * 1_000)
        latency_ms = measured_ms if self._fixed_latency_ms is None else self._fixed_latency_ms
        self._facts["measured_ms"] = measured_ms
        return Advice(calls, "ollama", latency_ms, trace_id=self._trace_id, details=self._facts)

    async def _calls(self, report: PerformanceReport, symbols: list[str]) -> tuple[ProposedCall, ...]:
        await self._identify()
        protocol = await self._protocol()
        system = f"{self._system}\n{ANSWER}" if protocol == "format" else self._system
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": system},
            {"role": "user", "content": render(report)},
        ]
        said = await self._turn(messages, protocol, symbols)
        calls = calls_in(said)
        if not any(is_well_formed(call, tuple(symbols)) for call in calls) and self._settings.repair:
            answer = {"role": "assistant", "content": str(said.get("content") or "")[:_SAID_KEPT]}
            messages += [answer, {"role": "user", "content": REPAIR}]
            said = await self._turn(messages, "format", symbols)
            calls = (*calls, *calls_in(said))
        if not any(is_well_formed(call, tuple(symbols)) for call in calls):
            cause = "invalid_calls" if calls else "no_calls" if said.get("content") else "empty"
            raise AdvisorFailed(cause, str(said.get("content") or "")[:200], calls)
        return calls

    async def _identify(self) -> None:
        """Which weights answer: the digest the server lists, refused when it is not the pinned one."""
        model = self._settings.model
        listed = await self._client.list()
        names = {model, f"{model}:latest"}
        digest = next((one.digest for one in listed.models if one.model in names), None)
        self._facts |= {"model": model, "digest": digest}
        if digest is None:
            raise AdvisorFailed("model_missing", f"{model} is not there: ollama pull {model}")
        if self._settings.digest not in {None, digest}:
            raise AdvisorFailed("digest", f"{model} is {digest}, allowed {self._settings.digest}")

    async def _protocol(self) -> str:
        protocol = self._settings.protocol
        if protocol == "auto":
            shown = await self._client.show(self._settings.model)
            protocol = "tools" if "tools" in (shown.capabilities or []) else "format"
        self._facts["protocol"] = protocol
        return protocol

    async def _turn(
        self, messages: list[dict[str, Any]], protocol: str, symbols: list[str]
    ) -> dict[str, Any]:
        """One request, streamed; never tools and a format together, for then no call comes back."""
        self._facts["turns"] += 1
        bound: dict[str, Any] = (
            {"tools": tool_schemas(symbols)} if protocol == "tools" else {"format": answer_schema(symbols)}
        )
        if self._settings.think is not None:
            bound["think"] = self._settings.think
        options = {
            "temperature": self._settings.temperature,
            "seed": self._settings.seed,
            "num_ctx": self._settings.num_ctx,
            "num_predict": self._settings.num_predict,
            "num_thread": self._settings.num_thread or max(1, (os.cpu_count() or 2) - 1),
        }
        stream = await self._client.chat(
            model=self._settings.model,
            messages=messages,
            stream=True,
            options=options,
            keep_alive=self._settings.keep_alive,
            **bound,
        )
        content = ""
        native: list[Any] = []
        last: dict[str, Any] = {}
        async for part in self._recorder.messages(self._trace_id, self._wired(stream)):
            message = part.get("message") or {}
            content += message.get("content") or ""
            native += message.get("tool_calls") or []
            last = part
        if not last.get("done"):
            raise AdvisorFailed("cut", "the answer ended before it was done")
        for name in ("eval_count", "eval_duration", "prompt_eval_count", "total_duration", "done_reason"):
            self._facts[name] = last.get(name)
        self._facts["tokens"] = self._facts.get("tokens", 0) + tokens_in(last)
        return {"content": content, "tool_calls": native}

    async def _wired(self, stream: AsyncIterator[Any]) -> AsyncIterator[dict[str, Any]]:
        """Each message as it was on the wire, once the client has found it to be one."""
        async for _ in stream:
            yield self._tap.next_line()

    def _sent(self, path: str, body: bytes) -> None:
        """Take down a question exactly as it leaves."""
        if path.endswith("/api/chat"):
            self._note("request", {"host": self._settings.host, "body": json.loads(body)})

    def _note(self, kind: str, payload: Any) -> None:
        self._recorder.note(self._trace_id, kind, payload)


def tokens_in(last: dict[str, Any]) -> int:
    """Tokens read and written, as the last message of an answer counts them; 0 where it does not."""
    counts = (last.get("prompt_eval_count"), last.get("eval_count"))
    return sum(count for count in counts if type(count) is int and count > 0)


def refuse_foreign(settings: OllamaConfig) -> None:
    """`ConfigError` for a host that is not this machine or a model that is not, unless allowed."""
    host = urlsplit(settings.host).hostname
    if host not in _LOOPBACK and not settings.allow_remote:
        raise ConfigError(
            f"llm.ollama.host: observed {host}, allowed this machine (127.0.0.1); "
            "set llm.ollama.allow_remote to let the report leave it"
        )
    if "cloud" in settings.model.lower() and not settings.allow_cloud:
        raise ConfigError(
            f"llm.ollama.model: observed {settings.model}, which Ollama forwards to its cloud; "
            "allowed local models, or set llm.ollama.allow_cloud"
        )


def _cause_of(error: Exception, status: int) -> str:
    """One word for what went wrong."""
    import httpx  # noqa: PLC0415 - with the client
    import ollama  # noqa: PLC0415 - an extra

    if isinstance(error, ollama.ResponseError):
        code = error.status_code
        return _STATUS.get(code, "redirected" if 300 <= code < 400 else "server_error")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionError | httpx.ConnectError):
        return "unreachable"
    if isinstance(error, httpx.HTTPError):
        return "cut"
    return (
        "malformed"
        if isinstance(error, ValueError | TypeError | AttributeError) and status
        else "client_error"
    )
