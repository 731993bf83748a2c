"""A replay of a whole run: its reviews in order, on as many cores as there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from alphastrike.app.listed import Listed
from alphastrike.app.replay.decision import Account, Plan, Task, replay_decisions
from alphastrike.app.replay.source import Source
from alphastrike.app.replay.windows import Span, span_of, windows
from alphastrike.backtest.replay.folder import Columns, RecordedPath, Row
from alphastrike.backtest.replay.outcomes import DecisionReplay
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError

Progress = Callable[[int, int], None]
_TOGETHER = 4


def replay_run(
    source: Source, plan: Plan, chosen: Sequence[str] = (), *, jobs: int = 1, progress: Progress | None = None
) -> Iterator[DecisionReplay]:
    """Replay the chosen reviews of a run, all when none is named, in order of time.

    `chosen` are review or intervention ids; `ConfigError` for one the run does not have.
    """
    reviews = chosen_reviews(source, chosen)
    spans = [span_of(source, int(review["ts_ms"]), plan.horizons_ms) for review in reviews]
    tasks = _tasks(source, plan, reviews, spans)
    done = _done(tasks, min(jobs, len(reviews)))
    for number, found in enumerate(done, start=1):
        if progress is not None:
            progress(number, len(reviews))
        yield found


def chosen_reviews(source: Source, chosen: Sequence[str]) -> list[Row]:
    """The rows of these ids."""
    review_of = {row["intervention_id"]: row["review_id"] for row in source.calls if row["intervention_id"]}
    known = {row["review_id"] for row in source.reviews}
    wanted = {review_of.get(name, name) for name in chosen}
    unknown = sorted(wanted - known)
    if unknown:
        shown = (
            ", ".join([*sorted(known)[:5], *(["..."] if len(known) > 5 else [])])
            or "none: nothing was reviewed"
        )
        raise ConfigError(
            f"--intervention: observed {unknown[0]!r}, allowed an id of interventions.parquet or "
            f"reviews.parquet of the run: {shown}"
        )
    return [row for row in source.reviews if not chosen or row["review_id"] in wanted]


def _tasks(source: Source, plan: Plan, reviews: Sequence[Row], spans: Sequence[Span]) -> Iterator[Task]:
    account = Account(source.run_id, source.config, without_history(source.listed), _answers(source.reviews))
    history = source.listed.history
    last_ms = int(history.open_time_ms[-1]) + history.interval_ms - 1
    for review, window in zip(reviews, windows(source, spans), strict=True):
        fork_ms = int(review["ts_ms"])
        until_ms = fork_ms + plan.horizons_ms[-1]
        yield Task(
            account=account,
            plan=plan,
            review=review,
            calls=tuple(row for row in source.calls if row["review_id"] == review["review_id"]),
            window=window,
            recorded=RecordedPath(
                _between(source.path.equity, fork_ms, until_ms),
                _between(source.path.fills, fork_ms, until_ms),
            ),
            seen_ms=last_ms - fork_ms,
        )


def _done(tasks: Iterator[Task], jobs: int) -> Iterator[DecisionReplay]:
    if jobs <= 1:
        yield from replay_decisions(tasks)
        return
    try:
        import joblib  # noqa: PLC0415 - an extra
    except ImportError:
        yield from replay_decisions(tasks)
        return
    work = joblib.Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
    for found in work(joblib.delayed(_together)(some) for some in _parted(tasks)):
        yield from found


def _together(tasks: list[Task]) -> list[DecisionReplay]:
    return list(replay_decisions(tasks))


def _parted(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    """A few at a time: an account is built for each part, and progress is seen after each."""
    while some := list(islice(tasks, _TOGETHER)):
        yield some


def without_history(listed: Listed) -> Listed:
    """As much of the history as says which symbols, interval and series there are."""
    history = listed.history
    head = history.block(0, 1)
    short = CandleHistory(
        symbols=history.symbols,
        interval_ms=history.interval_ms,
        **{name: np.ascontiguousarray(getattr(head, name)) for name in _COLUMNS},
        series=dict(head.series),
    )
    return replace(listed, history=short)


_COLUMNS = ("open_time_ms", "open", "high", "low", "close", "volume", "taker_buy_volume")


def _answers(reviews: Sequence[Row]) -> tuple[Row, ...]:
    names = ("ts_ms", "answered_ms", "report_sha256", "calls", "source")
    return tuple({name: row[name] for name in names} for row in reviews)


def _between(columns: Columns, after_ms: int, until_ms: int) -> Columns:
    inside = (columns["ts_ms"] > after_ms) & (columns["ts_ms"] <= until_ms)
    return {name: values[inside] for name, values in columns.items()}
