"""The stages in their order: reader, filter, dedupe, project, redact, split, JSONL."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alphastrike.traces.export.dedupe import Dedupe, DedupeBy
from alphastrike.traces.export.dialogue import Dialogue, Telling, Words, dialogue_of
from alphastrike.traces.export.episodes import Episodes
from alphastrike.traces.export.filtering import Filter
from alphastrike.traces.export.projection import Format
from alphastrike.traces.export.reader import Reader
from alphastrike.traces.export.records import Placed, sealed
from alphastrike.traces.export.redaction.redactor import Redactor
from alphastrike.traces.export.splits import SPLITS, SplitBy, splitter
from alphastrike.traces.export.trace import Json, Key, Trace, Wants
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

    @property
    def wants_events(self) -> bool:
        """Whether every message is needed, or the questions alone."""
        return self.format.wants_events or self.include_thinking


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
        for name, share in zip(SPLITS, plan.shares, strict=True):
            # An older split beside new ones could hold an episode of theirs.
            (files.start if share else files.withdraw)(f"{name}.jsonl")
        look = _Look(reader, plan, progress, Wants(plan.wants_events, plan.format.needs_label))
        passing = look.over(keys) if kept is None else look.over(kept, is_chosen=True)
        for trace, dialogue in passing:
            part = split(trace.key)
            if part is None:
                done.counts["embargoed"] += 1
                continue
            placed = Placed(part, episodes.name_of(trace.key))
            contents = plan.format.project(trace, dialogue)
            done.counts["records" if contents else "without_label"] += 1
            for content in contents:
                line = sealed(content, trace, placed, plan.redactor, plan.format.rendered)
                files.add(f"{part}.jsonl", line)
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
) -> Sequence[Key] | None:
    """What is left when of equals the best is kept; None where nothing is asked."""
    if plan.dedupe_by is DedupeBy.NONE:
        return None
    dedupe = Dedupe(plan.dedupe_by)
    look = _Look(reader, plan, progress, Wants(labels=True), with_tools=False)
    for trace, dialogue in look.over(keys):
        counts["matched"] += 1
        dedupe.consider(trace, dialogue)
    kept = dedupe.kept()
    counts["duplicates"] = counts["matched"] - len(kept)
    return kept


@dataclass(frozen=True, slots=True)
class _Look:
    """One look over traces, as conversations. A report that is none is a problem of its own row."""

    reader: Reader
    plan: Plan
    progress: Progress
    wants: Wants
    with_tools: bool = True

    def over(self, keys: Sequence[Key], *, is_chosen: bool = False) -> Iterator[tuple[Trace, Dialogue]]:
        """Those of the keys that pass the filter; all where an earlier look has chosen them."""
        wants = self.wants._replace(labels=self.wants.labels or not is_chosen)
        for number, trace in enumerate(self.reader.traces(keys, wants)):
            if number % _STEP == 0:
                self.progress(number, len(keys))
            if not is_chosen and not self.plan.filter.keeps(trace):
                continue
            dialogue = self._dialogue(trace)
            if dialogue is not None:
                yield trace, dialogue
        self.progress(len(keys), len(keys))

    def _dialogue(self, trace: Trace) -> Dialogue | None:
        plan = self.plan
        telling = Telling(plan.filter.include_failed, plan.include_thinking, self.with_tools)
        try:
            return dialogue_of(trace, plan.words, telling)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.reader.note(trace.key, error)
            return None
