"""Long work under a person's eye: a progress bar on a terminal, and Ctrl-C that means it."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Progress = Callable[[int, int], None]


class StopAsked(KeyboardInterrupt):
    """Ctrl-C was pressed once, and the work has come to a place where it can stop."""


@contextmanager
def watched(title: str) -> Iterator[Progress]:
    """Yield a callback for (done, total). It draws a bar on a terminal and stops the work on Ctrl-C.

    The first Ctrl-C lets the step in hand finish and raises `StopAsked` at the next call; the
    second ends the process at once. A process told to ignore it, such as a background job, does.
    """
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, ask)
    try:
        with _bar(title) as draw:

            def step(done: int, total: int) -> None:
                if asked:
                    sys.stderr.write(f"{title} stopped at {done:,} of {total:,}; nothing was written\n")
                    raise StopAsked
                draw(done, total)

            yield step
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
