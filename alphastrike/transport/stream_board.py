"""The states of all streams of an adapter, in one place."""

from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.clock import Clock
from alphastrike.transport.mailbox import Mailbox


class StreamBoard:
    """Remembers the latest state of every topic and tells of every change."""

    def __init__(self, clock: Clock) -> None:
        """Start with every stream closed."""
        self._clock = clock
        self._states: dict[str, StreamState] = {}
        self._changes: Broadcast[StreamChanged] = Broadcast(drops_oldest=False)

    def state(self, topic: str) -> StreamState:
        """The state of a topic; CLOSED when nobody asked for it."""
        return self._states.get(topic, StreamState.CLOSED)

    def set(self, topic: str, state: StreamState, why: str = "") -> None:
        """Record a state; told only when it is a new one."""
        if self.state(topic) is not state:
            self._states[topic] = state
            self._changes.put(StreamChanged(topic, state, self._clock.now_ms(), why))

    def changes(self) -> Mailbox[StreamChanged]:
        """Every change from now on."""
        return self._changes.reader()

    def end(self) -> None:
        """Close every topic and end the readers."""
        for topic in self._states:
            self.set(topic, StreamState.CLOSED, "closed here")
        self._changes.end()
