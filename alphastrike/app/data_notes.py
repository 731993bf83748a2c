"""What a person should know of the data before believing a run on them; each line is `topic: text`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from alphastrike.domain.blocks import CandleHistory, Integers
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import DAY_MS

# No venue settles less often; a candle with no rate due within this long is charged nothing.
_LONGEST_FUNDING_MS = DAY_MS
# Shorter silences are outages, and the gateway's codes tell of them.
_LONGEST_SILENCE_MS = 2 * DAY_MS
_MOST_NAMED = 5


def left_out_notes(skipped: Sequence[tuple[Path, str]]) -> list[str]:
    """Files of a folder that were not used, and why."""
    named = [f"left out: {path.name}: {why}" for path, why in skipped[:_MOST_NAMED]]
    rest = len(skipped) - len(named)
    return [*named, f"left out: {rest} more files"] if rest else named


def silence_notes(history: CandleHistory) -> list[str]:
    """Symbols that stop in the middle: a position is carried through at the last close."""
    silent = []
    for row, symbol in enumerate(history.symbols):
        times = history.open_time_ms[np.isfinite(history.close[row])]
        pauses = np.diff(times)
        if pauses.size and pauses.max() > _LONGEST_SILENCE_MS:
            at = int(pauses.argmax())
            since = np.datetime_as_string(np.datetime64(int(times[at]), "ms"), unit="D")
            silent.append((int(pauses[at]), f"{symbol} {pauses[at] / DAY_MS:,.0f} d from {since}"))
    if not silent:
        return []
    named = [text for _, text in sorted(silent, reverse=True)[:_MOST_NAMED]]
    rest = f" and {len(silent) - len(named)} more" if len(silent) > len(named) else ""
    return [f"silences: no candles of {', '.join(named)}{rest}; a position is held through at its last close"]


def funding_notes(history: CandleHistory, funding: FundingHistory) -> list[str]:
    """For how much of the candles no rate is known, so that no funding was charged."""
    without = set(funding.symbols_without_rates)
    if len(without) == len(history.symbols):
        return ["funding rates: none; no funding was charged"]
    charged = total = 0
    partly = []
    for row, symbol in enumerate(history.symbols):
        opens = history.open_time_ms[np.isfinite(history.close[row])]
        covered = _covered(opens, funding.of(row)[0])
        charged, total = charged + covered, total + opens.size
        if covered < opens.size - _LONGEST_FUNDING_MS // history.interval_ms and symbol not in without:
            partly.append(symbol)
    notes = [f"funding rates: none for {', '.join(sorted(without))}"] if without else []
    if partly:
        notes.append(f"funding rates: only for a part of the time for {_names(partly)}")
    if notes:
        notes.append(
            f"funding charged: on {charged / total:.0%} of the candles; on the rest no rate is known"
        )
    return notes


def _covered(opens: Integers, due_ms: Integers) -> int:
    """Candles after whose open a rate falls due soon enough."""
    following = np.append(due_ms, np.iinfo(np.int64).max)[np.searchsorted(due_ms, opens)]
    return int(np.count_nonzero(following - opens <= _LONGEST_FUNDING_MS))


def _names(symbols: Sequence[str]) -> str:
    rest = len(symbols) - _MOST_NAMED
    return ", ".join(symbols[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
