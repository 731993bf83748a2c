"""An account that goes back to a snapshot, hears another answer, and lives through the same market again."""

from dataclasses import replace
from typing import Any

import numpy as np

from alphastrike.app.assembly import assemble_listed
from alphastrike.app.compiled_run import Stretch, blank_log, walk
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.listed import Listed
from alphastrike.app.replay.later import ForkedCircuit, LaterAnswers
from alphastrike.backtest.recording import Recording
from alphastrike.backtest.replay.outcomes import POLICY, Case
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.interventions import PORTFOLIO, Advice, ProposedCall
from alphastrike.domain.ledger import Outbox
from alphastrike.llm.watch import TRIGGERS

Row = dict[str, Any]
_NEVER_COOL_MS = 2**63 - 1
_LOG_BARS = 4_096
_COSTS = ("half_spread", "slippage", "impact")  # of the venue's state
_FEES = ("maker_fee", "taker_fee", "liquidation_fee")  # of an instrument


class Forks:
    """One account's arrays, used for one branch after another; a branch ends where the next begins."""

    def __init__(self, config: AlphaStrikeConfig, listed: Listed, run_id: str, later: LaterAnswers) -> None:
        """Build the account of a run; whoever answered the run is not asked, `later` is."""
        # Every advisor's account is the same; the rule table is the one that needs nothing installed.
        quiet = config.model_copy(update={"backtest": config.backtest.model_copy(update={"llm": "rules"})})
        run = assemble_listed(quiet, listed, run_id)
        if run.circuit is None:
            raise DataError(f"{run_id}: ran without a circuit breaker; allowed: a run with --llm")
        self.instruments = listed.instruments
        self.later = later
        self._run = run
        self._whole = run.circuit
        self._circuit = self._forked()
        self._layout = run.circuit.account.layout
        self._books = (
            blank_log(len(listed.instruments), _LOG_BARS, every=False),
            Outbox.blank(len(listed.instruments)),
        )
        self._fees = {name: run.desk.instruments[name].copy() for name in _FEES}
        self._cooldown_ms = int(run.watch.rules[0]["cooldown_ms"])
        self._cells: tuple[tuple[int, int], ...] = ()
        self._beyond_before = np.zeros(0, dtype=np.int64)

    @property
    def equity(self) -> float:
        """The account's equity as it was marked last."""
        return float(self._run.desk.account[0]["equity"])

    def open(self, review: Row, calls: tuple[ProposedCall, ...], case: Case) -> None:
        """Go back to a review; these calls will arrive when the recorded answer did."""
        self._restore(review)
        circuit = self._forked()
        advice = Advice(calls, "replay", int(review["answered_ms"]) - int(review["ts_ms"]))
        circuit.post(InterventionProposed(int(review["answered_ms"]), review["review_id"], advice))
        self._circuit = circuit
        self._charge(case.costs)
        rules = self._run.watch.rules[0]
        # A trigger that never cools is marked as ever and fires no more.
        rules["cooldown_ms"] = self._cooldown_ms if case.estimand == POLICY else _NEVER_COOL_MS
        self._cells = _cells(review["triggers"], self._run.history.symbols)
        self._beyond_before = self._beyond()

    def hear_until(self, close_ms: int) -> None:
        """Let what arrives before a close be heard."""
        self._circuit.before(close_ms)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What the guard made of the calls; empty as long as they have not arrived."""
        history = self._circuit.breaker.history
        return tuple(one.verdict.value for one in history[0].judgements) if history else ()

    @property
    def restraint(self) -> tuple[Any, ...]:
        """What is in force, without ids and reasons: branches that agree in it go the same way."""
        active = self._circuit.breaker.book.active
        return tuple(sorted((one.tool.value, one.symbol, one.value, one.expires_ms) for one in active))

    def travel(self, stretch: Stretch, recording: Recording) -> None:
        """Live through a stretch and add to the record."""
        walk(replace(self._run, circuit=self._circuit), recording, stretch, self._books, every=False)

    def closes_beyond(self) -> int:
        """Closes since the fork at which a trigger that had fired was beyond its limit, of the worst one."""
        return int(np.max(self._beyond() - self._beyond_before, initial=0))

    def _forked(self) -> ForkedCircuit:
        whole = self._whole
        return ForkedCircuit(whole.breaker, whole.account, None, whole.run_id, later=self.later)

    def _beyond(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        state = self._run.watch.state
        return np.array([state[cell]["beyond_bars"] for cell in self._cells], dtype=np.int64)

    def _restore(self, review: Row) -> None:
        run, breaker = self._run, self._circuit.breaker
        if review["layout"] != self._layout:
            raise DataError(
                f"snapshot {review['snapshot_id']}: layout: observed {review['layout']}, allowed "
                f"{self._layout}: a snapshot this version took; repeat the run with its config.toml"
            )
        run.desk.restore(review["desk"])
        run.venue.restore(review["venue"])
        run.rates.cursor[:] = np.frombuffer(review["rates_cursor"], dtype=np.int64)
        breaker.restore(review["breaker"])
        breaker.history.clear()
        breaker.ended_early.clear()
        run.watch.clock[0]["fired"] = 0
        run.desk.change_count[0] = 0
        run.venue.used[:] = 0
        log = self._books[0]
        log.used[:] = 0
        log.codes[:] = 0
        log.last_code[:] = -1

    def _charge(self, costs: float) -> None:
        """Charge so many times the costs; what was restored holds them once."""
        for name in _COSTS:
            self._run.venue.state[0][name] *= costs
        for name, once in self._fees.items():
            self._run.venue.instruments[name] = once * costs
            self._run.desk.instruments[name] = once * costs


def _cells(triggers: str, symbols: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where the triggers of a review, `scope:trigger` parted by blanks, stand in the watch."""
    rows = {scope: row for row, scope in enumerate(("portfolio", *symbols))}
    columns = {trigger.value: column for column, trigger in enumerate(TRIGGERS)}
    parts = [one.rpartition(":") for one in triggers.split()]
    return tuple((rows[scope or PORTFOLIO], columns[trigger]) for scope, _, trigger in parts)
