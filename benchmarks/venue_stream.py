"""How fast depth frames are read, parsed, checked and applied, against a bare socket and parser.

    python -m benchmarks.venue_stream [FRAMES]

Frames are those of the practice exchange; a process of its own sends them over loopback as fast as it can.
"""

import asyncio
import multiprocessing
import sys
import time

import numpy as np

from alphastrike.adapters.binance.books import LiveBooks
from alphastrike.adapters.binance.depth_frames import depth_of
from alphastrike.adapters.binance.dialect import plugin
from alphastrike.adapters.binance.scripts import RoutedScript
from alphastrike.adapters.simulated.practice import KernelLedger
from alphastrike.app.kernel_cache import use_kernel_cache
from alphastrike.simulator.exchange import PracticeVenue
from alphastrike.simulator.feed import MadeFeed
from alphastrike.transport.clock import SystemClock
from alphastrike.transport.dialect import WireRequest
from alphastrike.transport.order_book import SequencedBook, levels_of
from alphastrike.transport.socket_websockets import WebsocketsConnector
from alphastrike.transport.stream_board import StreamBoard

START_MS = 1_700_000_000_000
REPEATS = 5


def made_frames(count):
    """A snapshot and `count` changes of one book."""
    exchange = PracticeVenue(MadeFeed(1, START_MS, step_ms=100), KernelLedger, 1)
    snapshot = exchange.book("BTCUSDT")
    conversation = plugin.open(exchange).converse(WireRequest("GET", "/public/ws/btcusdt@depth@100ms"))
    frames = []
    exchange.listen(lambda event: frames.extend(frame.text for frame in conversation.tell(event)))
    exchange.advance(exchange.now_ms + count * 100)
    return snapshot, frames


def serve(frames, ready):
    """Send everything to whoever connects."""
    from websockets.asyncio.server import serve as listen

    async def talk(socket):
        for text in frames:
            await socket.send(text)

    async def run():
        async with listen(talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
            ready.put(server.sockets[0].getsockname()[1])
            await asyncio.get_running_loop().create_future()

    asyncio.run(run())


async def bare(port, count):
    """`websockets` and `msgspec` with nothing else."""
    import msgspec
    from websockets.asyncio.client import connect

    parse = msgspec.json.Decoder().decode
    async with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None) as socket:
        started = time.perf_counter()
        for _ in range(count):
            parse(await socket.recv(decode=False))
        return count / (time.perf_counter() - started)


async def ours(port, count, snapshot):
    """The adapter's own path: socket seam, script, checked book, published top."""
    published = []
    books = LiveBooks(
        ["BTCUSDT"], None, StreamBoard(SystemClock()), lambda book: published.append(book.last_id)
    )
    books._books["BTCUSDT"] = loaded(snapshot)  # noqa: SLF001
    script = RoutedScript("", "public", (), (), books.take)
    script.read = depth_of
    socket = await WebsocketsConnector().connect(f"ws://127.0.0.1:{port}", {})
    started = time.perf_counter()
    for _ in range(count):
        script.take(await socket.receive())
        if not script.has_room:
            await script.room()
    rate = count / (time.perf_counter() - started)
    await socket.close()
    assert len(published) == count, "a change did not fit"
    return rate


async def by_aiohttp(port, count):
    """Another socket library with the same parser."""
    import aiohttp
    import msgspec

    parse = msgspec.json.Decoder().decode
    async with aiohttp.ClientSession() as session, session.ws_connect(f"ws://127.0.0.1:{port}") as socket:
        started = time.perf_counter()
        for _ in range(count):
            parse((await socket.receive()).data)
        return count / (time.perf_counter() - started)


def loaded(snapshot):
    book = SequencedBook("BTCUSDT")
    book.load(snapshot.sequence, levels_of(snapshot.bids), levels_of(snapshot.asks), snapshot.event_time_ms)
    return book


def apply_times_us(snapshot, frames):
    """Microseconds to check and apply each change."""
    book, times = loaded(snapshot), []
    for delta in [depth_of(text) for text in frames]:
        started = time.thread_time_ns()
        book.apply(delta)
        times.append((time.thread_time_ns() - started) / 1000)
    return np.array(times)


def main():
    use_kernel_cache()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    snapshot, frames = made_frames(count)
    count = len(frames)
    ready = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(frames, ready), daemon=True)
    server.start()
    port = ready.get(timeout=60)
    ways = {
        "bare websockets + msgspec": lambda: bare(port, count),
        "parse, check, apply": lambda: ours(port, count, snapshot),
        "aiohttp + msgspec": lambda: by_aiohttp(port, count),
    }
    # In turns, so that whatever else the machine does falls on all of them.
    runs = [{name: asyncio.run(way()) for name, way in ways.items()} for _ in range(REPEATS)]
    rates = {name: max(run[name] for run in runs) for name in ways}
    server.terminate()
    base = rates["bare websockets + msgspec"]
    for name, rate in rates.items():
        print(f"{name:<30} {rate:>10,.0f} messages/s  {rate / base:>6.0%}")
    times = apply_times_us(snapshot, frames)
    print(
        f"book apply: p50 {np.median(times):.1f} us, p99 {np.percentile(times, 99):.1f} us ({count} changes)"
    )


if __name__ == "__main__":
    main()
