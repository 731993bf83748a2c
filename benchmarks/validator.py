"""The validator on real candles: how often it halts healthy ones, and how fast it finds broken ones.

Run: `python benchmarks/validator.py --data ../shared/data`

Healthy: the longest 1 h and 4 h histories, each run alone with monthly re-fits, by both policies; halts of
stages 2 and 3 are not the validator's. Feed faults go into the candles and through gateway, features and
validator. Feature faults go into every watched feature of a healthy moment: delays are bars to the first
alarm of any kind and bars until the value is withheld, within 30 days. `smaller` is the share of healthy bars
on which so many features alarm that new positions are cut, by the second policy.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import kernels  # noqa: F401 - before any compiled code
import numpy as np
import pyarrow.parquet as pq
from tables import show

from alphastrike.app.assembly import market_stages
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import load_inputs
from alphastrike.domain.blocks import CandleHistory, FeatureBlock, HaltGrid
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.outcomes import Code
from alphastrike.validation.health import Level

POLICIES = ("strict", "fraction")
_AGAIN = {Code.NO_REFERENCE.value, Code.WARM_UP.value, Code.NO_CANDLE.value, Code.GAP.value}
_WATCHED_DAYS = 30
_LOOK_BACK_BARS = 2_160

Columns = dict[str, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds candles/VENUE/INTERVAL")
    parser.add_argument("--histories", type=int, default=12, help="of each interval, the longest")
    parser.add_argument("--intervals", nargs="+", default=["1h", "4h"])
    parser.add_argument("--onsets", type=int, default=3, help="moments of each history at which faults begin")
    options = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)  # a feature that never speaks has no mean
    for interval in options.intervals:
        files = longest(options.data, interval, options.histories)
        healthy(files, interval)
        feed_faults(files, interval, options.onsets)
        feature_faults(files, interval, options.onsets)
    push_cost(longest(options.data, options.intervals[0], 1)[0])


def longest(data: Path, interval: str, count: int) -> list[Path]:
    """Files of the histories with the most candles; of one symbol and venue the longest."""
    files = [path for path in data.glob(f"candles/*/{interval}/*.parquet") if "_full" not in path.name]
    ranked = sorted(files, key=lambda path: (-pq.read_metadata(path).num_rows, path.name))
    first: dict[tuple[str, str], Path] = {}
    for path in ranked:
        first.setdefault((path.parent.parent.name, path.name.partition("_")[0]), path)
    return list(first.values())[:count]


def loaded(path: Path, policy: str = "strict") -> tuple[AlphaStrikeConfig, CandleHistory]:
    config = AlphaStrikeConfig.model_validate({"data": {"path": str(path)}, "validation": {"policy": policy}})
    return config, load_inputs(config).history


def healthy(files: list[Path], interval: str) -> None:
    rows, totals, cut = [], {policy: [0, 0] for policy in POLICIES}, 0
    for path in files:
        row = [path.parent.parent.name, path.name.partition("_")[0]]
        for policy in POLICIES:
            config, history = loaded(path, policy)
            stages = market_stages(config, history)
            features = stages.features.advance(
                stages.gateway.advance(history.block(0, history.close.shape[1]))
            )
            before = features.halts.code.copy()
            valid = stages.validator.advance(features)
            after = valid.halts.code
            judged = (before == 0) & (after != Code.NO_REFERENCE)
            halted = judged & (after != 0)
            totals[policy][0] += int(judged.sum())
            totals[policy][1] += int(halted.sum())
            row += [f"{int(judged.sum()):,}", f"{halted.sum() / max(judged.sum(), 1):.2%}"]
        smaller = judged & (valid.size_cut > 0.0)
        cut += int(smaller.sum())
        rows.append([*row, f"{smaller.sum() / max(judged.sum(), 1):.2%}"])
    share = [f"{totals[policy][1] / totals[policy][0]:.2%}" for policy in POLICIES]
    rows.append(
        [
            "all",
            "",
            f"{totals['strict'][0]:,}",
            share[0],
            f"{totals['fraction'][0]:,}",
            share[1],
            f"{cut / totals['fraction'][0]:.2%}",
        ]
    )
    show(
        f"Healthy {interval} candles halted by the validator, {len(features.names)} features",
        ["venue", "symbol", "bars", "strict", "bars", "fraction", "smaller"],
        rows,
    )


# Feed faults: what arrives is wrong.


def _last_price(columns: Columns, at: int) -> None:
    for name in ("open", "high", "low", "close"):
        columns[name][:, at:] = columns["close"][:, at - 1 : at]
    columns["volume"][:, at:] = 0.0
    columns["taker_buy_volume"][:, at:] = 0.0


def _swap(first: str, second: str) -> Callable[[Columns, int], None]:
    def change(columns: Columns, at: int) -> None:
        kept = columns[first][:, at:].copy()
        columns[first][:, at:] = columns[second][:, at:]
        columns[second][:, at:] = kept

    return change


def _scale(factor: float, stop: int | None = None) -> Callable[[Columns, int], None]:
    def change(columns: Columns, at: int) -> None:
        for name in ("open", "high", "low", "close"):
            columns[name][:, at : None if stop is None else at + stop] *= factor

    return change


def _nan(columns: Columns, at: int) -> None:
    columns["close"][:, at] = np.nan


def _spike(columns: Columns, at: int) -> None:
    columns["close"][:, at] *= 10.0
    columns["high"][:, at] = np.maximum(columns["high"][:, at], columns["close"][:, at])


def _remove(columns: Columns, at: int) -> None:
    for column in columns.values():
        column[:, at : at + 5] = np.nan


FEED: dict[str, Callable[[Columns, int], None]] = {
    "NaN in one candle": _nan,
    "prices x100 from now on": _scale(100.0),
    "prices x100, one candle": _scale(100.0, 1),
    "prices with turned sign": _scale(-1.0),
    "stale feed: last price, no volume": _last_price,
    "spike: one close x10": _spike,
    "gap of five candles": _remove,
    "high and low swapped": _swap("high", "low"),
    "close and volume swapped": _swap("close", "volume"),
}


def feed_faults(files: list[Path], interval: str, onsets: int) -> None:
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in (*FEED, *ORDER)}
    for path in files:
        config, history = loaded(path)
        for at in moments(history, onsets):
            for name, change in FEED.items():
                columns = {column: getattr(history, column).copy() for column in _names()}
                change(columns, at)
                found[name].append(first_halt(config, replace(history, **columns), at))
            for name, shift in ORDER.items():
                found[name].append(order_fault(config, history, at, shift))
    rows = [
        [
            name,
            f"{len(cells)}",
            f"{np.mean([delay >= 0 for delay, _ in cells]):.0%}",
            f"{max(delay for delay, _ in cells)}",
            ", ".join(sorted({code for _, code in cells if code})),
        ]
        for name, cells in found.items()
    ]
    show(
        f"Faults of the feed, {interval}: candles until the symbol halts",
        ["fault", "cases", "found", "slowest", "halted by"],
        rows,
    )


ORDER = {"duplicate timestamp": 0, "backward timestamp": -3}


def order_fault(config: AlphaStrikeConfig, history: CandleHistory, at: int, shift: int) -> tuple[int, str]:
    gateway = market_stages(config, history).gateway
    gateway.advance(history.block(0, at))
    code = gateway.advance(history.block(at - 1 + shift, at + shift)).halts.code[0, 0]
    return (0, Code(int(code)).label) if code else (-1, "")


def first_halt(config: AlphaStrikeConfig, history: CandleHistory, at: int) -> tuple[int, str]:
    """Candles from `at` to the first halt, and its code; -1 for none."""
    stages = market_stages(config, history)
    start = max(0, at - _LOOK_BACK_BARS)
    block = history.block(start, min(at + 200, history.close.shape[1]))
    code = stages.features.advance(stages.gateway.advance(block)).halts.code[0, at - start :]
    halted = np.flatnonzero(code)
    return (int(halted[0]), Code(int(code[halted[0]])).label) if halted.size else (-1, "")


# Feature faults: what is computed is wrong.


def _turned(x: np.ndarray, _sigma: np.ndarray) -> np.ndarray:
    return -x


def _constant(x: np.ndarray, _sigma: np.ndarray) -> np.ndarray:
    return np.repeat(x[:, :, :1], x.shape[2], axis=2)


def _once(x: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    changed = x.copy()
    changed[:, :, 0] += 20.0 * sigma
    return changed


def _rotated(x: np.ndarray, _sigma: np.ndarray) -> np.ndarray:
    return np.roll(x, 1, axis=0)


def _shifted(sigmas: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda x, sigma: x + sigmas * sigma[:, :, None]


def _spread(factor: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda x, _sigma: np.nanmean(x, axis=2, keepdims=True) * (1 - factor) + factor * x


FEATURE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "NaN": lambda x, _sigma: np.full_like(x, np.nan),
    "scale x100": lambda x, _sigma: 100.0 * x,
    "turned sign": _turned,
    "stale: constant": _constant,
    "spike of 20 sigma, once": _once,
    "swapped columns": _rotated,
    "mean +1 sigma": _shifted(1.0),
    "mean +2 sigma": _shifted(2.0),
    "spread +1 sigma (x2)": _spread(2.0),
    "spread +2 sigma (x3)": _spread(3.0),
}


@dataclass(frozen=True)
class Delays:
    """Bars to the first alarm and to being withheld, one a feature and onset; -1: not within 30 days."""

    alarm: list[int]
    withheld: list[int]


def feature_faults(files: list[Path], interval: str, onsets: int) -> None:
    found = {name: Delays([], []) for name in FEATURE}
    skipped = 0
    for path in files:
        config, history = loaded(path)
        for features, at, bars in feature_moments(config, history, onsets):
            stages = market_stages(config, history)
            stages.validator.advance(cut(features, 0, at))
            state = stages.validator.snapshot()
            chosen = [
                row
                for row, health in enumerate(stages.validator.health())
                if health.level is Level.OK and health.monitor.value == "distribution"
            ]
            names = [health.feature for health in stages.validator.health()]
            skipped += len(names) - len(chosen)
            sigma = np.nanstd(features.values[:, :, max(0, at - _LOOK_BACK_BARS) : at], axis=2)
            for name, change in FEATURE.items():
                stages.validator.restore(state)
                changed = change(features.values[:, :, at : at + bars], sigma)
                watch(stages.validator, cut(features, at, at + bars, changed), names, chosen, found[name])
    rows = []
    for name, delays in found.items():
        alarm, withheld = np.array(delays.alarm), np.array(delays.withheld)
        rows.append([name, f"{alarm.size}", *_delay(alarm), *_delay(withheld)])
    show(
        f"Faults of features, {interval}: bars of delay ({skipped} already alarmed or range-only left out)",
        ["fault", "cases", "alarmed", "median", "p90", "withheld", "median", "p90"],
        rows,
    )


def _delay(bars: np.ndarray) -> list[str]:
    hit = bars[bars >= 0]
    if not hit.size:
        return ["0%", "-", "-"]
    return [f"{hit.size / bars.size:.0%}", f"{np.median(hit):.0f}", f"{np.quantile(hit, 0.9):.0f}"]


def feature_moments(
    config: AlphaStrikeConfig, history: CandleHistory, onsets: int
) -> Iterator[tuple[FeatureBlock, int, int]]:
    stages = market_stages(config, history)
    features = stages.features.advance(stages.gateway.advance(history.block(0, history.close.shape[1])))
    for at in moments(history, onsets):
        yield features, at, _WATCHED_DAYS * DAY_MS // history.interval_ms


def watch(validator: Any, block: FeatureBlock, names: list[str], chosen: list[int], delays: Delays) -> None:
    bars = block.market.open_time_ms.size
    alarm, withheld = [-1] * len(chosen), [-1] * len(chosen)
    rows = [block.names.index(names[row]) for row in chosen]
    for t in range(bars):
        one = cut(block, t, t + 1)
        seen = validator.advance(one)
        health = validator.health()
        for i, row in enumerate(chosen):
            value = seen.values[rows[i], 0, 0]
            if withheld[i] < 0 and not np.isfinite(value):
                withheld[i] = t
                alarm[i] = t if alarm[i] < 0 else alarm[i]
            if alarm[i] < 0 and health[row].level is not Level.OK:
                alarm[i] = t
        if min(withheld) >= 0:
            break
    delays.alarm.extend(alarm)
    delays.withheld.extend(withheld)


def cut(features: FeatureBlock, start: int, stop: int, values: np.ndarray | None = None) -> FeatureBlock:
    """Bars of a feature block, with other values when given, and nothing halted."""
    market = features.market
    halts = HaltGrid(len(market.symbols), stop - start)
    columns = {name: np.ascontiguousarray(getattr(market, name)[:, start:stop]) for name in _names()}
    part = replace(market, open_time_ms=market.open_time_ms[start:stop], halts=halts, **columns)
    kept = features.values[:, :, start:stop] if values is None else values
    return FeatureBlock(part, features.names, np.ascontiguousarray(kept), halts)


def moments(history: CandleHistory, onsets: int) -> list[int]:
    bars = history.close.shape[1]
    room = _WATCHED_DAYS * DAY_MS // history.interval_ms
    return [int(at) for at in np.linspace(0.5, 1.0 - (room + 1) / bars, onsets) * bars]


def _names() -> tuple[str, ...]:
    return ("open", "high", "low", "close", "volume", "taker_buy_volume")


def push_cost(path: Path) -> None:
    config, history = loaded(path)
    for features, at, bars in feature_moments(config, history, 1):
        stages = market_stages(config, history)
        stages.validator.advance(cut(features, 0, at))
        steps = [cut(features, t, t + 1) for t in range(at, at + bars)]
        begun = time.process_time()
        for step in steps:
            stages.validator.advance(step)
        spent = (time.process_time() - begun) / bars / len(features.names)
        stages.validator.advance(cut(features, at + bars, at + bars + 1))
        print(f"\nOne push: {spent * 1e6:.1f} us of cpu a feature, {len(features.names)} features a bar")


if __name__ == "__main__":
    main()
