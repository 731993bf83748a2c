"""One paper session on a state folder: a journal that is gone on with, orders taken, a status left."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from alphastrike.app.paper import PaperRun, bars_of, journal_path, trade
from alphastrike.backtest.result import RunResult
from alphastrike.domain.errors import DataError
from alphastrike.live.driver import Stopping, closes_in
from alphastrike.live.journal import Journal, Record, read_journal
from alphastrike.live.pacing import Pace
from alphastrike.live.picture import Picture, as_status
from alphastrike.live.retracing import RetracedJournal
from alphastrike.live.state_folder import take_orders, write_status

HEADER, END = "header", "end"
STOP = "stop"
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long and how fast; `duration_ms` is market time, None until the market ends."""

    state: Path
    speed: float
    duration_ms: int | None
    is_fresh: bool


def run_session(
    run: PaperRun, terms: SessionTerms, watch: Callable[[Picture], None], say: Callable[[str], None]
) -> RunResult:
    """Trade on paper until the duration, the market or a stop ends it. The folder is the caller's.

    A journal that a killed process left is lived through again, unpaced, and gone on with;
    `DataError` where that comes out differently.
    """
    path = journal_path(terms.state)
    earlier = _unfinished(path, run, say, is_fresh=terms.is_fresh)
    journal = Journal.opened(path)
    if journal.records == 0:
        journal.append(HEADER, run.header, durable=True)
    sink = RetracedJournal(journal, earlier)
    stopping = Stopping()
    take_orders(terms.state)  # what was meant for an earlier process

    def after(picture: Picture) -> None:
        if not sink.is_retracing:
            write_status(terms.state, as_status(picture))
            watch(picture)
            _obey(terms.state, stopping)

    async def nap(seconds: float) -> None:
        ends = time.monotonic() + seconds
        while not stopping.is_asked and (left := ends - time.monotonic()) > 0.0:
            await asyncio.sleep(min(left, _LOOK_EVERY_S))
            _obey(terms.state, stopping)

    pace = Pace(terms.speed, sleep=nap)
    with _stop_on_interrupt(stopping):
        feed = run.market.closes(closes_in(earlier), pace, bars_of(run, terms.duration_ms))
        result = asyncio.run(trade(run, sink, feed, stopping, after))
    journal.append(END, {"closes": int(result.equity.size)}, durable=True)
    journal.close()
    return result


def _obey(state: Path, stopping: Stopping) -> None:
    if STOP in take_orders(state):
        stopping.is_asked = True


def _unfinished(path: Path, run: PaperRun, say: Callable[[str], None], *, is_fresh: bool) -> list[Record]:
    """The records to go on from; a finished journal, or one not wanted, is set aside first."""
    if not path.is_file() or path.stat().st_size == 0:
        return []
    records = list(read_journal(path)) if not is_fresh else []
    if is_fresh or not records or records[-1].kind == END:
        aside = _aside(path)
        path.replace(aside)
        return []
    header = records[0].data
    if header != run.header:
        name = next(key for key in run.header if header.get(key) != run.header[key])
        raise DataError(
            f"{path}: the unfinished run {header.get('run_id')} there has another {name}; allowed: the same "
            "configuration, data and version to go on with it, or --fresh to set it aside"
        )
    say(f"going on with run {header['run_id']}: {len(records) - 1} journaled steps are checked first")
    return records[1:]


def _aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return aside


@contextmanager
def _stop_on_interrupt(stopping: Stopping) -> Iterator[None]:
    """Ctrl-C once ends the session after the close in hand, twice at once; SIGTERM is Ctrl-C once."""

    def ask(number: int, _frame: object) -> None:
        stopping.is_asked = True
        signal.signal(number, signal.SIG_DFL)

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(ValueError):
                signal.signal(number, handler)
