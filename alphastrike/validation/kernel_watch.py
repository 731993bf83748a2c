"""One pass over a block: every value of every feature is checked, and passed on or withheld."""

import math
from typing import Any

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled
from alphastrike.validation.kernel_samples import on_sample, warns

_STRIKES = 3  # out of range this often in the memory: distrusted until the memory is clean
_MEMORY = (1 << 24) - 1  # bars, as bits


@compiled
def watch_block(
    values: Floats,
    close: Floats,
    out: Floats,
    tally: Any,
    calm: Any,
    rules: Any,
    watches: Any,
    pasts: tuple[Floats, Any, Any, Floats],
    first: int,
    seen: int,
    plan: Any,
) -> None:
    """Check `values` (features, symbols, bars) from bar number `first` on; write the trusted to `out`.

    The leading `seen` bars were judged before and are withheld. `tally` (symbols, bars) comes in
    zeroed, and so does `calm`, the features beside those in the tally that speak and are trusted.
    `close` (symbols, bars) is the price. `watches` (slots, symbols) and the `pasts` (slots, symbols,
    samples) of values, moves, bins and prices are the memory.
    Bars of a series are taken in order and series do not see each other, so any split of
    the bars gives the same bits.
    """
    for feature in range(values.shape[0]):
        rule = rules[feature]
        slot = rule["slot"]
        for symbol in range(values.shape[1]):
            row = values[feature, symbol]
            kept = out[feature, symbol]
            for t in range(seen):
                kept[t] = math.nan
            if slot < 0:
                _check_series(row, kept, tally[symbol], rule, seen)
                continue
            past = (
                pasts[0][slot, symbol],
                pasts[1][slot, symbol],
                pasts[2][slot, symbol],
                pasts[3][slot, symbol],
            )
            watch = watches[slot, symbol]
            _watch_series(
                row, close[symbol], kept, tally[symbol], calm[symbol], rule, watch, past, first, seen, plan
            )


@compiled
def _check_series(row: Floats, out: Floats, tally: Any, rule: Any, seen: int) -> None:
    lowest, highest = rule["lowest"], rule["highest"]
    required = rule["required"] == 1
    for t in range(seen, row.size):
        value = row[t]
        if lowest <= value <= highest and abs(value) < math.inf:
            out[t] = value
            continue
        out[t] = math.nan
        if required:
            _refuse_required(tally[t], value, lowest, highest)


@compiled
def _watch_series(
    row: Floats,
    close: Floats,
    out: Floats,
    tally: Any,
    calm: Any,
    rule: Any,
    watch: Any,
    past: tuple[Floats, Any, Any, Floats],
    first: int,
    seen: int,
    plan: Any,
) -> None:
    stride = plan["sample_bars"]
    due = seen + (-(first + seen)) % stride
    t = seen
    while t < row.size:
        if t == due:
            due += stride
            _watch_bar(row, close, out, tally, rule, watch, past, t, (first + t) // stride, plan)
        else:
            _watch_bar(row, close, out, tally, rule, watch, past, t, -1, plan)
        stop = min(due, row.size)
        if watch["ready"] == 1:
            t = _pass_calm(row, out, tally, calm, rule, watch, t + 1, stop)
        else:
            t = _pass_waiting(row, out, tally, rule, watch, plan, t + 1, stop)


@compiled
def _pass_calm(
    row: Floats, out: Floats, tally: Any, calm: Any, rule: Any, watch: Any, t: int, stop: int
) -> int:
    """Pass bars of a trusted feature on while nothing is to be said of them; the first one that is left."""
    if watch["quarantined"] == 1 or watch["strikes"] != 0 or watch["struck_out"] == 1:
        return t
    lowest, highest = max(rule["lowest"], watch["lowest"]), min(rule["highest"], watch["highest"])
    patience, counted = rule["frozen"], 1 - rule["muted"]
    last, repeats = watch["value"], watch["repeats"]
    first = t
    while t < stop:
        value = row[t]
        again = repeats + 1 if value == last else 1
        if not lowest <= value <= highest or again >= patience:
            break
        last, repeats = value, again
        out[t] = value
        calm[t] += counted
        t += 1
    if watch["warns"] == 1 and counted == 1:
        for warned in range(first, t):
            tally[warned]["warned"] += 1
    watch["value"] = last
    watch["repeats"] = repeats
    return t


@compiled
def _pass_waiting(
    row: Floats, out: Floats, tally: Any, rule: Any, watch: Any, plan: Any, t: int, stop: int
) -> int:
    """Withhold bars of a feature without a reference until something is to be said; the first one left."""
    if rule["required"] == 1:
        return t
    lowest, highest, patience = rule["lowest"], rule["highest"], rule["frozen"]
    last, repeats = watch["value"], watch["repeats"]
    counted = rule["muted"] == 0
    collected = watch["collected"]
    while t < stop:
        value = row[t]
        again = repeats + 1 if value == last else 1
        if math.isnan(value):
            again = 0
        elif not lowest <= value <= highest or again >= patience:
            break
        last, repeats = value, again
        out[t] = math.nan
        if counted and (again > 0 or collected > 0):
            _count_waiting(tally[t], watch, collected, plan)
        t += 1
    watch["value"] = last
    watch["repeats"] = repeats
    return t


@compiled
def _watch_bar(
    row: Floats,
    close: Floats,
    out: Floats,
    tally: Any,
    rule: Any,
    watch: Any,
    past: tuple[Floats, Any, Any, Floats],
    t: int,
    sample_number: int,
    plan: Any,
) -> None:
    """One bar with all there is to ask; a negative sample number when it is no sample."""
    value = row[t]
    usable = abs(value) < math.inf
    inside = usable and rule["lowest"] <= value <= rule["highest"]
    frozen = _frozen(watch, value, usable, rule["frozen"])
    struck = usable and _strike(watch, value, inside)
    if sample_number >= 0:
        sample = _as_sample(watch, value) if inside and not frozen else math.nan
        on_sample(watch, past, sample, close[t], sample_number, plan)
        watch["warns"] = warns(watch)
    ready = watch["ready"] == 1
    trusted = inside and ready and not struck and not frozen and watch["quarantined"] == 0
    out[t] = value if trusted else math.nan
    if rule["muted"] == 0:
        _count(tally[t], watch, value, trusted, plan)
    if rule["required"] == 1 and not trusted:
        if usable and not inside:
            _refuse_required(tally[t], value, rule["lowest"], rule["highest"])
        elif usable and ready and not watch["lowest"] <= value <= watch["highest"]:
            _refuse_required(tally[t], value, watch["lowest"], watch["highest"])
        elif usable:
            tally[t]["lacking"] = 2 if ready else 1
        else:
            tally[t]["non_finite"] += 1


@compiled
def _frozen(watch: Any, value: float, usable: bool, patience: int) -> bool:
    if not usable:
        watch["value"] = math.nan
        watch["repeats"] = 0
        return False
    if value != watch["value"]:
        watch["value"] = value
        watch["repeats"] = 1
        return False
    watch["repeats"] += 1
    return bool(watch["repeats"] >= patience)


@compiled
def _strike(watch: Any, value: float, inside: bool) -> bool:
    """Whether the range rule withholds this finite value: a break, or too many of late."""
    if watch["ready"] == 0:
        return not inside
    broken = not (inside and watch["lowest"] <= value <= watch["highest"])
    if not broken and watch["strikes"] == 0:
        return False
    strikes = (watch["strikes"] << 1) & _MEMORY
    if broken:
        strikes |= 1
        if _bits(strikes) >= _STRIKES:
            watch["struck_out"] = 1
    elif strikes == 0:
        watch["struck_out"] = 0
    watch["strikes"] = strikes
    return bool(broken or watch["struck_out"] == 1)


@compiled
def _bits(mask: int) -> int:
    count = 0
    while mask != 0:
        mask &= mask - 1
        count += 1
    return count


@compiled
def _as_sample(watch: Any, value: float) -> float:
    # Clipped to the trusted range: a spike cannot stretch the next reference's range much, and a
    # lasting change still can. While drifted there is no trusted range, only a new one to learn.
    if watch["ready"] == 0 or watch["quarantined"] == 1:
        return value
    return float(min(max(value, watch["lowest"]), watch["highest"]))


@compiled
def _count(tally: Any, watch: Any, value: float, trusted: bool, plan: Any) -> None:
    missing = math.isnan(value)
    if watch["ready"] == 1:
        tally["referenced"] += 1
        if not missing:
            tally["speaking"] += 1
            if not trusted:
                tally["distrusted"] += 1
            elif watch["warns"] == 1 or watch["strikes"] != 0:
                tally["warned"] += 1
    elif not missing or watch["collected"] > 0:
        _count_waiting(tally, watch, watch["collected"], plan)


@compiled
def _count_waiting(tally: Any, watch: Any, collected: int, plan: Any) -> None:
    if tally["waiting"] == 0 or collected < tally["collected"]:
        tally["collected"] = collected
        tally["needed"] = plan["long_window"] if watch["pinned"] == 1 else plan["reference"]
    tally["waiting"] += 1


@compiled
def _refuse_required(tally: Any, value: float, lowest: float, highest: float) -> None:
    if not abs(value) < math.inf:
        tally["non_finite"] += 1
    elif tally["broken"] == 0:
        tally["broken"] = 1
        tally["observed"] = value
        tally["limit"] = lowest if value < lowest else highest
