"""An event loop whose time jumps to the next timer, so that hours of waiting take no time.

Everything that waits through asyncio works unchanged and deterministically, as long as nothing waits for
the outside: inside such a loop sockets are the in-memory ones of the simulator.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _TimeJumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for a timer, moves the loop's time to it."""

    jumped_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("simulated time: every task waits and no timer is set, so nothing can happen")
        ready = super().select(0)
        if not ready and timeout > 0:
            self.jumped_s += timeout
        return ready


class SimulatedTimeLoop(asyncio.SelectorEventLoop):
    """Starts at 0 s; moves only when every task waits."""

    def __init__(self) -> None:
        """Make a fresh loop."""
        self._jumping = _TimeJumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds of simulated time."""
        return self._jumping.jumped_s


def run_in_simulated_time(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own; tasks left over are cancelled."""
    with asyncio.Runner(loop_factory=SimulatedTimeLoop) as runner:
        return runner.run(work)
