"""The log of a run for machines: one JSON object a line, in the state folder, never longer than asked for.

It is written from what a run shows and says, after a close's orders are out; nothing waits for it, and a disk
that takes no more of it stops nothing: what must not be lost is in the journal.
"""

import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from alphastrike.live.picture import Picture
from alphastrike.live.risk_picture import breaker_words

LOG = "log.jsonl"
_FILES = 5  # the one being written and older ones
_WARNS = ("note: ",)


class RunLog:
    """Closes, orders, moves of the breaker and everything said, each with time, level and event."""

    def __init__(self, folder: Path, megabytes: float, errors: tuple[str, ...]) -> None:
        """Append to `log.jsonl` there. A line that begins with one of `errors` is an error."""
        import structlog  # noqa: PLC0415 - only runs that go on pay for it

        path = folder / LOG
        path.touch(mode=0o600)
        self._handler = _Rotating(path, megabytes)
        self._logger = logging.getLogger("alphastrike.run")
        self._logger.propagate = False
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self._handler)
        self._errors = errors
        self._state = ""
        self._log: Any = structlog.wrap_logger(
            self._logger,
            wrapper_class=structlog.stdlib.BoundLogger,
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                structlog.processors.JSONRenderer(allow_nan=False),
            ],
        )

    def watch(self, picture: Picture, new_orders: tuple[str, ...]) -> None:
        """A close when it has been dealt with, and the orders since the last one, oldest first."""
        at = datetime.fromtimestamp(picture.time_ms / 1_000, UTC).isoformat(timespec="milliseconds")
        log = self._log.bind(run=picture.title, market_time=at)
        for order in new_orders:
            log.info("order", order=order)
        if picture.breaker.state != self._state:
            level = log.info if picture.breaker.state == "normal" else log.warning
            level("breaker", state=picture.breaker.state, text=breaker_words(picture.breaker))
            self._state = picture.breaker.state
        log.info(
            "close",
            equity=picture.equity,
            drawdown=picture.drawdown,
            leverage=picture.leverage.leverage,
            positions={line.symbol: line.notional for line in picture.positions},
            verdicts=picture.verdicts,
            validator=picture.validator,
        )

    def say(self, line: str) -> None:
        """What a person was told."""
        is_error = line.startswith(self._errors)
        level = (
            self._log.error if is_error else self._log.warning if line.startswith(_WARNS) else self._log.info
        )
        level("said", text=line)

    def close(self) -> None:
        """Let go of the file."""
        self._logger.removeHandler(self._handler)
        self._handler.close()


class _Rotating(RotatingFileHandler):
    """Keeps a few files of equal length and swallows what a disk refuses."""

    def __init__(self, path: Path, megabytes: float) -> None:
        longest = int(megabytes * 1e6 / _FILES)
        super().__init__(path, maxBytes=longest, backupCount=_FILES - 1, encoding="utf-8", delay=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Nothing: the run goes on."""


def news_of(latest: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """Of lines with the latest first, those that were not there before, oldest first."""
    known = next((count for count in range(len(before), 0, -1) if latest[-count:] == before[:count]), 0)
    return latest[: len(latest) - known][::-1]
