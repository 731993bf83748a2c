"""One paper session on a state folder: a journal that is gone on with, orders taken, a status left."""

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alphastrike.app.circuit_rows import active_rows
from alphastrike.app.paper import PaperRun, bars_of, trade
from alphastrike.app.paper_market import PaperFeed
from alphastrike.app.risk_start import FRESH, RiskStart, find_risk
from alphastrike.app.risk_state_file import RiskKeeper
from alphastrike.backtest.result import RunResult
from alphastrike.domain.errors import DataError
from alphastrike.live.driver import HEARD, Stopping, heard_in
from alphastrike.live.journal import Journal, Record, read_journal
from alphastrike.live.picture import Picture, as_status
from alphastrike.live.retracing import RetracedJournal
from alphastrike.live.state_folder import take_orders, write_status
from alphastrike.live.told import Told

HEADER, END = "header", "end"
STOP = "stop"
_LOOK_EVERY_S = 0.2


@dataclass(slots=True)
class Session:
    """A state folder that this process owns, and what an earlier process left in it.

    `waiting` are orders taken and not carried out yet; `listen` does so as soon as it can be done.
    `risk` is what the run's risk state starts from.
    """

    state: Path
    earlier: list[Record]
    stopping: Stopping
    risk: RiskStart = FRESH
    waiting: list[str] = field(default_factory=list)
    listen: Callable[[], None] | None = None

    @property
    def journal(self) -> Path:
        """Where the journal is."""
        return journal_path(self.state)

    async def nap(self, seconds: float) -> None:
        """Wait, unless told to stop."""
        ends = time.monotonic() + seconds
        while not self.stopping.is_asked and (left := ends - time.monotonic()) > 0.0:
            await asyncio.sleep(min(left, _LOOK_EVERY_S))
            self.obey()

    def obey(self) -> None:
        """Take what was ordered, and carry it out between two closes."""
        orders = take_orders(self.state)
        self.stopping.is_asked |= STOP in orders
        self.waiting += [order for order in orders if order != STOP]
        if self.waiting and self.listen is not None:
            self.listen()


def journal_path(state: Path) -> Path:
    """Where the journal of a state folder is."""
    return state / "journal.jsonl"


def open_session(state: Path, *, is_fresh: bool) -> Session:
    """Read what is there; a finished journal, or with `is_fresh` an unfinished one, is set aside.

    A run that goes on starts from the risk state its journal says, a new one from the saved one, and only
    with `is_fresh`, or where no close has been heard yet, from none.
    """
    path = journal_path(state)
    take_orders(state)  # what was meant for an earlier process
    has_journal = path.is_file() and path.stat().st_size > 0
    records = list(read_journal(path)) if has_journal and not is_fresh else []
    if records and records[-1].kind != END:
        return Session(state, records, Stopping(), RiskStart.parsed(records[0].data.get("risk_start", "")))
    is_first = not any(record.kind == HEARD for record in records)
    start = FRESH if is_fresh else find_risk(state, first_start=is_first)
    if has_journal:
        path.replace(_aside(path))
    return Session(state, [], Stopping(), start)


async def run_session(
    session: Session,
    run: PaperRun,
    feed: PaperFeed,
    watch: Callable[[Picture], None],
    duration_ms: int | None,
) -> RunResult:
    """Trade on paper until the duration, the market or a stop ends it.

    What a killed process journaled is lived through again and gone on with; `DataError` where it
    comes out differently.
    """
    _check_header(session, run)
    journal = Journal.opened(session.journal)
    if journal.records == 0:
        journal.append(HEADER, run.header, durable=True)
    earlier = session.earlier[1:]
    sink = RetracedJournal(journal, earlier)
    keeper = RiskKeeper(run.assembly.desk, run.market.past.symbols, session.state)
    told = Told(run.engine, sink, earlier)
    last: deque[Picture] = deque(maxlen=1)

    def after(picture: Picture) -> None:
        last.append(picture)
        told.relive()
        if not sink.is_retracing:
            keeper.keep(picture.time_ms)
            write_status(session.state, _status(run, picture))
            watch(picture)
            session.obey()

    def listen() -> None:
        if sink.is_retracing or not last:
            return
        told.hear(session.waiting, last[0].time_ms + 1)
        session.waiting.clear()
        write_status(session.state, _status(run, last[0]))

    session.listen = listen
    closes = feed.closes(heard_in(earlier), bars_of(run, duration_ms))
    with _stop_on_interrupt(session.stopping):
        result = await trade(run, sink, closes, session.stopping, after)
    journal.append(END, {"closes": int(result.equity.size)}, durable=True)
    journal.close()
    return result


def _status(run: PaperRun, picture: Picture) -> dict[str, Any]:
    circuit = run.assembly.circuit
    return {**as_status(picture), "interventions": [] if circuit is None else active_rows(circuit)}


def _check_header(session: Session, run: PaperRun) -> None:
    if not session.earlier:
        return
    header = session.earlier[0].data
    if header != run.header:
        name = next(key for key in run.header if header.get(key) != run.header[key])
        raise DataError(
            f"{session.journal}: the unfinished run {header.get('run_id')} there has another {name}; "
            "allowed: the same configuration, data and version to go on with it, or --fresh to set it aside"
        )


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
