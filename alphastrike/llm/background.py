"""Asking off the order path: a thread of its own holds the conversation, whoever trades only looks in."""

import asyncio
import threading
from collections import deque
from concurrent.futures import Future

from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.events import InterventionProposed
from alphastrike.llm.consultation import Consultant


class BackgroundConsultant:
    """For drivers in real time. `ask` and `due` return at once, whatever the advisor does.

    An answer carries the time of its question and what it took.
    """

    def __init__(self, consultant: Consultant) -> None:
        """Ask this one."""
        self._consultant = consultant
        self._under_way = 0
        self._ending: Future[None] | None = None
        self._arrived: deque[InterventionProposed] = deque()
        self._has_news = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="alphastrike-llm", daemon=True)
        self._thread.start()

    def ask(self, request: ReviewRequested) -> None:
        """Begin a consultation; its answer, the rule table's at worst, is due within the deadline."""
        self._under_way += 1
        asyncio.run_coroutine_threadsafe(self._answer(request), self._loop)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come, or to be looked at."""
        return self._under_way > 0

    def due(self) -> tuple[InterventionProposed, ...]:
        """What has arrived since the last look."""
        self._has_news.clear()
        arrived = []
        while self._arrived:
            arrived.append(self._arrived.popleft())
        self._under_way -= len(arrived)
        return tuple(arrived)

    def wait(self, timeout_s: float) -> bool:
        """Until something arrives; for whoever has nothing else to do."""
        return self._has_news.wait(timeout_s)

    def close(self, patience_s: float = 10.0) -> bool:
        """End every conversation; False where one does not let go, which is left to itself."""
        self._ending = self._ending or asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        try:
            self._ending.result(timeout=patience_s)
        except TimeoutError:
            return False
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        return True

    async def _answer(self, request: ReviewRequested) -> None:
        advice = await self._consultant.ask(request)
        arrival_ms = request.event_time_ms + max(1, advice.latency_ms)
        self._arrived.append(InterventionProposed(arrival_ms, request.review_id, advice))
        self._has_news.set()

    async def _end(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
