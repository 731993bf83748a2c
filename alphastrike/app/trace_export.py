"""Training data out of trace stores: what a command asks for, made into a plan and carried out."""

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphastrike import __version__
from alphastrike.app.trace_store import open_store
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from alphastrike.traces.config import TracesConfig

if TYPE_CHECKING:
    from alphastrike.traces.export.pipeline import Plan
    from alphastrike.traces.export.redaction.redactor import Redactor
    from alphastrike.traces.store import TraceStore

Progress = Callable[[int, int], None]
_RULES = ("secrets", "usernames", "custom")
_SPAN = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}


@dataclass(frozen=True, slots=True)
class Wish:
    """An export as a command line asks for it; `horizon` None is the format's own."""

    format: str = "openai-tools"
    filters: tuple[str, ...] = ()
    include_failed: bool = False
    include_thinking: bool = False
    min_turns: int = 1
    redact: str = "secrets,usernames,custom"
    dedupe_by: str = "both"
    split: str = "80/10/10"
    split_by: str = "episode"
    horizon: str | None = None


def export_traces(settings: TracesConfig, wish: Wish, folder: Path, progress: Progress) -> dict[str, Any]:
    """Export the store of a configuration; returns what the command shows."""
    if not settings.url and not settings.path.is_file():
        raise DataError(
            f"traces: nothing at {settings.path}; `alphastrike traces status` says what is recorded"
        )
    return _exported([settings], settings, wish, folder, progress)


def merge_traces(
    places: Sequence[str], settings: TracesConfig, wish: Wish, folder: Path, progress: Progress
) -> dict[str, Any]:
    """One corpus of several stores, each a path or URL, equals across them kept once."""
    for place in places:
        if "://" not in place and not Path(place).is_file():
            raise DataError(f"traces merge: nothing at {place}; allowed paths and URLs of trace stores")
    return _exported([str(place) for place in places], settings, wish, folder, progress)


def _exported(
    places: Sequence[TracesConfig | str],
    settings: TracesConfig,
    wish: Wish,
    folder: Path,
    progress: Progress,
) -> dict[str, Any]:
    plan = plan_of(wish, settings)  # what is wrong with the wish is said before a store is opened
    from alphastrike.traces.export.pipeline import export  # noqa: PLC0415 - an extra
    from alphastrike.traces.export.reader import Reader  # noqa: PLC0415 - an extra

    with ExitStack() as opened:
        stores = {_name_of(place): _opened(place, opened) for place in places}
        reader = Reader(stores)
        manifest = {"schema_version": 1, "alphastrike": __version__, "asked": asdict(wish)}
        done = export(reader, plan, folder, manifest, progress)
    return {
        "out": str(folder),
        "format": wish.format,
        "split_by": wish.split_by,
        "counts": dict(sorted(done.counts.items())),
        "episodes": done.episodes,
        "files": {
            name: {"records": count, "sha256": done.digests[name]} for name, count in done.lines.items()
        },
        "unreadable": [one._asdict() for one in reader.problems],
    }


def plan_of(wish: Wish, settings: TracesConfig) -> "Plan":
    """The wish, checked; `ConfigError` for what cannot be done."""
    from alphastrike.app.trace_words import palette_words  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.catalogue import chosen_format  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.dedupe import DedupeBy  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.filtering import Filter, parsed  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.pipeline import Plan  # noqa: PLC0415 - an extra
    from alphastrike.traces.export.splits import SplitBy, parsed_shares  # noqa: PLC0415 - rarely asked

    chosen = chosen_format(wish.format)
    own_horizon_ms = 7 * DAY_MS if chosen.needs_label else DAY_MS
    return Plan(
        format=chosen,
        words=palette_words(),
        redactor=redactor_of(wish.redact, settings),
        filter=Filter(parsed(wish.filters), wish.include_failed, wish.min_turns),
        dedupe_by=DedupeBy(_one_of("--dedupe-by", wish.dedupe_by, [each.value for each in DedupeBy])),
        split_by=SplitBy(_one_of("--split-by", wish.split_by, [each.value for each in SplitBy])),
        shares=parsed_shares(wish.split),
        horizon_ms=own_horizon_ms if wish.horizon is None else _span_ms(wish.horizon),
        include_thinking=wish.include_thinking,
    )


def redactor_of(names: str, settings: TracesConfig) -> "Redactor":
    """The rules named, in their own order; `ConfigError` for one that is not known."""
    from alphastrike.traces.export.redaction.custom_rule import CustomRule  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.redaction.redactor import Redactor, Rule  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.redaction.secret_rule import SecretRule  # noqa: PLC0415 - rarely asked
    from alphastrike.traces.export.redaction.username_rule import UsernameRule  # noqa: PLC0415 - rarely asked

    asked = [name.strip() for name in names.split(",")]
    if asked == ["none"]:
        return Redactor(())
    for name in asked:
        if name not in _RULES:
            raise ConfigError(f"--redact: observed {name!r}, allowed {', '.join(_RULES)}, or none alone")
    rules: dict[str, Rule] = {
        "secrets": SecretRule(),
        "usernames": UsernameRule(),
        "custom": CustomRule(settings.redact.custom),
    }
    return Redactor([rules[name] for name in _RULES if name in asked])


def _name_of(place: TracesConfig | str) -> str:
    return (place.url or place.path.name) if isinstance(place, TracesConfig) else place


def _opened(place: TracesConfig | str, opened: ExitStack) -> "TraceStore":
    store = open_store(place)
    opened.callback(store.close)
    return store


def _one_of(option: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ConfigError(f"{option}: observed {value!r}, allowed {', '.join(allowed)}")
    return value


def _span_ms(text: str) -> int:
    match = _SPAN.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ConfigError(f"--horizon: observed {text!r}, allowed a span such as 24h or 7d")
    return int(match[1]) * _UNITS[match[2]]
