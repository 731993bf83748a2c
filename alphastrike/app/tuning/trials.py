"""What a choice of breaker settings is worth on a stretch of market, to an account of its own."""

from dataclasses import replace

from alphastrike.app.assembly import assemble_listed
from alphastrike.app.compiled_run import Stretch, blank_log, walk
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.listed import Listed
from alphastrike.app.replay.later import Answers, ForkedCircuit, LaterAnswers
from alphastrike.app.tuning.answers import AskedAnswers
from alphastrike.app.tuning.space import Choice, Space
from alphastrike.backtest.recording import Recording
from alphastrike.backtest.replay.measuring import Fork, measured
from alphastrike.backtest.replay.outcomes import Branch
from alphastrike.domain.counterfactuals import RULES
from alphastrike.domain.ledger import Outbox

_LOG_BARS = 4_096


class Trials:
    """Values of choices on the stretches of one market, each worked out once.

    A value is the utility of an account whose breaker has these settings, less that of the same account
    without one; see `ReplayConfig` for utility. The rule table answers, or a model where `asked` is given.
    """

    def __init__(
        self,
        config: AlphaStrikeConfig,
        listed: Listed,
        stretches: tuple[Stretch, ...],
        space: Space,
        asked: AskedAnswers | None = None,
    ) -> None:
        """Try on these stretches."""
        self._space = space
        self._asked = asked
        self._config = config
        self._listed = listed
        self._stretches = stretches
        self._known: dict[tuple[Choice | None, int], float] = {}

    def value(self, choice: Choice, part: int) -> float:
        """What a choice is worth on a stretch, by its number."""
        return self._utility(choice, part) - self._utility(None, part)

    def mean(self, choice: Choice, parts: range) -> float:
        """What it is worth on several."""
        return sum(self.value(choice, part) for part in parts) / len(parts)

    def _utility(self, choice: Choice | None, part: int) -> float:
        key = (choice, part)
        if key not in self._known:
            self._known[key] = self._lived(choice, self._stretches[part])
        return self._known[key]

    def _lived(self, choice: Choice | None, stretch: Stretch) -> float:
        config = self._config
        chosen = (
            config.model_copy(update={"backtest": config.backtest.model_copy(update={"llm": "off"})})
            if choice is None
            else self._space.with_choice(config, choice)
        )
        run = assemble_listed(chosen, self._listed, "tune")
        whole = run.circuit
        if whole is not None:
            forked = ForkedCircuit(
                whole.breaker, whole.account, None, whole.run_id, later=self._answers(chosen)
            )
            run = replace(run, circuit=forked)
        # Funding that fell due before the stretch is none of this account's.
        first_ms = int(stretch.block.market.open_time_ms[0])
        for row in range(len(run.instruments)):
            times = run.rates.ts_ms[run.rates.offsets[row] : run.rates.offsets[row + 1]]
            run.rates.cursor[row] = run.rates.offsets[row] + int((times < first_ms).sum())
        recording = Recording()
        symbols = len(run.instruments)
        books = (blank_log(symbols, _LOG_BARS, every=False), Outbox.blank(symbols))
        walk(run, recording, stretch, books, every=False)
        fork = Fork(first_ms - 1, config.backtest.initial_equity)
        rows = recording.joined("equity"), recording.joined("fills")
        return measured(fork, *rows, run.instruments, (config.replay.drawdown_weight, 0.0)).utility

    def _answers(self, chosen: AlphaStrikeConfig) -> Answers:
        if self._asked is not None:
            backtest = chosen.backtest.model_copy(update={"llm": self._config.backtest.llm})
            self._asked.stay_with(chosen.model_copy(update={"backtest": backtest}))
            return self._asked
        later = LaterAnswers((), chosen.llm.rules_latency_ms, chosen.replay.seed)
        later.stay_with(Branch(RULES, RULES, RULES, ()))
        return later
