"""Whoever looks at a run beside the terminal: messages to a person, numbers for Prometheus."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.paper_session import Session
from alphastrike.app.run_log import RunLog, news_of
from alphastrike.domain.errors import ConfigError
from alphastrike.live.metrics import MetricsServer, Vitals
from alphastrike.live.notices import Notifier
from alphastrike.live.picture import Picture
from alphastrike.live.risk_picture import breaker_words

Watch = Callable[[Picture], None]
Say = Callable[[str], None]
URLS = "ALPHASTRIKE_NOTIFY_URLS"
ALERTS = ("alert", "UNPROTECTED", "risk state unusable")
_STARTS = ("going on with run", "reconciled with the venue")


class AppriseMessenger:
    """Messages by every service the addresses name, from a thread of its own."""

    def __init__(self, urls: str, say: Say) -> None:
        """`urls` as Apprise reads them, apart by blanks; `ConfigError` for one it does not know."""
        import apprise  # noqa: PLC0415 - in an extra

        self._carrier = apprise.Apprise()
        for place, url in enumerate(urls.split(), start=1):
            if not self._carrier.add(url):
                raise ConfigError(f"{URLS}: address {place} is none Apprise knows, allowed its service URLs")
        self._say = say
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="notify")

    def send(self, title: str, text: str) -> None:
        """Send; one that did not arrive is said here."""
        self._thread.submit(self._send, title, text)

    def close(self) -> None:
        """Wait for what is on its way."""
        self._thread.shutdown(wait=True)

    def _send(self, title: str, text: str) -> None:
        if not self._carrier.notify(body=text, title=title):
            self._say(f"a notification did not arrive: {title}")


class _Teller:
    """Reads what a run shows and says, and tells of it."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._state = "normal"

    def watch(self, picture: Picture, new_orders: tuple[str, ...]) -> None:
        if picture.breaker.state != self._state:
            self._state = picture.breaker.state
            self._notifier.tell("breaker", f"{picture.title}: {breaker_words(picture.breaker)}")
        for order in new_orders:
            self._notifier.tell("order", f"{picture.title}: {order}")

    def say(self, line: str) -> None:
        if line.startswith(ALERTS):
            self._notifier.tell("alert", line)
        elif line.startswith(_STARTS):
            self._notifier.tell("start", line)
        elif line.startswith("note: "):
            self._notifier.tell("note", line)

    def end(self) -> None:
        self._notifier.tell("stop", f"process {os.getpid()} ends")


class _News:
    """Finds the orders that are new in a picture, for whoever reads them."""

    def __init__(self, readers: list[Callable[[Picture, tuple[str, ...]], None]]) -> None:
        self._readers = readers
        self._orders: tuple[str, ...] = ()

    def watch(self, picture: Picture) -> None:
        new, self._orders = news_of(picture.orders, self._orders), picture.orders
        for reader in self._readers:
            reader(picture, new)


@contextmanager
def onlookers(
    config: AlphaStrikeConfig,
    session: Session,
    show: tuple[Watch, Say],
    metrics_port: int | None,
    environment: Mapping[str, str],
) -> Iterator[tuple[Watch, Say]]:
    """Yield `show` with everyone joined who was asked for: addresses in the environment, a port."""
    watches: list[Watch] = [show[0]]
    says: list[Say] = [show[1]]
    ends: list[Callable[[], object]] = []
    readers: list[Callable[[Picture, tuple[str, ...]], None]] = []
    if config.live.log_megabytes > 0.0:
        log = RunLog(session.state, config.live.log_megabytes, ALERTS)
        readers.append(log.watch)
        says.append(log.say)
        ends.append(log.close)
    if urls := environment.get(URLS, ""):
        messenger = AppriseMessenger(urls, show[1])
        teller = _Teller(Notifier(config.notify, messenger, time.monotonic))
        readers.append(teller.watch)
        says.append(teller.say)
        ends += [messenger.close, teller.end]
    if metrics_port is not None:
        vitals = Vitals()
        server = MetricsServer(vitals, metrics_port)
        show[1](f"metrics at http://127.0.0.1:{server.port}/metrics")
        watches.append(vitals.take)
        session.beats.append(vitals.beat)
        ends.append(server.close)
    try:
        yield _each([*watches, _News(readers).watch]), _each(says)
    finally:
        for end in reversed(ends):
            end()


def _each(calls: list[Any]) -> Callable[[Any], None]:
    def call(value: Any) -> None:
        for each in calls:
            each(value)

    return call
