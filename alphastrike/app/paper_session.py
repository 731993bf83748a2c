"""One paper session on a state folder: a journal that is gone on with, orders taken, a status left."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from alphastrike.app.circuit_rows import active_rows
from alphastrike.app.correspondence import Correspondence, Say, corresponding
from alphastrike.app.paper import PaperRun, Trading, bars_of, paper_driver
from alphastrike.app.paper_files import journal_path, kept_files
from alphastrike.app.paper_market import PaperFeed
from alphastrike.app.risk_start import FRESH, RiskStart, find_risk
from alphastrike.app.risk_state_file import RiskKeeper
from alphastrike.backtest.result import RunResult
from alphastrike.domain.errors import DataError
from alphastrike.live.driver import HEARD, TOLD, Stopping, heard_in
from alphastrike.live.journal import Journal, Record, read_journal
from alphastrike.live.order_box import Order, waiting_orders
from alphastrike.live.picture import Picture, as_status
from alphastrike.live.retracing import RetracedJournal
from alphastrike.live.state_folder import write_status
from alphastrike.live.told import STOP, STOP_WHEN_FLAT, Told

HEADER, END = "header", "end"
_LOOK_EVERY_S = 0.2
_ALERTS_KEPT = 10


@dataclass(slots=True)
class Session:
    """A state folder that this process owns, and what an earlier process left in it.

    `waiting` are orders not carried out yet; `listen` does so as soon as it can be done, and hears what
    was answered meanwhile. `settle` lets an answer under way arrive. `leaves_when_flat` is an order to stop
    once no position is open. `beats` are called whenever the loop looks for orders. `risk` is what the
    run's risk state starts from.
    """

    state: Path
    earlier: list[Record]
    stopping: Stopping
    risk: RiskStart = FRESH
    waiting: list[Order] = field(default_factory=list)
    listen: Callable[[], None] | None = None
    correspondence: Correspondence | None = None
    leaves_when_flat: bool = False
    beats: list[Callable[[], None]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """What an earlier process heard is over; a plain stop was meant for it."""
        heard = {str(record.data.get("order")) for record in self.earlier if record.kind == TOLD}
        for order in waiting_orders(self.state):
            if order.name in heard:
                self._taken.add(order.name)
            if order.text == STOP_WHEN_FLAT and order.name in heard:
                self.leaves_when_flat = True
            elif order.text == STOP or order.name in heard:
                order.done()

    @property
    def journal(self) -> Path:
        """Where the journal is."""
        return journal_path(self.state)

    async def nap(self, seconds: float) -> None:
        """Wait, unless told to stop."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while not self.stopping.is_asked and (left := ends - loop.time()) > 0.0:
            await asyncio.sleep(min(left, _LOOK_EVERY_S))
            self.obey()

    async def settle(self, longest_s: float) -> None:
        """Let the market rest while a review is being answered, for so long at most."""
        if self.correspondence is not None:
            await self.correspondence.settle(longest_s, self.obey)

    def obey(self) -> bool:
        """Take what was ordered, and carry it out between two closes; whether to go on."""
        for beat in self.beats:
            beat()
        for order in waiting_orders(self.state):
            if order.name in self._taken:
                continue
            self._taken.add(order.name)
            if order.text == STOP:
                self.stopping.is_asked = True
                order.done()
            else:
                self.leaves_when_flat |= order.text == STOP_WHEN_FLAT
                self.waiting.append(order)
        if self.listen is not None:
            self.listen()
        return not self.stopping.is_asked

    def ended(self) -> None:
        """The process leaves in good order: what asked for it is over."""
        for order in waiting_orders(self.state):
            if order.text == STOP_WHEN_FLAT and order.name in self._taken:
                order.done()

    def flat(self) -> None:
        """No position is open: a stop that waited for it is due."""
        self.stopping.is_asked |= self.leaves_when_flat and not self.waiting


def open_session(state: Path, *, is_fresh: bool) -> Session:
    """Read what is there; a finished journal, or with `is_fresh` an unfinished one, is set aside.

    A run that goes on starts from the risk state its journal says, a new one from the saved one, and only
    with `is_fresh`, or where no close has been heard yet, from none.
    """
    path = journal_path(state)
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
    show: tuple[Callable[[Picture], None], Say],
    duration_ms: int | None,
) -> RunResult:
    """Trade on paper until the duration, the market or a stop ends it.

    What a killed process journaled is lived through again and gone on with; `DataError` where it
    comes out differently. `show` is who watches, and who is told what a person should know.
    """
    check_header(session, run)
    with corresponding(run.config, run.assembly.circuit, show[1]) as correspondence:
        session.correspondence = correspondence
        return await _run_session(
            session, replace(run, advice=correspondence), feed, show[0], bars_of(run, duration_ms)
        )


async def _run_session(
    session: Session, run: PaperRun, feed: PaperFeed, watch: Callable[[Picture], None], bars: int
) -> RunResult:
    journal = Journal.opened(session.journal)
    if journal.records == 0:
        journal.append(HEADER, run.header, durable=True)
    earlier = session.earlier[1:]
    sink = RetracedJournal(journal, earlier)
    between = _BetweenCloses(session, run, sink, watch)
    trading = Trading(run, between.after)
    driver = paper_driver(run, trading, sink)
    between.told = Told(driver, earlier)
    session.listen = between.listen
    closes = feed.closes(heard_in(earlier), bars)
    with stopped_by_interrupt(session.stopping):
        await driver.run(closes, session.stopping)
    result = trading.result()
    between.finish()
    journal.append(END, {"closes": int(result.equity.size)}, durable=True)
    journal.close()
    session.ended()
    return replace(result, kept=kept_files(session.journal, run.provenance.run_id))


class _BetweenCloses:
    """What is done when a close has been dealt with: words are heard, the state is left for others."""

    told: Told

    def __init__(
        self, session: Session, run: PaperRun, sink: RetracedJournal, watch: Callable[[Picture], None]
    ) -> None:
        self._session = session
        self._run = run
        self._sink = sink
        self._watch = watch
        self._keeper = RiskKeeper(run.assembly.desk, run.market.past.symbols, session.state)
        self._last: Picture | None = None

    def after(self, picture: Picture) -> None:
        """After a close; one that is lived through again has been shown before."""
        self._last = picture
        self.told.relive()
        if not self._sink.is_retracing:
            self._keeper.keep(picture.time_ms)
            self._leave_status(picture)
            self._watch(picture)
            self._session.obey()
            if not picture.positions:
                self._session.flat()
        elif self._session.correspondence is not None:
            self._session.correspondence.skip()

    def finish(self) -> None:
        """Before the journal ends: from here on the saved state is all a next run has."""
        if self._last is not None:
            self._keeper.keep(self._last.time_ms, is_last=True)

    def listen(self) -> None:
        """Let the engine hear what was answered and what was ordered."""
        picture, session = self._last, self._session
        if picture is None or self._sink.is_retracing:
            return
        answers = () if session.correspondence is None else session.correspondence.look()
        if answers or session.waiting:
            self.told.hear(answers, picture.time_ms + 1)
            self.told.obey(session.waiting, picture.time_ms + 1)
            session.waiting.clear()
            self._leave_status(picture)

    def _leave_status(self, picture: Picture) -> None:
        write_status(self._session.state, status_of(self._run, picture))


def status_of(run: PaperRun, picture: Picture) -> dict[str, Any]:
    """What `status` reads."""
    circuit = run.assembly.circuit
    return {
        **as_status(picture),
        "interventions": [] if circuit is None else active_rows(circuit),
        "alerts": [] if circuit is None else [asdict(alert) for alert in circuit.alerts[-_ALERTS_KEPT:]],
    }


def check_header(session: Session, run: PaperRun) -> None:
    """`DataError` unless the unfinished journal there, if any, is this run's."""
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
def stopped_by_interrupt(stopping: Stopping) -> Iterator[None]:
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
