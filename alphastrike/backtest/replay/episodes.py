"""Decisions whose windows overlap have seen the same market: together they are one observation."""

from collections.abc import Sequence

from alphastrike.backtest.replay.outcomes import DecisionReplay


def episodes_of(decisions: Sequence[DecisionReplay], horizon_ms: int) -> tuple[str, ...]:
    """The episode of every decision: its run and the first review of it.

    Within a run a decision belongs to the episode before it when it falls inside the window of that
    episode's last decision. Episodes of different runs are different, also on the same market.
    """
    order = sorted(range(len(decisions)), key=lambda row: (decisions[row].run_id, decisions[row].ts_ms))
    names = [""] * len(decisions)
    name, run_id, until_ms = "", None, 0
    for row in order:
        one = decisions[row]
        if one.run_id != run_id or one.ts_ms > until_ms:
            name = f"{one.run_id}-{one.review_id}"
        names[row], run_id, until_ms = name, one.run_id, one.ts_ms + horizon_ms
    return tuple(names)
