"""A model's answers for a search: each report put to each prompt once, whatever asks for it again."""

import asyncio

from alphastrike.app.advisors import advisor_of
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.domain.commands import ReviewRequested
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.interventions import Advice
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.prompt import prompt_of
from alphastrike.llm.report import fingerprint

_NOBODY = ("unreachable", "model_missing", "digest", "redirected")  # nothing is there to be tuned


class AskedAnswers:
    """Answers of the advisor `backtest.llm` names, under the prompt of the configuration at hand.

    Every answer takes `llm.latency_ms`, or the whole deadline where that is not set: a search must come
    out the same again, whatever else the machine does meanwhile.
    """

    def __init__(self) -> None:
        """Nobody has been asked yet."""
        self._config: AlphaStrikeConfig | None = None
        self._known: dict[tuple[str, str], Advice] = {}

    @property
    def asked(self) -> int:
        """Questions put so far, each counted once."""
        return len(self._known)

    @property
    def unanswered(self) -> int:
        """Those without a usable answer, for which the rule table stood in."""
        return sum(bool(advice.cause) for advice in self._known.values())

    def stay_with(self, config: AlphaStrikeConfig) -> None:
        """Ask by these settings from now on."""
        latency_ms = config.llm.latency_ms
        if latency_ms is None:
            latency_ms = int(config.llm.ollama.deadline_s * 1_000)
        llm = config.llm.model_copy(update={"latency_ms": latency_ms})
        self._config = config.model_copy(update={"llm": llm})

    def answer(self, request: ReviewRequested) -> InterventionProposed:
        """The model's answer to this report; `ConfigError` where there is no model to ask."""
        config = self._config
        if config is None:
            raise ConfigError("tune: observed a review before any settings; allowed: stay_with first")
        key = prompt_of(config.llm.prompt).label, fingerprint(request.report)
        if key not in self._known:
            consultant = Consultant(advisor_of(config, None), config.llm, "tune")
            advice = asyncio.run(consultant.ask(request))
            if advice.cause in _NOBODY:
                detail = advice.details.get("failure")
                raise ConfigError(
                    f"--llm: observed {config.backtest.llm}, {advice.cause}: {detail}; "
                    "allowed: a model that answers"
                )
            self._known[key] = advice
        advice = self._known[key]
        arrival_ms = request.event_time_ms + max(1, advice.latency_ms)
        return InterventionProposed(arrival_ms, request.review_id, advice)
