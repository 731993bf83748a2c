"""`alphastrike parity`: what a journaled run did, against the simulated venue on the same closes.

The closes of the journal are lived through once more with the simulated venue in place of the account. What
differs is named: what stages 1 to 6 said, which orders left, at what price and when they were filled, what
they cost, and what funding was.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alphastrike.app.kept_market import market_of
from alphastrike.app.modes import PAPER
from alphastrike.app.paper import Trading, open_paper, paper_driver
from alphastrike.app.paper_files import journal_path
from alphastrike.app.paper_session import HEADER
from alphastrike.app.retrace import config_of
from alphastrike.app.risk_start import RiskStart
from alphastrike.domain.commands import PlaceOrder
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import CandlesClosed, FillReceived, FundingSettled
from alphastrike.domain.orders import OrderType, UnifiedFill
from alphastrike.domain.outcomes import Code, Halted, Stage
from alphastrike.live.codec import decode
from alphastrike.live.driver import HEARD, STEP, heard_in
from alphastrike.live.journal import MemoryJournal, Record, read_journal

_LAST_MARKET_STAGE = Stage.STRATEGY
Key = tuple[int, str, str, str]  # close, symbol, side, reason


@dataclass(slots=True)
class Facts:
    """One run as its journal tells it: what stages 2 to 6 said, market orders, executions, funding."""

    closes: set[int] = field(default_factory=set)
    halts: dict[tuple[int, str], Code] = field(default_factory=dict)
    forecasts: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)
    orders: dict[Key, PlaceOrder] = field(default_factory=dict)
    fills: dict[str, list[UnifiedFill]] = field(default_factory=dict)
    funding: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Difference:
    """One cause: how often it differed, out of how many, and its worth to the run, quote (> 0 gained)."""

    cause: str
    differing: int
    compared: int
    worth: float
    words: str


def parity(run: Path) -> tuple[Difference, ...]:
    """Compare a journal, or that of a state folder, with the simulated venue; `DataError` without one."""
    path = journal_path(run) if run.is_dir() else run
    header, *records = read_journal(path)
    if header.kind != HEADER:
        raise DataError(f"{path}: begins with no header; allowed: a journal that paper or live trading wrote")
    config = config_of(path, header.data)
    start = RiskStart.parsed(str(header.data.get("risk_start", "")))
    again = open_paper(config, market_of(config, path, header.data), start, PAPER)
    memory = MemoryJournal()
    driver = paper_driver(again, Trading(again, lambda _: None), memory)
    for heard in heard_in(records):
        driver.decide(heard)
        driver.settle(heard)
    return compared(facts_of(records), facts_of(memory.records))


def facts_of(records: Iterable[Record]) -> Facts:
    """What these records say happened."""
    facts, close_ms = Facts(), 0
    for record in records:
        if record.kind == HEARD:
            candles: CandlesClosed = decode(record.data["event"])
            close_ms = candles.close_time_ms
            facts.closes.add(close_ms)
        elif record.kind == STEP:
            _take_step(facts, record, close_ms)
    return facts


def _take_step(facts: Facts, record: Record, close_ms: int) -> None:
    for outcome in map(decode, record.data["outcomes"]):
        if isinstance(outcome, Halted) and outcome.stage <= _LAST_MARKET_STAGE:
            facts.halts[close_ms, outcome.symbol] = outcome.code
    for symbol, forecast, conviction in record.data.get("forecasts", ()):
        facts.forecasts[close_ms, symbol] = (forecast, conviction)
    for command in map(decode, record.data["commands"]):
        if isinstance(command, PlaceOrder) and command.order.order_type is OrderType.MARKET:
            order = command.order
            facts.orders[close_ms, order.symbol, order.side.name, command.reason.label] = command
    event = None if record.data["event"] is None else decode(record.data["event"])
    if isinstance(event, FillReceived):
        facts.fills.setdefault(event.fill.client_order_id, []).append(event.fill)
    elif isinstance(event, FundingSettled):
        facts.funding[event.symbol] += event.payment  # type: ignore[assignment]


def compared(run: Facts, simulated: Facts) -> tuple[Difference, ...]:
    """Every cause, in the order in which one leads to the next."""
    both = sorted(run.orders.keys() & simulated.orders.keys())
    pairs = [(run.orders[key], simulated.orders[key]) for key in both]
    return (
        _data(run, simulated),
        _signals(run, simulated),
        _orders(run, simulated),
        *_executions(pairs, run, simulated),
        _funding(run, simulated),
    )


def _data(run: Facts, simulated: Facts) -> Difference:
    missing = run.closes ^ simulated.closes
    return Difference("data", len(missing), len(run.closes), 0.0, "closes only one of them heard")


def _signals(run: Facts, simulated: Facts) -> Difference:
    cells = run.halts.keys() | simulated.halts.keys() | run.forecasts.keys() | simulated.forecasts.keys()
    differing = sum(
        run.halts.get(cell) != simulated.halts.get(cell)
        or run.forecasts.get(cell) != simulated.forecasts.get(cell)
        for cell in cells
    )
    words = "forecasts, or halts of stages 1 to 6, that are not the same to the last bit"
    return Difference("signal", differing, len(cells), 0.0, words)


def _orders(run: Facts, simulated: Facts) -> Difference:
    only = run.orders.keys() ^ simulated.orders.keys()
    keys = run.orders.keys() | simulated.orders.keys()
    words = f"{len(run.orders.keys() - simulated.orders.keys())} only here, the others only simulated"
    return Difference("order", len(only), len(keys), 0.0, words)


def _executions(
    pairs: Sequence[tuple[PlaceOrder, PlaceOrder]], run: Facts, simulated: Facts
) -> tuple[Difference, ...]:
    price = fee = 0.0
    priced = feed = late = compared = 0
    waits: list[int] = []
    for mine, theirs in pairs:
        here, there = _fills(run, mine), _fills(simulated, theirs)
        if not here or not there:
            continue
        compared += 1
        quantity = float(sum(fill.quantity for fill in here))
        gap = -int(mine.order.side) * (_average(here) - _average(there)) * quantity
        cost = sum(float(fill.fee) for fill in there) - sum(float(fill.fee) for fill in here)
        wait = here[0].event_time_ms - there[0].event_time_ms
        priced, price = priced + (abs(gap) > 0.0), price + gap
        feed, fee = feed + (abs(cost) > 0.0), fee + cost
        late += wait != 0
        waits.append(wait)
    middle = sorted(waits)[len(waits) // 2] if waits else 0
    return (
        Difference("fill", priced, compared, price, "average prices of orders both sent"),
        Difference("fee", feed, compared, fee, "fees of orders both sent"),
        Difference("latency", late, compared, 0.0, f"fills {middle:+d} ms from the simulated ones, median"),
    )


def _funding(run: Facts, simulated: Facts) -> Difference:
    symbols = run.funding.keys() | simulated.funding.keys()
    gaps = [run.funding[symbol] - simulated.funding[symbol] for symbol in symbols]
    differing = sum(abs(gap) > 0.0 for gap in gaps)
    return Difference("funding", differing, len(gaps), float(sum(gaps)), "payments by symbol")


def _fills(facts: Facts, command: PlaceOrder) -> list[UnifiedFill]:
    return facts.fills.get(command.order.client_order_id, [])


def _average(fills: Sequence[UnifiedFill]) -> float:
    quantity = sum(fill.quantity for fill in fills)
    return float(sum(fill.price * fill.quantity for fill in fills) / quantity)
