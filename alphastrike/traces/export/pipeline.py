"""The stages in their order: reader, filter, dedupe, project, redact, split, JSONL."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alphastrike.traces.export.dedupe import Dedupe, DedupeBy
from alphastrike.traces.export.dialogue import Dialogue, Words, dialogue_of
from alphastrike.traces.export.episodes import Episodes
from alphastrike.traces.export.filtering import Filter
from alphastrike.traces.export.projection import Format
from alphastrike.traces.export.reader import Reader
from alphastrike.traces.export.records import Placed, sealed
from alphastrike.traces.export.redaction.redactor import Redactor
from alphastrike.traces.export.splits import SPLITS, SplitBy, splitter
from alphastrike.traces.export.trace import Json, Key, Trace
from alphastrike.traces.export.writing import Files, files_in

Progress = Callable[[int, int], None]
_STEP = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of an export."""

    format: Format
    words: Words
    redactor: Redactor
    filter: Filter = field(default_factory=Filter)
    dedupe_by: DedupeBy = DedupeBy.BOTH
    split_by: SplitBy = SplitBy.EPISODE
    shares: tuple[float, ...] = (0.8, 0.1, 0.1)
    horizon_ms: int = 86_400_000
    include_thinking: bool = False


@dataclass(slots=True)
class Exported:
    """What came of it: `counts` by stage, records by store, lines and digests by file."""

    counts: Counter[str] = field(default_factory=Counter)
    by_store: Counter[int] = field(default_factory=Counter)
    lines: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    episodes: int = 0


def export(reader: Reader, plan: Plan, folder: Path, manifest: Json, progress: Progress) -> Exported:
    """Write the files of one export into a folder; they appear together, when all of it went well."""
    keys = reader.keys()
    done = Exported()
    done.counts["traces"] = len(keys)
    traces = Counter(key.store for key in keys)
    with files_in(folder) as files:
        kept = _survey(reader, plan, keys, done.counts, progress)
        episodes = Episodes(keys, plan.horizon_ms)
        done.episodes = episodes.count()
        split = splitter(plan.split_by, plan.shares, keys, plan.horizon_ms)
        names = [f"{name}.jsonl" for name, share in zip(SPLITS, plan.shares, strict=True) if share]
        for name in names:
            files.start(name)
        for trace, dialogue in _dialogues(reader, plan, kept, progress):
            part = split(trace.key)
            if part is None:
                done.counts["embargoed"] += 1
                continue
            placed = Placed(part, episodes.name_of(trace.key))
            contents = plan.format.project(trace, dialogue)
            done.counts["records" if contents else "without_label"] += 1
            for content in contents:
                files.add(f"{part}.jsonl", sealed(content, trace, placed, plan.redactor))
            done.by_store[trace.key.store] += len(contents)
        stores = [
            {"store": plan.redactor.redacted(name), "traces": traces[place], "records": done.by_store[place]}
            for place, name in enumerate(reader.names)
        ]
        _close(files, plan, done, (reader, manifest | {"stores": stores}))
    return done


def _close(files: Files, plan: Plan, done: Exported, told: tuple[Reader, Json]) -> None:
    """The files beside the records, and the manifest over all of them."""
    reader, manifest = told
    done.lines, done.digests = dict(files.counts), files.digests()
    done.counts["unreadable"] = len(reader.problems)
    for name, document in plan.format.companions(sorted(done.lines)).items():
        files.add_document(name, document)
    files.add_document(
        "manifest.json",
        {
            **manifest,
            "counts": dict(sorted(done.counts.items())),
            "episodes": done.episodes,
            "files": {
                name: {"records": count, "sha256": done.digests[name]} for name, count in done.lines.items()
            },
            "unreadable": [one._asdict() for one in reader.problems],
        },
    )


def _survey(
    reader: Reader, plan: Plan, keys: Sequence[Key], counts: Counter[str], progress: Progress
) -> Sequence[Key]:
    """What is left when of equals the best is kept; everything where nothing is asked."""
    if plan.dedupe_by is DedupeBy.NONE:
        return keys
    dedupe = Dedupe(plan.dedupe_by)
    for trace, dialogue in _dialogues(reader, plan, keys, progress):
        counts["matched"] += 1
        dedupe.consider(trace, dialogue)
    kept = dedupe.kept()
    counts["duplicates"] = counts["matched"] - len(kept)
    return kept


def _dialogues(
    reader: Reader, plan: Plan, keys: Sequence[Key], progress: Progress
) -> Iterator[tuple[Trace, Dialogue]]:
    """The traces that pass the filter, as conversations; one whose report is none is a problem of its own."""
    for number, trace in enumerate(reader.traces(keys)):
        if number % _STEP == 0:
            progress(number, len(keys))
        if not plan.filter.keeps(trace):
            continue
        try:
            dialogue = dialogue_of(
                trace,
                plan.words,
                include_failed=plan.filter.include_failed,
                include_thinking=plan.include_thinking,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reader.note(trace.key, error)
            continue
        yield trace, dialogue
    progress(len(keys), len(keys))
