"""The tables of a trace store, and the steps that bring an older one up to date.

A trace is one consultation. `attempt` tells the same run's repetitions apart; nothing captured is ever
overwritten. `outcome` and `outcome_version` are the label, which only a replay fills.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    text,
)

from alphastrike.domain.errors import DataError

SCHEMA_VERSION = 3
METADATA = MetaData()
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

TRACES = Table(
    "traces",
    METADATA,
    Column("trace_id", String(80), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("review_id", String(32), nullable=False),
    Column("cursor_ms", BigInteger, nullable=False),  # close of the bar that asked
    Column("recorded_ms", BigInteger, nullable=False),
    Column("triggers", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("report_sha256", String(64), nullable=False),
    Column("advisor", String(80), nullable=False),
    Column("cause", String(80), nullable=False),
    Column("model", String(200)),
    Column("digest", String(100)),
    Column("protocol", String(20)),
    Column("details", Text, nullable=False),
    Column("calls", Text, nullable=False),
    Column("judgements", Text, nullable=False),
    Column("state_before", Text, nullable=False),
    Column("state_after", Text, nullable=False),
    Column("snapshot_id", String(80)),
    Column("latency_ms", BigInteger, nullable=False),
    Column("software", String(40), nullable=False),
    Column("outcome", Text),
    Column("outcome_version", String(80)),
    Column("episode_id", String(80)),  # since 2
    Column("propensity", Float),  # since 2; empty where the advisor was deterministic
    Index("traces_by_report", "report_sha256"),
    Index("traces_by_time", "recorded_ms"),
)
EVENTS = Table(
    "trace_events",
    METADATA,
    Column("id", _SERIAL, primary_key=True, autoincrement=True),
    Column("trace_id", String(80), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("recorded_ms", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Index("trace_events_by_trace", "trace_id", "attempt", "seq"),
)
SEALS = Table(  # since 3
    "trace_seals",
    METADATA,
    Column("trace_id", String(80), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("number", Integer, nullable=False),  # within the recording, from 1
    Column("events", Integer, nullable=False),
    Column("previous", String(64), nullable=False),  # empty for the first
    Column("sha256", String(64), nullable=False),
)
VERSION = Table("trace_schema", METADATA, Column("version", Integer, primary_key=True))


def bring_up_to_date(connection: Connection) -> int:
    """Create what is missing and migrate what is old; returns the version it was. `DataError` if newer."""
    if not inspect(connection).has_table(VERSION.name):
        METADATA.create_all(connection)
        connection.execute(VERSION.insert().values(version=SCHEMA_VERSION))
        return SCHEMA_VERSION
    found = int(connection.execute(VERSION.select()).scalar_one())
    if found > SCHEMA_VERSION:
        raise DataError(f"trace store: observed schema {found}, allowed up to {SCHEMA_VERSION}")
    for step in range(found, SCHEMA_VERSION):
        for statement in _STEPS[step]:
            connection.execute(text(statement))
    if found != SCHEMA_VERSION:
        METADATA.create_all(connection)  # tables that came later
        connection.execute(VERSION.update().values(version=SCHEMA_VERSION))
    return found


# By the version they start from.
_STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE traces ADD COLUMN episode_id VARCHAR(80)",
        "ALTER TABLE traces ADD COLUMN propensity FLOAT",
    ),
    2: (),
}
