"""The breaker's correspondence in real time: asked in the background, answered between two closes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alphastrike.app.advisors import advisor_of
from alphastrike.app.circuit import Circuit
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.traces import finish_traces, recording_traces
from alphastrike.domain.commands import Request
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.interventions import Advice
from alphastrike.llm.background import BackgroundConsultant
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.words import cleaned

if TYPE_CHECKING:
    from alphastrike.traces.tee import Tee

Say = Callable[[str], None]
_LOOK_EVERY_S = 0.2
_LONGEST_DETAIL = 120


class Correspondence:
    """Asks for the breaker of one run; whoever drives looks in for answers. Nothing here waits.

    While a journal is lived through again nobody is asked: what was answered is in it. A review that
    its last process left without an answer is asked about once that is over.
    """

    def __init__(
        self, circuit: Circuit, consultant: BackgroundConsultant, tee: "Tee | None", say: Say
    ) -> None:
        """Correspond for this circuit; `tee` takes finished reviews down, alerts are said."""
        self._circuit = circuit
        self._consultant = consultant
        self._tee = tee
        self._say = say
        self._asked: set[str] = set()
        self._finished = self._alerted = 0

    def send(self, request: Request) -> None:
        """Note what is asked or told; `look` asks."""
        self._circuit.send(request)

    def skip(self) -> None:
        """What has been lived through again so far was recorded and said when it happened first."""
        self._finished = len(self._circuit.breaker.history)
        self._alerted = len(self._circuit.alerts)

    def look(self) -> tuple[InterventionProposed, ...]:
        """Ask what is open; the answers since the last look."""
        request = self._circuit.breaker.open_review
        if request is not None and request.review_id not in self._asked:
            self._asked.add(request.review_id)
            self._consultant.ask(request)
        self.tell()
        return self._consultant.due()

    def tell(self) -> None:
        """Take finished reviews down, and say what alerts there are and who did not answer."""
        if self._tee is not None:
            finish_traces(self._tee, self._circuit, self._finished)
        for reviewed in self._circuit.breaker.history[self._finished :]:
            if reviewed.advice.cause:
                self._say(f"review {reviewed.request.review_id}: {_failure(reviewed.advice)}")
        for alert in self._circuit.alerts[self._alerted :]:
            self._say(f"alert ({alert.severity}): {alert.message}")
        self.skip()

    async def settle(self, longest_s: float, obey: Callable[[], bool]) -> None:
        """Let an answer under way arrive, for so long at most and while `obey`, called meanwhile, is true."""
        ends = time.monotonic() + longest_s
        while self._consultant.is_busy and (left := ends - time.monotonic()) > 0.0:
            await asyncio.to_thread(self._consultant.wait, min(left, _LOOK_EVERY_S))
            if not obey():
                return


def _failure(advice: Advice) -> str:
    """Why the rule table had to answer, in one line."""
    detail = cleaned(advice.details.get("failure"), _LONGEST_DETAIL)
    return f"the rule table answered: {advice.cause}{f' ({detail})' if detail else ''}"


@contextmanager
def corresponding(
    config: AlphaStrikeConfig, circuit: Circuit | None, say: Say
) -> Iterator[Correspondence | None]:
    """The correspondence of a run, with its traces; None without a breaker.

    `ConfigError` for an advisor that cannot be.
    """
    if circuit is None:
        yield None
        return
    with recording_traces(config, circuit.run_id, say) as tee:
        advisor = advisor_of(config, tee)
        consultant = BackgroundConsultant(Consultant(advisor, config.llm, circuit.run_id))
        correspondence = Correspondence(circuit, consultant, tee, say)
        try:
            yield correspondence
            correspondence.tell()
        finally:
            consultant.close()
