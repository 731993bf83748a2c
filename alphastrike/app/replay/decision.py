"""One review with all its branches: forked, lived through, measured, and held against what was recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.listed import Listed
from alphastrike.app.replay.branches import branches_of, calls_of
from alphastrike.app.replay.forks import Forks
from alphastrike.app.replay.later import LaterAnswers
from alphastrike.app.replay.windows import Window
from alphastrike.backtest.recording import Recording
from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.control import difference, path_of
from alphastrike.backtest.replay.folder import RecordedPath, Row
from alphastrike.backtest.replay.measuring import Fork, measured
from alphastrike.backtest.replay.outcomes import (
    DECISION,
    POLICY,
    Branch,
    BranchRun,
    Case,
    DecisionReplay,
    Measured,
)
from alphastrike.domain.counterfactuals import RECORDED

_PATH_POINTS = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of every review of a run: which branches, and in which cases.

    `horizons_ms` rise; the one decided on is `horizon_ms`. `costs` begin with 1; others are asked of the
    DECISION estimand alone.
    """

    settings: ReplayConfig
    kinds: tuple[str, ...]
    horizon_ms: int
    horizons_ms: tuple[int, ...]
    estimands: tuple[str, ...] = (DECISION, POLICY)
    costs: tuple[float, ...] = (1.0,)

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case at the horizon decided on; the first is what a branch's picture shows."""
        return tuple(
            Case(estimand, self.horizon_ms, costs)
            for estimand in self.estimands
            for costs in (self.costs if estimand == DECISION else self.costs[:1])
        )


@dataclass(frozen=True, slots=True)
class Account:
    """What the account of a run is built from, without its history."""

    run_id: str
    config: AlphaStrikeConfig
    listed: Listed
    reviews: tuple[Row, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Task:
    """One review to replay: plain values and arrays, so that another process can do it.

    `recorded` is the run's own path through the window. `seen_ms` is how far beyond the fork the data reach.
    """

    account: Account
    plan: Plan
    review: Row
    calls: tuple[Row, ...]
    window: Window
    recorded: RecordedPath
    seen_ms: int


def replay_decisions(tasks: Iterable[Task]) -> Iterator[DecisionReplay]:
    """Run every branch of the tasks' reviews, which are of one run: its account is built once."""
    forks: Forks | None = None
    for task in tasks:
        forks = forks or _forks_of(task)
        yield _Replaying(task, forks).done()


def _forks_of(task: Task) -> Forks:
    account = task.account
    latency_ms = account.config.llm.rules_latency_ms
    later = LaterAnswers(account.reviews, latency_ms, task.plan.settings.seed)
    return Forks(account.config, account.listed, account.run_id, later)


class _Replaying:
    def __init__(self, task: Task, forks: Forks) -> None:
        self._task = task
        self._plan = task.plan
        self._forks = forks
        self._seen: dict[tuple[Any, ...], tuple[dict[Case, Measured], tuple[float, ...], int]] = {}
        self._unfaithful: str | None = "never replayed"
        self._replays = 0
        self._path_ms: tuple[int, ...] = ()

    def done(self) -> DecisionReplay:
        task, review = self._task, self._task.review
        branches = branches_of(review, self._plan.kinds, self._plan.settings)
        if POLICY not in self._plan.estimands:  # the control needs it, asked for or not
            self._run(branches[0], Case(POLICY, self._plan.horizon_ms))
        runs = tuple(self._branch(branch) for branch in branches)
        return DecisionReplay(
            run_id=task.account.run_id,
            review_id=review["review_id"],
            ts_ms=int(review["ts_ms"]),
            triggers=review["triggers"],
            review={name: review[name] for name in _KEPT},
            calls=task.calls,
            unfaithful=self._unfaithful,
            is_whole=self._plan.horizon_ms <= task.seen_ms,
            seen_ms=task.seen_ms,
            branches=runs,
            path_ms=self._path_ms,
            replays=self._replays,
        )

    def _branch(self, branch: Branch) -> BranchRun:
        results: dict[Case, Measured] = {}
        path: tuple[float, ...] = ()
        unrecorded, ran = 0, self._replays
        verdicts: tuple[str, ...] = ()
        for case in self._plan.cases:
            found, way, later = self._run(branch, case)
            results |= found
            verdicts = verdicts or self._forks.verdicts
            path = path or way
            unrecorded = max(unrecorded, later)
        return BranchRun(branch, results, verdicts, path, unrecorded, is_own=self._replays > ran)

    def _run(self, branch: Branch, case: Case) -> tuple[dict[Case, Measured], tuple[float, ...], int]:
        """One run of a branch; branches that leave the same restraints in force are one."""
        forks, stretches = self._forks, self._task.window.stretches
        forks.later.stay_with(branch)
        forks.open(self._task.review, calls_of(branch), case)
        fork = Fork(int(self._task.review["ts_ms"]), forks.equity)
        times = stretches[0].block.market.open_time_ms
        if times.size:
            forks.hear_until(int(times[0]) + stretches[0].block.market.interval_ms - 1)
        manner = forks.later.manner if case.estimand == POLICY else ""
        key = (case, manner, forks.restraint)
        if forks.verdicts and key in self._seen and branch.kind != RECORDED:
            return self._seen[key]
        recording = Recording()
        found: dict[Case, Measured] = {}
        bars = 0
        for horizon_ms, stretch in zip(self._plan.horizons_ms, stretches, strict=True):
            forks.travel(stretch, recording)
            bars += stretch.block.market.open_time_ms.size
            found[Case(case.estimand, horizon_ms, case.costs)] = self._measured(fork, recording, bars)
        self._replays += 1
        self._check(branch, case, fork, recording)
        self._seen[key] = (found, self._path(fork, recording), forks.later.unrecorded)
        return self._seen[key]

    def _measured(self, fork: Fork, recording: Recording, bars: int) -> Measured:
        weighed = (self._plan.settings.drawdown_weight, self._forks.closes_beyond() / max(1, bars))
        equity, fills = recording.joined("equity"), recording.joined("fills")
        return measured(fork, equity, fills, self._forks.instruments, weighed)

    def _check(self, branch: Branch, case: Case, fork: Fork, recording: Recording) -> None:
        """The control: with the breaker going on, the recorded branch is the run itself."""
        if branch.kind != RECORDED or case.costs != 1.0 or case.estimand != POLICY:
            return
        equity, fills = recording.joined("equity"), recording.joined("fills")
        until_ms = int(equity["ts_ms"][-1]) if equity.size else fork.ts_ms
        replayed = path_of(equity, fills, self._forks.instruments)
        self._unfaithful = difference(self._task.recorded, replayed, fork.ts_ms, until_ms)

    def _path(self, fork: Fork, recording: Recording) -> tuple[float, ...]:
        """Equity as a fraction of that at the fork, thinned to what a picture shows."""
        equity = recording.joined("equity")
        equity = equity[equity["ts_ms"] <= fork.ts_ms + self._plan.horizon_ms]
        rows = np.unique(np.linspace(0, equity.size - 1, min(_PATH_POINTS, equity.size)).astype(np.int64))
        self._path_ms = (fork.ts_ms, *equity["ts_ms"][rows].tolist())
        return (1.0, *(equity["equity"][rows] / fork.equity).tolist())


_KEPT = ("trace_id", "report_sha256", "source", "cause", "latency_ms", "details", "calls", "answered_ms")
