"""From the last candle's frame on the socket to the order's request in the sender's hands.

Run: `python benchmarks/tick_to_order.py [--closes 100] [--chatter 2000]`

A practice exchange in a process of its own plays a synthetic market of ten symbols, sped up, over loopback
sockets. A live session trades there: the default ensemble with all its signals is asked at every close, and
overruled so that one symbol turns at each (`round_robin.py`). The journal is on this disk, with its fsyncs.
The clock stops when the sender gets the first order's request, before it is on the wire. Only closes that the
engine answered with an order count, by the journal: an order that follows later news is not the tick's. The
table also says how much of that the eight stages took, and how much the journal and its disk. With
`--chatter` the exchange repeats its candles so many times a second, stamped, so that it shows whether the
session keeps up. Memory is the session's own, after a tenth of the closes and at the end.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import kernels  # noqa: F401 - before any compiled code
import numpy as np
from market import SYMBOLS
from tables import show

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available
from alphastrike.app.live_entry import LiveTerms, live_on_venue
from alphastrike.app.paper_files import journal_path
from alphastrike.app.paper_session import open_session
from alphastrike.app.practice import PracticePlan, open_simulator
from alphastrike.domain.commands import PlaceOrder
from alphastrike.domain.intervals import interval_ms as interval_length
from alphastrike.engine.pipeline import Engine
from alphastrike.live import driver
from alphastrike.live.codec import decode
from alphastrike.live.driver import STEP
from alphastrike.live.journal import Journal, read_journal
from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
from alphastrike.marketdata.synthetic.market import generate
from alphastrike.simulator.feed import CandleFeed, practice_instrument
from alphastrike.simulator.server import LoopbackServer
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.http_aiohttp import AiohttpSender
from alphastrike.transport.socket_websockets import WebsocketsConnector
from alphastrike.transport.wire import HttpReply, HttpRequest

PAST_DAYS, DAY_MS, HOUR_MS = 125, 86_400_000, 3_600_000
SLOW_MS, BEFORE_MS = 60_000, 10_000  # of each candle, and how much of that lies before its end
_LEAST_FOR_P99 = 500
_STAMP = "left_ns"
_STAMPED = re.compile(rb'"left_ns":(\d+)')
_CLIENT_ID = re.compile(r"newClientOrderId=([^&]+)")
ROBIN = Path(__file__).parent / "round_robin.py"


class FastClock:
    """Exchange time, the same in every process: a candle takes `candle_s` seconds.

    Half of them are the minute around its end, so that a venue's time windows hold there.
    """

    def __init__(self, start_ms: int, began_ns: int, interval_ms: int, candle_s: float) -> None:
        self._start_ms, self._began_ns = start_ms, began_ns
        self._interval_ms, self._candle_s = interval_ms, candle_s

    def now_ms(self) -> int:
        candles, rest = divmod((time.time_ns() - self._began_ns) / 1e9 / self._candle_s, 1.0)
        within = 2.0 * rest * SLOW_MS
        if rest > 0.5:
            within = SLOW_MS + (2.0 * rest - 1.0) * (self._interval_ms - SLOW_MS)
        return self._start_ms + int(candles * self._interval_ms + within)


def play(options: argparse.Namespace, told: Any) -> None:
    """The exchange's process: live through the past, then serve until it is ended."""
    interval_ms = interval_length(options.interval)
    settings = embedded_default().model_dump() | {
        "symbols": SYMBOLS[: options.symbols],
        "interval": options.interval,
        "length_hours": PAST_DAYS * 24 + -(-(options.closes + 100) * interval_ms // HOUR_MS),
    }
    history = generate(SyntheticConfig.model_validate(settings)).history
    listed = tuple(practice_instrument(symbol, "0.0001", "0.001") for symbol in history.symbols)
    host = open_simulator(PracticePlan("binance"), CandleFeed(history, listed, parts=1))
    start_ms = int(history.open_time_ms[0]) + PAST_DAYS * DAY_MS - BEFORE_MS
    host.exchange.advance(start_ms)
    host._ticked_ms = start_ms  # noqa: SLF001 - nobody was connected in the past

    chatter = Chatter(options.chatter)

    async def serve() -> None:
        server = LoopbackServer(host)
        await server.start()
        clock = FastClock(start_ms, time.time_ns(), interval_ms, options.candle_s)
        host._clock = clock  # noqa: SLF001 - its own loop would sleep too long
        key = dict(host.dialect.credentials(host.exchange.accounts[0].key))
        told.put((server.http_url, server.ws_url, start_ms, clock._began_ns, key))  # noqa: SLF001
        while True:
            await asyncio.sleep(0.002)
            host.advance(clock.now_ms())
            chatter.talk(host.lines)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


class Chatter:
    """Repeats the unfinished candles a line has carried, with the instant they leave."""

    def __init__(self, a_second: int) -> None:
        self._a_second = a_second
        self._began_s, self._said = time.monotonic(), 0

    def talk(self, lines: list[Any]) -> None:
        due = int((time.monotonic() - self._began_s) * self._a_second)
        for line in lines:
            texts = [text for text in _last_texts(line) if '"x":false' in text]
            while texts and self._said < due:
                text = texts[self._said % len(texts)]
                line.outgoing.put_nowait(f'{text[:-2]},"{_STAMP}":{time.time_ns()}}}}}')
                self._said += 1
        self._said = due


def _last_texts(line: Any) -> list[str]:
    """What was said last of each symbol; from the first call on."""
    if not hasattr(line, "last"):
        line.last, say = {}, line.say

        def remembering(text: str) -> None:
            line.last[text[:40]] = text
            say(text)

        line.say = remembering
    return list(line.last.values())


class Stopwatch:
    """What some functions took since the last candle, in milliseconds."""

    def __init__(self, *functions: tuple[Any, str]) -> None:
        self.took_ms = 0.0
        for owner, name in functions:
            setattr(owner, name, self._timed(getattr(owner, name)))

    def _timed(self, function: Any) -> Any:
        def timed(*arguments: Any, **named: Any) -> Any:
            began_ns = time.perf_counter_ns()
            try:
                return function(*arguments, **named)
            finally:
                self.took_ms += (time.perf_counter_ns() - began_ns) / 1e6

        return timed


class Watch:
    """When closed candles came in and orders went out, in nanoseconds."""

    def __init__(self) -> None:
        self.parts = {
            "stages 2 to 8": Stopwatch((Engine, "handle")),
            "journal": Stopwatch((driver, "heard_record"), (driver, "step_record"), (Journal, "append")),
        }
        self.parts_ms: dict[str, list[float]] = {}  # likewise
        self.closed_ns = 0
        self.latencies_ms: dict[str, float] = {}  # of the first order after each close, by its client id
        self.lags_ms: list[float] = []
        self.memory_mb: list[float] = []
        self.began_s, self.began_cpu_s = time.monotonic(), time.process_time()

    def read(self, frame: str | bytes) -> None:
        content = frame if isinstance(frame, bytes) else frame.encode()
        if b'"x":true' in content:
            self.closed_ns = time.perf_counter_ns()
            for stopwatch in self.parts.values():
                stopwatch.took_ms = 0.0
        elif stamped := _STAMPED.search(content):
            self.lags_ms.append((time.time_ns() - int(stamped[1])) / 1e6)

    def sent(self, request: HttpRequest) -> None:
        if request.method == "POST" and "/fapi/v1/order" in request.url and self.closed_ns:
            left_ns = time.perf_counter_ns()
            name = _CLIENT_ID.search(f"{request.url}&{request.body}")
            assert name is not None
            self.latencies_ms[name[1]] = (left_ns - self.closed_ns) / 1e6
            self.parts_ms[name[1]] = [stopwatch.took_ms for stopwatch in self.parts.values()]
            self.closed_ns = 0
            self.memory_mb.append(memory_mb())
            if len(self.latencies_ms) == 1:
                self.began_s, self.began_cpu_s = time.monotonic(), time.process_time()
                self.lags_ms.clear()


def memory_mb() -> float:
    """This process's own resident memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def ordered_at_closes(state: Path) -> set[str]:
    """Client ids of the orders that the engine answered a close with."""
    steps = (record.data for record in read_journal(journal_path(state)) if record.kind == STEP)
    commands = (decode(command) for step in steps if step["event"] is None for command in step["commands"])
    return {each.order.client_order_id for each in commands if isinstance(each, PlaceOrder)}


class WatchedSender(AiohttpSender):
    """Notes the moment before a request is handed to the library."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    async def send(self, request: HttpRequest, timeout_s: float) -> HttpReply:
        self._watch.sent(request)
        return await super().send(request, timeout_s)


class WatchedSocket:
    def __init__(self, socket: Any, watch: Watch) -> None:
        self._socket, self._watch = socket, watch
        self.send, self.close = socket.send, socket.close

    async def receive(self) -> str | bytes:
        frame: str | bytes = await self._socket.receive()
        self._watch.read(frame)
        return frame


class WatchedConnector(WebsocketsConnector):
    """Notes the moment a frame has been read."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def connect(self, url: str, headers: Mapping[str, str]) -> Any:
        return WatchedSocket(await super().connect(url, headers), self._watch)


def configured(options: argparse.Namespace) -> AlphaStrikeConfig:
    return AlphaStrikeConfig.model_validate(
        {
            "paper": {"interval": options.interval, "warm_up_days": PAST_DAYS - 1, "most_days": 20},
            "data": {"symbols": sorted(SYMBOLS[: options.symbols])},
            "strategy": {"file": str(ROBIN)},
            "signals": {"decay": {"cold_start": "equal_weights"}},
            "validation": {"reference_hours": 500, "short_window_hours": 72, "long_window_hours": 168},
            "risk": {"max_positions": options.symbols, "order_rate": 256},
            "live": {"most_clock_skew_ms": 60_000},
        }
    )


async def trade(options: argparse.Namespace, reached: Any, state: Path) -> tuple[Watch, Any]:
    http_url, ws_url, start_ms, began_ns, key = reached
    interval_ms = interval_length(options.interval)
    watch, clock = Watch(), FastClock(start_ms, began_ns, interval_ms, options.candle_s)
    dialect = available("dialects")["binance"]()
    access = VenueAccess(
        WatchedSender(watch), WatchedConnector(watch), clock, np.random.default_rng(1), Credentials.of(key),
        dialect.endpoints(http_url, ws_url),
    )  # fmt: skip
    adapter = available("adapters")["binance"]()
    terms = LiveTerms(duration_ms=options.closes * interval_ms)
    said: list[str] = []
    session = open_session(state, is_fresh=True)
    result = await live_on_venue(
        configured(options),
        session,
        terms,
        (adapter, access),
        (lambda _picture: None, said.append),
    )
    if options.verbose:
        print("\n".join(said[-20:]))
    return watch, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--closes", type=int, default=1_000)
    parser.add_argument("--symbols", type=int, default=10)
    parser.add_argument("--interval", default="1h")
    parser.add_argument("--candle-s", type=float, default=1.0, help="seconds a candle of the market takes")
    parser.add_argument("--chatter", type=int, default=0, help="market messages a second besides")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    exchange = context.Process(target=play, args=(options, told), daemon=True)
    exchange.start()
    reached = told.get(timeout=600)
    with tempfile.TemporaryDirectory() as folder:
        watch, result = asyncio.run(trade(options, reached, Path(folder)))
        decided = ordered_at_closes(Path(folder))
    exchange.terminate()
    names = [name for name in watch.latencies_ms if name in decided]
    if not names:
        raise SystemExit(f"no order was sent; halts: {result.halts}")
    found = np.array([watch.latencies_ms[name] for name in names])
    shares = (50, 90, 99) if found.size >= _LEAST_FOR_P99 else (50, 90)  # few samples have no 99th
    rows = {"read to handed over": found}
    parts = np.array([watch.parts_ms[name] for name in names]).T
    rows |= {f"of it {name}": taken for name, taken in zip(watch.parts, parts, strict=True)}
    rows["of it the rest"] = found - parts.sum(axis=0)
    show(
        f"Tick to order, {options.symbols} symbols, {found.size} closes with an order, ms",
        ["", *(f"p{share}" for share in shares), "most"],
        [[name, *(f"{np.percentile(taken, q):.2f}" for q in (*shares, 100))] for name, taken in rows.items()],
    )
    early = watch.memory_mb[len(watch.memory_mb) // 10]
    print(f"Memory: {early:.1f} MB after a tenth of them, {watch.memory_mb[-1]:.1f} MB at the end")
    if watch.lags_ms:
        took_s = time.monotonic() - watch.began_s
        core = (time.process_time() - watch.began_cpu_s) / took_s
        lags = np.percentile(watch.lags_ms, (50, 99, 100))
        rate = len(watch.lags_ms) / took_s
        print(
            f"Chatter: {rate:,.0f} messages a second read, {core:.0%} of a core in all; "
            f"left to read {lags[0]:.1f} ms in the middle, p99 {lags[1]:.1f}, most {lags[2]:.1f}"
        )


if __name__ == "__main__":
    main()
