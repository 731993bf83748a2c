"""The circuit breaker of a run. In a backtest answers arrive after their latency in simulated time."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from alphastrike.adapters.simulated.books import Venue
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.domain.blocks import DecisionBlock, Integers
from alphastrike.domain.commands import AlertRaised, Request, ReviewRequested
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.llm.book import STATE_VERSION, Book
from alphastrike.llm.breaker import Breaker
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.reporting import Facts, Glance
from alphastrike.llm.watch import NEVER_MS, Watch
from alphastrike.risk.books import Desk
from alphastrike.risk.stage import RiskStage


class Account(NamedTuple):
    """The account's side of a run; `rates_cursor` says how much funding has been settled."""

    instruments: tuple[UnifiedInstrument, ...]
    desk: Desk
    venue: Venue
    rates_cursor: Integers
    watch: Watch

    @property
    def layout(self) -> str:
        """What the bytes of a snapshot mean, as one word."""
        parts = (self.desk.layout, self.venue.layout, self.watch.layout, str(STATE_VERSION))
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The account at the end of the bar that closed at `ts_ms`: what a counterfactual starts from."""

    snapshot_id: str
    review_id: str
    ts_ms: int
    desk: bytes
    venue: bytes
    rates_cursor: bytes
    breaker: bytes
    layout: str  # of the bytes, see `Account.layout`


@dataclass(slots=True)
class Circuit:
    """The breaker with its correspondence. `snapshots` has one entry a review, in order.

    `consultant` None asks nobody: answers come from outside.
    """

    breaker: Breaker
    account: Account
    consultant: Consultant | None
    run_id: str
    alerts: list[AlertRaised] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    _mail: list[InterventionProposed] = field(default_factory=list)
    _layout: str = ""  # worked out once: arrays never change theirs

    @classmethod
    def closed(
        cls, config: AlphaStrikeConfig, account: Account, run_id: str, consultant: Consultant | None
    ) -> Self:
        """A breaker that lets everything through, until a trigger fires."""
        symbols = tuple(instrument.symbol for instrument in account.instruments)
        facts = Facts(
            symbols=symbols,
            desk=account.desk,
            watch=account.watch,
            book=Book(symbols),
            conviction_threshold=config.signals.ensemble.conviction_threshold,
            initial_equity=config.backtest.initial_equity,
        )
        risk = RiskStage(account.desk, account.instruments)
        return cls(
            breaker=Breaker(facts, config.llm, risk.restrain),
            account=account,
            consultant=consultant,
            run_id=run_id,
        )

    def before(self, close_ms: int) -> None:
        """Before a bar of the compiled run: hear what has arrived, end what is due, set the alarm."""
        for event in self.due(close_ms):
            for request in self.breaker.hear(event).requests:
                self.send(request)
        self.breaker.tick(close_ms)
        arrival = min((event.event_time_ms for event in self._mail), default=NEVER_MS)
        self.account.watch.clock[0]["wake_ms"] = min(arrival, self.breaker.wake_ms)

    def after(self, block: DecisionBlock, column: int) -> None:
        """After a stretch of the compiled run that ended with this bar: ask, if a trigger fired."""
        clock = self.account.watch.clock[0]
        if clock["fired"] == 0:
            return
        clock["fired"] = 0
        interval_ms = block.market.interval_ms
        close_ms = int(block.market.open_time_ms[column]) + interval_ms - 1
        self.send(self.breaker.review(close_ms, Glance(block, column), interval_ms))

    def post(self, answer: InterventionProposed) -> None:
        """Have an answer arrive at its time, whoever gave it."""
        self._mail.append(answer)

    def due(self, now_ms: int) -> tuple[InterventionProposed, ...]:
        """Answers that have arrived by now, in order."""
        arrived = tuple(event for event in self._mail if event.event_time_ms <= now_ms)
        self._mail = [event for event in self._mail if event.event_time_ms > now_ms]
        return tuple(sorted(arrived, key=lambda event: event.event_time_ms))

    def send(self, request: Request) -> None:
        """Ask the advisor and post its answer to the time at which it will arrive; keep alerts."""
        if isinstance(request, AlertRaised):
            self.alerts.append(request)
            return
        self.snapshots.append(self._snapshot(request))
        if self.consultant is None:
            return
        # A thread of its own: whoever drives may have a loop running in this one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            advice = thread.submit(asyncio.run, self.consultant.ask(request)).result()
        arrival_ms = request.event_time_ms + max(1, advice.latency_ms)
        self.post(InterventionProposed(arrival_ms, request.review_id, advice))

    def _snapshot(self, request: ReviewRequested) -> Snapshot:
        account = self.account
        self._layout = self._layout or account.layout
        return Snapshot(
            snapshot_id=f"{self.run_id}-{request.review_id}",
            review_id=request.review_id,
            ts_ms=request.event_time_ms,
            desk=account.desk.snapshot(),
            venue=account.venue.snapshot(),
            rates_cursor=account.rates_cursor.tobytes(),
            breaker=self.breaker.snapshot(),
            layout=self._layout,
        )
