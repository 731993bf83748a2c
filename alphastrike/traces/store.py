"""The database behind the tee: SQLite in WAL mode, or any other that SQLAlchemy reaches."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, create_engine, delete, event, exists, func, select, update
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import DAY_MS
from alphastrike.traces.config import TracesConfig
from alphastrike.traces.lossless import from_text
from alphastrike.traces.seals import Verified, verify
from alphastrike.traces.tables import EVENTS, SCHEMA_VERSION, SEALS, TRACES, bring_up_to_date

Row = dict[str, Any]
_BUSY_MS = 1_000


class TraceStore:
    """An open store; every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        """Take charge of a connected engine."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The connected engine, for who reads in bulk."""
        return self._engine

    @classmethod
    def opened(cls, place: TracesConfig | str | Path) -> Self:
        """Open a store, creating or migrating it; `ConfigError` or `DataError` when that cannot be."""
        url = url_of(place)
        try:
            return cls(_ready(url))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise ConfigError(
                f"traces: {_shown(url)}: {error}; allowed: a path, or a URL whose driver is installed"
            ) from None
        except (SQLAlchemyError, OSError) as error:
            raise DataError(f"traces: {_shown(url)}: cannot be opened: {_reason(error)}") from None

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def next_attempt(self, run_id: str) -> int:
        """A number no earlier recording of this run has used."""
        query = select(func.max(TRACES.c.attempt)).where(TRACES.c.run_id == run_id)
        events = select(func.max(EVENTS.c.attempt)).where(EVENTS.c.trace_id.startswith(f"{run_id}-"))
        with self._engine.connect() as connection:
            used = [connection.execute(one).scalar() for one in (query, events)]
        return max(number or 0 for number in used) + 1

    def write(self, traces: list[Row], events: list[Row], seals: list[Row] | None = None) -> None:
        """Add rows; all of them or none."""
        with self._engine.begin() as connection:
            for table, rows in ((TRACES, traces), (EVENTS, events), (SEALS, seals)):
                if rows:
                    connection.execute(table.insert(), rows)

    def traces(self, *, limit: int | None = None, run_id: str | None = None) -> list[Row]:
        """Traces without their events, the newest recording first."""
        query = select(TRACES).order_by(
            TRACES.c.recorded_ms.desc(), TRACES.c.cursor_ms.desc(), TRACES.c.trace_id
        )
        if run_id is not None:
            query = query.where(TRACES.c.run_id == run_id)
        if limit is not None:
            query = query.limit(limit)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def trace(self, trace_id: str, attempt: int | None = None) -> Row:
        """One trace with its events, the latest attempt unless one is named; `DataError` if unknown."""
        query = select(TRACES).where(TRACES.c.trace_id == trace_id)
        query = (
            query.order_by(TRACES.c.attempt.desc())
            if attempt is None
            else query.where(TRACES.c.attempt == attempt)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                raise DataError(f"traces: no trace {trace_id!r}; `alphastrike traces list` has their ids")
            found = select(EVENTS).where(EVENTS.c.trace_id == trace_id, EVENTS.c.attempt == row["attempt"])
            events = [dict(one) for one in connection.execute(found.order_by(EVENTS.c.seq)).mappings()]
        for one in events:
            one["payload"] = from_text(one["payload"])
        return {**row, "events": events}

    def answers(self) -> Iterator[tuple[str, Row]]:
        """Every recorded answer with the hash of its report, oldest first."""
        columns = [TRACES.c[name] for name in _ANSWER]
        query = select(*columns).order_by(TRACES.c.recorded_ms, TRACES.c.attempt, TRACES.c.cursor_ms)
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                yield row["report_sha256"], dict(row)

    def label(
        self, trace_id: str, attempt: int, outcome: Any, version: str, *, episode_id: str | None = None
    ) -> None:
        """Write what a replay found beside a trace; the capture itself stays as it is."""
        change = update(TRACES).where(TRACES.c.trace_id == trace_id, TRACES.c.attempt == attempt)
        with self._engine.begin() as connection:
            connection.execute(
                change.values(outcome=json.dumps(outcome), outcome_version=version, episode_id=episode_id)
            )

    def prune(self, before_ms: int, *, dry_run: bool = False) -> int:
        """Remove traces recorded before a time, with their events; returns how many."""
        old = select(TRACES.c.trace_id, TRACES.c.attempt).where(TRACES.c.recorded_ms < before_ms)
        with self._engine.begin() as connection:
            keys = connection.execute(old).all()
            if not dry_run:
                connection.execute(delete(EVENTS).where(EVENTS.c.recorded_ms < before_ms))
                connection.execute(delete(TRACES).where(TRACES.c.recorded_ms < before_ms))
                sealed = (TRACES.c.trace_id == SEALS.c.trace_id) & (TRACES.c.attempt == SEALS.c.attempt)
                connection.execute(delete(SEALS).where(~exists().where(sealed)))
        return len(keys)

    def verified(self) -> Verified:
        """Hold every trace against its seal."""
        return verify(self._engine)

    def status(self) -> Row:
        """Counts and the time covered."""
        with self._engine.connect() as connection:
            traces = connection.execute(select(func.count()).select_from(TRACES)).scalar_one()
            events = connection.execute(select(func.count()).select_from(EVENTS)).scalar_one()
            labelled = connection.execute(select(func.count(TRACES.c.outcome))).scalar_one()
            first, last = connection.execute(
                select(func.min(TRACES.c.recorded_ms), func.max(TRACES.c.recorded_ms))
            ).one()
        return {
            "schema": SCHEMA_VERSION,
            "traces": traces,
            "events": events,
            "labelled": labelled,
            "first_ms": first,
            "last_ms": last,
        }


_ANSWER = ("report_sha256", "trace_id", "calls", "advisor", "cause", "latency_ms", "details")


def url_of(place: TracesConfig | str | Path) -> str:
    """The URL of a place: itself, or the SQLite file it names."""
    if isinstance(place, TracesConfig):
        place = place.url or place.path
    if isinstance(place, str) and "://" in place:
        return place
    return f"sqlite:///{place}"


def cutoff_ms(now_ms: int, retention_days: int) -> int:
    """What was recorded before this is older than the retention."""
    return now_ms - retention_days * DAY_MS


def _ready(url: str) -> Engine:
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            bring_up_to_date(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True)
        if engine.dialect.name == "postgresql":
            _prepare(engine, (f"SET lock_timeout = {_BUSY_MS}",))
        return engine
    path = url.partition("sqlite:///")[2].partition("?")[0]
    if path and not path.startswith("file:"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    pragmas = (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=NORMAL")
    _prepare(engine, tuple(f"PRAGMA {pragma}" for pragma in pragmas))
    return engine


def _prepare(engine: Engine, statements: tuple[str, ...]) -> None:
    """Have every new connection begin with these: none waits longer for a lock than anyone for a trace."""

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()


def _shown(url: str) -> str:
    """The URL without anything that might be a secret."""
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://...@{tail}" if at else url


def _reason(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0][:200]
