"""What a `venue.yaml` may say of calls and streams: what is sent, what is read."""

from typing import Annotated, Literal

from pydantic import Field

from alphastrike.domain.settings import Settings

Scalar = str | int | float | bool
Path = Annotated[str, Field(min_length=1, description="a JMESPath expression into the answer")]


class Value(Settings):
    """A request value with more than a name: looked up in `map`; `default` where it is absent."""

    value: str = Field(description="a variable, as $quantity")
    map: dict[str, Scalar] = Field({}, description="from the variable's words to the venue's")
    default: Scalar | None = Field(None, description="sent when the variable is absent")


class Reading(Settings):
    """A result field with more than a path."""

    path: Path
    map: dict[str, str] = Field({}, description="from the venue's words to ours; others read as UNKNOWN")
    default: Scalar | None = Field(None, description="taken when the path finds nothing")
    times: float | None = Field(None, description="multiplied by this, e.g. 1000 for seconds to milliseconds")
    decimals: bool = Field(default=False, description="the value counts decimal places: 2 means 0.01")
    negative_if: Path | None = Field(None, description="true where the sign is to be turned")
    divided_by: Path | None = Field(None, description="divided by this; zero gives the default")


class Call(Settings):
    """One operation of the document, what it is sent and what is read from its answer."""

    op: str = Field(description="an operationId of the document")
    query: dict[str, Scalar | Value] = Field({}, description="query and path parameters")
    body: dict[str, Scalar | Value] = Field({}, description="fields of a JSON body")
    form: dict[str, Scalar | Value] = Field({}, description="fields of a form body")
    rows: Path = Field("@", description="where the rows (or the one row) of the answer are")
    fields: dict[str, Path | Reading] = Field({}, description="our field to where it is in a row")
    intervals: dict[str, str] = Field({}, description="candle lengths in ms to the venue's words")
    is_private: bool = Field(default=False, description="signed")


class Method(Settings):
    """One of our methods: calls whose rows are appended, or whose fields are merged into one row."""

    calls: tuple[Call, ...] = Field(min_length=1)
    join: Literal["append", "merge"] = "append"
    longest_ms: int | None = Field(None, gt=0, description="longest time an answer spans from its start")
    kept_ms: int | None = Field(None, gt=0, description="rows older than this are not answered for")


class Stream(Settings):
    """One of our streams over the WebSocket. Placeholders of `topic`: {native} {interval}."""

    path: str = Field(pattern=r"^/", description="appended to the address of the streams")
    topic: str = Field(description="what is subscribed to")
    when: Path = Field(description="true in a message of this stream")
    rows: Path = "@"
    fields: dict[str, Path | Reading] = Field(description="our field to where it is in a row")
    intervals: dict[str, str] = Field({}, description="candle lengths in ms to the venue's words")


class WebSocket(Settings):
    """Frames: how to subscribe, what to answer to a ping."""

    live: str = Field(pattern=r"^wss?://", description="address of the live account's streams")
    test: str | None = Field(None, pattern=r"^wss?://", description="address of the test network's")
    subscribe: dict[str, Scalar | list[str]] = Field(
        description="frame; {topic} stands for the topic, {id} for a number"
    )
    ping_when: Path = Field("`false`", description="true in a message that is to be answered")
    ping_reply: dict[str, Scalar] = Field({}, description="the answer; {id} stands for a number")
    streams: dict[str, Stream] = Field({}, description="our streams")
