"""Of traces that say the same, the best is kept, not the first: a look over all of them decides."""

import hashlib
import json
from collections.abc import Iterable
from enum import Enum

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.filtering import turns_of
from alphastrike.traces.export.labels import value_of
from alphastrike.traces.export.trace import Call, Key, Trace, decision

_VERDICTS = {"applied": 3, "clamped": 2, "no_op": 1, "": 0, "refused": -1}
_Rank = tuple[float, int, int]


class DedupeBy(Enum):
    """What two traces must share to be one: the prompt, the decision with its verdicts, both, or nothing."""

    PROMPT = "prompt"
    OUTCOME = "outcome"
    BOTH = "both"
    NONE = "none"


class Dedupe:
    """Remembers the best of every group; what it keeps is known after the last `consider`."""

    def __init__(self, by: DedupeBy) -> None:
        """Group by this."""
        self._by = by
        self._best: dict[bytes, tuple[_Rank, Key]] = {}

    def consider(self, trace: Trace, dialogue: Dialogue) -> None:
        """Hold one trace against the best of its group; of equals the first one stays."""
        group, rank = self._group(dialogue), _rank(trace, dialogue)
        best = self._best.get(group)
        if best is None or rank > best[0]:
            self._best[group] = (rank, trace.key)

    def kept(self) -> list[Key]:
        """The best of every group, in the reader's order."""
        return sorted((key for _, key in self._best.values()), key=lambda key: key[:3])

    def _group(self, dialogue: Dialogue) -> bytes:
        parts: list[object] = []
        if self._by is not DedupeBy.OUTCOME:
            parts += dialogue.messages
        if self._by is not DedupeBy.PROMPT:
            parts += [_decision(call) for call in dialogue.calls]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()


def _decision(call: Call) -> list[object]:
    return [*decision(call.tool, call.arguments), call.verdict]


def _rank(trace: Trace, dialogue: Dialogue) -> _Rank:
    worth = value_of(trace.label)
    verdicts: Iterable[int] = (_VERDICTS.get(call.verdict, 0) for call in dialogue.calls)
    return (float("-inf") if worth is None else worth, min(verdicts), -turns_of(trace))
