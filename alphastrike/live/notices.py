"""What a person is told of a run wherever they are: by event, and no more often than was asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from alphastrike.live.config import NotifyConfig


class Messenger(Protocol):
    """Carries a message to a person; returns at once, and never raises for one that does not arrive."""

    def send(self, title: str, text: str) -> None:
        """Send."""
        ...


@dataclass(slots=True)
class Notifier:
    """Sends the kinds that are wanted; what comes too thick is counted and told with the next one."""

    config: NotifyConfig
    messenger: Messenger
    now_s: Callable[[], float]
    _sent_s: dict[str, float] = field(default_factory=dict)
    _held: dict[str, int] = field(default_factory=dict)

    def tell(self, kind: str, text: str) -> None:
        """Send it, or count it. `kind` is one of `notify.events`."""
        if kind not in self.config.events:
            return
        now_s = self.now_s()
        least_s = float(getattr(self.config, f"{kind}_seconds", 0.0))
        if kind in self._sent_s and now_s - self._sent_s[kind] < least_s:
            self._held[kind] = self._held.get(kind, 0) + 1
            return
        self._sent_s[kind] = now_s
        held = self._held.pop(kind, 0)
        more = f" (and {held} more since the last message)" if held else ""
        self.messenger.send(f"alphastrike: {kind}", text + more)
