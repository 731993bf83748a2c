"""The run folder: written whole beside its place, then moved there."""

import json
import shutil
import tempfile
from pathlib import Path

from alphastrike.backtest import parquet
from alphastrike.backtest.interventions import write_interventions, write_reviews
from alphastrike.backtest.metrics.buy_and_hold import buy_and_hold
from alphastrike.backtest.report.page import render_report
from alphastrike.backtest.result import RunResult
from alphastrike.backtest.risk_states import write_risk_states
from alphastrike.backtest.summary import Summary, summarise
from alphastrike.domain.errors import ConfigError

ARTIFACTS = (
    "config.toml",
    "decisions.parquet",
    "equity.parquet",
    "fills.parquet",
    "funding.parquet",
    "interventions.parquet",
    "report.html",
    "reviews.parquet",
    "risk_states.parquet",
    "signals.parquet",
    "summary.json",
)
JOURNAL, PAST = "journal.jsonl", "past.npz"  # of a run that heard its market instead of reading it


def write_run(result: RunResult, folder: Path) -> Summary:
    """Write every artefact of the run to `folder` and return the summary.

    Nothing is seen at `folder` before all of it is there. An earlier run there is replaced.
    """
    target = folder.expanduser().resolve()
    refuse_foreign_folder(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as workspace:
        fresh = Path(workspace) / "run"
        fresh.mkdir()
        summary = _write_files(result, fresh)
        _swap(fresh, target, Path(workspace) / "replaced")
    return summary


def refuse_foreign_folder(folder: Path) -> None:
    """`ConfigError` unless a run can be put at `folder`: free, empty, or an earlier run and no more."""
    target = folder.expanduser().resolve()
    _refuse_place(folder, target)
    if not target.exists():
        return
    found = sorted(entry.name for entry in target.iterdir())
    if not found:
        return
    if "summary.json" not in found or not _is_summary(target / "summary.json"):
        raise ConfigError(
            f"--out {folder}: holds {found[0]} and is no run folder (no summary.json of a run); "
            "allowed: a new folder or an earlier run's folder"
        )
    foreign = [name for name in found if name not in (*ARTIFACTS, JOURNAL, PAST)]
    if foreign:
        raise ConfigError(
            f"--out {folder}: holds {foreign[0]}, which no backtest wrote and which would be lost; "
            "move it away or choose another folder"
        )


def _refuse_place(folder: Path, target: Path) -> None:
    """Refuse what no folder can be put at, before the long part of a run."""
    place = target
    try:
        place = next(path for path in (target, *target.parents) if path.exists())
        is_folder = place.is_dir()
        if is_folder:
            beside = place.parent if place == target else place
            with tempfile.TemporaryDirectory(dir=beside, prefix=".alphastrike-"):
                pass
    except OSError as error:
        raise ConfigError(
            f"--out {folder}: {place} cannot be used ({error.strerror}); allowed: a place you may write to"
        ) from error
    if not is_folder:
        what = "is a file" if place == target else f"{place} is a file"
        raise ConfigError(f"--out {folder}: {what}; allowed: a new folder or an earlier run's folder")
    if Path.cwd().is_relative_to(target):
        raise ConfigError(
            f"--out {folder}: the current folder lies there and would be replaced; "
            "allowed: a folder below it or beside it"
        )


def summary_json(summary: Summary) -> str:
    """The text of `summary.json`: fixed key order, shortest exact floats, no NaN."""
    return json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _swap(fresh: Path, target: Path, replaced: Path) -> None:
    had_run = target.exists()
    if had_run:
        target.rename(replaced)
    try:
        fresh.rename(target)
    except OSError:
        if had_run:
            replaced.rename(target)
        raise


def _write_files(result: RunResult, folder: Path) -> Summary:
    hold = buy_and_hold(result.history)
    summary = summarise(result, hold)
    parquet.write_fills(result, folder / "fills.parquet")
    parquet.write_funding(result, folder / "funding.parquet")
    parquet.write_equity(result, folder / "equity.parquet")
    parquet.write_decisions(result, folder / "decisions.parquet")
    write_risk_states(result, folder / "risk_states.parquet")
    parquet.write_signals(result, folder / "signals.parquet")
    write_interventions(result, folder / "interventions.parquet")
    write_reviews(result, folder / "reviews.parquet")
    for name, kept in result.kept.items():
        shutil.copyfile(kept, folder / name)
    (folder / "config.toml").write_text(result.provenance.config_toml, encoding="utf-8")
    (folder / "report.html").write_text(render_report(result, summary, hold), encoding="utf-8")
    (folder / "summary.json").write_text(summary_json(summary), encoding="utf-8")
    return summary


def _is_summary(path: Path) -> bool:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError):
        return False
    return isinstance(content, dict) and "schema_version" in content and "run_id" in content
