"""A run's numbers for Prometheus, and whether it lives and is ready, over HTTP on this machine."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from alphastrike.live.picture import Picture

_LOOPBACK = "127.0.0.1"
_PLAIN = [("Content-Type", "text/plain; charset=utf-8")]
# Without a sign of life from the loop for so long, it hangs.
_ALIVE_S = 10.0


class Vitals:
    """What is known of a run: its latest picture, and when its loop was last seen running."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is known yet. `clock` in seconds."""
        from prometheus_client import CollectorRegistry, Gauge  # noqa: PLC0415 - in an extra

        self.registry = CollectorRegistry()
        self._clock = clock
        self._seen_s = clock()
        self._is_ready = False
        self._gauges = {
            name: Gauge(f"alphastrike_{name}", text, registry=self.registry) for name, text in _GAUGES.items()
        }
        self._state = Gauge(
            "alphastrike_breaker", "1 for the state it is in", ["state"], registry=self.registry
        )

    def beat(self) -> None:
        """The loop runs."""
        self._seen_s = self._clock()

    def take(self, picture: Picture) -> None:
        """The run after a close; it is ready from the first one on."""
        self.beat()
        self._is_ready = True
        values = {
            "market_time_seconds": picture.time_ms / 1000,
            "equity_quote": picture.equity,
            "drawdown_ratio": picture.drawdown,
            "gross_notional_quote": picture.gross_notional,
            "leverage": picture.leverage.leverage,
            "positions": len(picture.positions),
            "trades": picture.trades,
            "fees_quote": picture.fees,
            "funding_quote": picture.funding,
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        self._state.clear()
        self._state.labels(picture.breaker.state).set(1)

    @property
    def is_alive(self) -> bool:
        """Whether the loop was seen running lately."""
        return self._clock() - self._seen_s < _ALIVE_S

    @property
    def is_ready(self) -> bool:
        """Alive, and a close has been decided on."""
        return self.is_alive and self._is_ready


_GAUGES = {
    "market_time_seconds": "close of the last candle decided on, UTC seconds",
    "equity_quote": "wallet and unrealised profit",
    "drawdown_ratio": "fraction of the equity peak",
    "gross_notional_quote": "absolute notional of all positions",
    "leverage": "the control variable",
    "positions": "open positions",
    "trades": "round trips finished",
    "fees_quote": "fees paid",
    "funding_quote": "funding received",
}


class MetricsServer:
    """`/metrics`, `/healthz` and `/readyz`, read only, on this machine alone. Port 0 takes a free one."""

    def __init__(self, vitals: Vitals, port: int) -> None:
        """Listen in a thread of its own; `OSError` where the port is taken."""
        self._vitals = vitals
        self._server: WSGIServer = make_server(_LOOPBACK, port, self._answer, handler_class=_Quiet)
        self.port = int(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - in an extra

        path = environ.get("PATH_INFO")
        if path == "/metrics":
            start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest(self._vitals.registry)]
        checks = {"/healthz": self._vitals.is_alive, "/readyz": self._vitals.is_ready}
        if path not in checks:
            start("404 Not Found", [*_PLAIN])
            return [b"/metrics /healthz /readyz\n"]
        start("200 OK" if checks[path] else "503 Service Unavailable", [*_PLAIN])
        return [b"yes\n" if checks[path] else b"no\n"]


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library calls it
        """Nothing."""
