"""Which files of a path a run wants: by kind, symbol, interval and time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from alphastrike.domain.errors import DataError
from alphastrike.domain.intervals import interval_ms
from alphastrike.marketdata.checks import interval_label
from alphastrike.marketdata.faults import Fault, FileFault, nearest, utc
from alphastrike.marketdata.identity import folder_interval_ms
from alphastrike.marketdata.reading import Format, files_in, recognise, recognised
from alphastrike.marketdata.symbols import canonical_symbol
from alphastrike.marketdata.tables import FileIdentity, Kind

_Skipped = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for; None is everything. Open times in [start_ms, end_ms).

    `symbols` maps the house spelling to the one that was typed.
    """

    symbols: dict[str, str] | None
    interval_ms: int | None
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of interest with its format and what it says about itself."""

    path: Path
    format: Format
    identity: FileIdentity


def selection_of(
    symbols: Sequence[str] | None, interval: str | None, start_ms: int | None, end_ms: int | None
) -> Selection:
    """A checked selection: symbols in the house spelling, the end after the start."""
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        raise DataError(
            "end before start\n"
            f"  observed: start {utc(start_ms)}, end {utc(end_ms)}\n"
            "  allowed:  an end after the start (the end itself is not included)\n"
            "  to do:    correct --start or --end"
        )
    names = None if symbols is None else {canonical_symbol(name) or name: name for name in symbols}
    return Selection(names, None if interval is None else interval_ms(interval), start_ms, end_ms)


def find_candle_files(path: Path, wanted: Selection) -> tuple[list[FoundFile], list[_Skipped]]:
    """Candle files under `path` that can hold what is wanted, and those left out.

    `path` is a file, a folder of files (or of folders of files), or a store. A file named on its
    own must be a candle file; in a folder, files of other kinds are left out.
    """
    if path.is_file():
        found = FoundFile(path, recognised(path), recognised(path).identify(path))
        if found.identity.kind is not Kind.CANDLES:
            raise _not_candles(found)
        candidates: list[FoundFile] = [found]
        skipped: list[_Skipped] = []
    else:
        candidates, skipped = _candles_of_folder(path, wanted)
    require_symbols(wanted, (each.identity.symbol for each in candidates), path)
    return [each for each in candidates if _has_wanted_symbol(each, wanted)], skipped


def require_symbols(wanted: Selection, known: Iterable[str | None], path: Path) -> None:
    """Refuse a wanted symbol that no file holds; a file that does not tell might hold it."""
    names = set(known)
    if wanted.symbols is None or None in names:
        return
    unknown = [typed for symbol, typed in wanted.symbols.items() if symbol not in names]
    if unknown:
        there = sorted(name for name in names if name)
        some = ", ".join(there[:12]) + (f" and {len(there) - 12} more" if len(there) > 12 else "")
        fault = Fault(
            rule="unknown symbol",
            observed=", ".join(unknown) + nearest(unknown[0], there),
            allowed=some or "none: there is no candle file",
            advice="correct --symbols",
        )
        raise FileFault(path, fault)


def require_one_interval(path: Path, examples: dict[int, Path]) -> None:
    """Refuse files of several intervals; `examples` has one file of each."""
    if len(examples) > 1:
        fault = Fault(
            rule="files of several intervals",
            observed=", ".join(
                f"{interval_label(each)} ({examples[each].name})" for each in sorted(examples)
            ),
            allowed="one interval a run",
            advice="choose with --interval, or name the folder of one interval",
        )
        raise FileFault(path, fault)


def _candles_of_folder(path: Path, wanted: Selection) -> tuple[list[FoundFile], list[_Skipped]]:
    found: list[FoundFile] = []
    skipped: list[_Skipped] = []
    files = files_in(path) or _files_of_store(path)
    for file in files:
        if file.parent.name in {"funding", "series"} or _other_interval(folder_interval_ms(file), wanted):
            continue  # the folder's own name says that it is not meant: nothing to report
        form = recognise(file)
        each = None if form is None else FoundFile(file, form, form.identify(file))
        reason = _reason_to_skip(each, wanted)
        if reason is None and each is not None:
            found.append(each)
        else:
            skipped.append((file, reason or ""))
    if not found:
        raise _nothing_found(path, skipped, files)
    examples = {each.identity.interval_ms: each.path for each in reversed(found) if each.identity.interval_ms}
    require_one_interval(path, {length: file for length, file in examples.items() if length})
    return found, skipped


def _files_of_store(path: Path) -> tuple[Path, ...]:
    """Candle files of a store: `<root>/<venue>/<interval>/<SYMBOL>.parquet`, of its one venue."""
    by_venue: dict[str, list[Path]] = {}
    for folder in sorted(path.glob("*/*/")):
        files = [] if folder_interval_ms(folder / "any") is None else list(files_in(folder))
        if files:
            by_venue.setdefault(folder.parent.name, []).extend(files)
    if len(by_venue) > 1:
        fault = Fault(
            rule="candles of several venues",
            observed=", ".join(sorted(by_venue)),
            allowed="one venue a run",
            advice=f"name one, for example {path / min(by_venue)}",
        )
        raise FileFault(path, fault)
    return tuple(file for files in by_venue.values() for file in files)


def _reason_to_skip(found: FoundFile | None, wanted: Selection) -> str | None:
    if found is None:
        return "no known data format"
    if found.identity.kind is not Kind.CANDLES:
        kind = found.identity.kind
        return "no candle columns" if kind is Kind.OTHER else f"holds {kind.value}, not candles"
    return _other_interval(found.identity.interval_ms, wanted)


def _other_interval(interval: int | None, wanted: Selection) -> str | None:
    if interval is None or wanted.interval_ms is None or interval == wanted.interval_ms:
        return None
    return f"its interval is {interval_label(interval)}"


def _has_wanted_symbol(found: FoundFile, wanted: Selection) -> bool:
    symbol = found.identity.symbol
    return wanted.symbols is None or symbol is None or symbol in wanted.symbols


def _not_candles(found: FoundFile) -> FileFault:
    fault = Fault(
        rule="not a candle file",
        observed=f"a file of kind {found.identity.kind.value}",
        allowed="time, open, high, low, close and volume columns",
        advice="name a candle file; funding rates go to --funding",
    )
    if found.identity.kind is Kind.OTHER:
        # Reading says which columns are missing, which helps more than the kind.
        found.format.read(found.path, ())
    return FileFault(found.path, fault)


def _nothing_found(path: Path, skipped: list[_Skipped], files: Sequence[Path]) -> FileFault:
    reasons = "; ".join(f"{file.name}: {reason}" for file, reason in skipped[:4])
    folders = ", ".join(sorted({file.parent.name for file in files}))
    empty = f"files in {folders} only" if files else "no data file in the folder or its sub-folders"
    fault = Fault(
        rule="no candle file to use",
        observed=reasons or empty,
        allowed="Parquet, CSV, zip, feather or JSON files of candles, of the interval asked for",
        advice="name another folder, or correct --interval",
    )
    return FileFault(path, fault)
