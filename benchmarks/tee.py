"""What the trajectory tee costs its caller: thread time of noting one message.

Once all at once, and once paced as a model streams. Run: `python benchmarks/tee.py`
"""

import tempfile
import time
from pathlib import Path

from alphastrike.traces.store import TraceStore
from alphastrike.traces.tee import Tee

_PACES = (("at once", 5_000, 0.0), ("2 ms apart", 1_500, 0.002))


def main() -> None:
    for name, messages, pause_s in _PACES:
        ranked = sorted(_spent(messages, pause_s))
        median, slow = (ranked[int(share * messages)] / 1_000 for share in (0.5, 0.99))
        print(f"{name}: median {median:.1f} us, p99 {slow:.1f} us of the caller's own time a message")


def _spent(messages: int, pause_s: float) -> list[int]:
    """Nanoseconds of this thread's time, one a message."""
    message = {"message": {"role": "assistant", "content": "x" * 4_000}, "done": False}
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        store = TraceStore.opened(Path(folder) / "traces.db")
        tee = Tee(store, "run", queue_size=100_000)
        for _ in range(messages):
            began = time.thread_time_ns()
            tee.note("run-r000001", "message", message)
            spent.append(time.thread_time_ns() - began)
            time.sleep(pause_s)
        tee.close()
        store.close()
    return spent


if __name__ == "__main__":
    main()
