"""What the trajectory tee costs its caller: thread time of noting one message, 5,000 times.

Run: `python benchmarks/tee.py`
"""

import tempfile
import time
from pathlib import Path

from alphastrike.traces.store import TraceStore
from alphastrike.traces.tee import Tee

_MESSAGES = 5_000


def main() -> None:
    message = {"message": {"role": "assistant", "content": "x" * 4_000}, "done": False}
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        store = TraceStore.opened(Path(folder) / "traces.db")
        tee = Tee(store, "run", queue_size=100_000)
        for _ in range(_MESSAGES):
            began = time.thread_time_ns()
            tee.note("run-r000001", "message", message)
            spent.append(time.thread_time_ns() - began)
        tee.close()
        store.close()
    ranked = sorted(spent)
    median, slow = (ranked[int(share * _MESSAGES)] / 1_000 for share in (0.5, 0.99))
    print(f"median {median:.1f} us, p99 {slow:.1f} us of the caller's own time a message")


if __name__ == "__main__":
    main()
