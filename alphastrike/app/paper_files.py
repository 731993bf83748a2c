"""Where a paper run's journal and its market's past are kept, and what of them a run folder holds."""

from pathlib import Path

from alphastrike.backtest.artifacts import JOURNAL, PAST


def journal_path(state: Path) -> Path:
    """Where the journal of a state folder is."""
    return state / JOURNAL


def past_path(journal: Path, run_id: str) -> Path:
    """Where the past of a run on a venue's market is kept: beside its journal, in a run folder too."""
    copied = journal.parent / PAST
    return copied if copied.is_file() else journal.parent / f"past-{run_id}.npz"


def kept_files(journal: Path, run_id: str) -> dict[str, Path]:
    """What a run folder holds besides its artefacts, so that the run can be lived through again from it."""
    past = past_path(journal, run_id)
    return {JOURNAL: journal} | ({PAST: past} if past.is_file() else {})
