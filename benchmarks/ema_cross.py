"""EMA 12/26 cross, always long or short, 0.05 % taker fee: AlphaStrike and its peers on the same candles.

Run: `python benchmarks/ema_cross.py --work /tmp/benchmarks`

"Engine" is the processor time of the simulation alone: no import, no file reading, no compiling.
Runs are interleaved and the median is shown, because a shared machine's seconds drift.
"""

import argparse
import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from counters import INSTRUCTIONS, counted, why_not
from engines.task import Task
from environments import ENGINES_BY_NAME, OURS, SCRIPTS, NotInstalled, interpreter
from market import names_of, random_walk
from tables import median, show, thousands

Runs = dict[str, list[dict[str, Any]]]

# Why a peer's last equity may differ from ours although it did the same work.
_DIFFERENCES = {
    "hftbacktest": "its book has two sides, here one tick apart: every fill pays up to a tick",
    "nautilus_trader": "its money has eight decimals",
}


def main() -> None:
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    reason = why_not(options.counter) if options.counter else "not asked for"
    pythons, missing = _installed(options.work, options.engines)
    for size in options.sizes:
        symbols, bars = (int(part) for part in size.split("x"))
        task = _task(options.work, symbols, bars)
        able = {name: python for name, python in pythons.items() if _is_able(name, symbols * bars)}
        runs = _interleaved(task, able, options, count=reason is None)
        _report(task, runs, options.counter if reason is None else None)
        for name in pythons.keys() - able.keys():
            print(f"  {name}: left out, this size is beyond what it does in reasonable time or memory")
    for name, said in missing.items():
        print(f"\n{name}: not installed: {said}")
    if reason is not None:
        print(f"\nInstructions per bar ({options.counter or INSTRUCTIONS}): not supported here: {reason}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for candles and environments")
    parser.add_argument("--sizes", nargs="+", default=["1x105120", "10x52560", "10x525600"], metavar="SxB")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES_BY_NAME), choices=list(ENGINES_BY_NAME))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--counter", default=INSTRUCTIONS, help="what perf counts; empty: nothing")
    options = parser.parse_args()
    if OURS not in options.engines:
        options.engines.insert(0, OURS)
    return options


def _installed(work: Path, names: list[str]) -> tuple[dict[str, Path], dict[str, str]]:
    pythons, missing = {}, {}
    for name in names:
        try:
            pythons[name] = interpreter(work, ENGINES_BY_NAME[name])
        except NotInstalled as error:
            missing[name] = str(error)
    return pythons, missing


def _is_able(name: str, cells: int) -> bool:
    most = ENGINES_BY_NAME[name].most_cells
    return most is None or cells <= most


def _task(work: Path, symbols: int, bars: int) -> Task:
    folder = random_walk(work, symbols, bars)
    return Task(
        folder=str(folder),
        symbols=names_of(symbols),
        bars=bars,
        first_decision_bar=0,
        notional=1_000.0,
        quantity_step=1e-5,
        taker_fee=0.0005,
        equity=1e7,
    )


def _interleaved(task: Task, pythons: dict[str, Path], options: argparse.Namespace, *, count: bool) -> Runs:
    """Every engine once, then every engine again; ours first, since it knows where the others start.

    AlphaStrike trades once its warm-up is over; the peers, which have none, wait as long.
    """
    runs: Runs = {name: [] for name in pythons}
    _run(OURS, pythons[OURS], task, options, count=False)  # compiles what is not compiled yet
    for _ in range(options.repeat):
        for name, python in pythons.items():
            result = _run(name, python, task, options, count=count)
            runs[name].append(result)
            if name == OURS and "first_decision_bar" in result:
                task = replace(task, first_decision_bar=result["first_decision_bar"])
    return runs


def _run(name: str, python: Path, task: Task, options: argparse.Namespace, *, count: bool) -> dict[str, Any]:
    engine = ENGINES_BY_NAME[name]
    given = options.work / "task.json"
    given.write_text(json.dumps(asdict(task)), encoding="utf-8")
    command = [str(python), str(SCRIPTS / engine.script), str(given), *engine.options]
    if count:
        done, instructions = counted(command, options.counter)
    else:
        done, instructions = subprocess.run(command, capture_output=True, text=True, check=False), 0.0
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or ["no word"])[-1]}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result | {"instructions": instructions}


def _report(task: Task, runs: Runs, counter: str | None) -> None:
    ours = runs[OURS][0]
    if "failed" in ours:
        raise SystemExit(f"{OURS} failed: {ours['failed']}")
    our_speed = _speed(runs[OURS])
    header = ["engine", "bars/cpu s", "AlphaStrike is", "peak MB", "fills", "final equity", "difference"]
    rows, notes = [], []
    for name, results in runs.items():
        failures = [each["failed"] for each in results if "failed" in each]
        if failures:
            notes.append(f"{name}: failed: {failures[0]}")
            continue
        last, speed = results[-1], _speed(results)
        gap = last["final_equity"] - ours["final_equity"]
        row = [
            f"{name} {last['version']}",
            thousands(speed),
            "-" if name == OURS else f"{our_speed / speed:.2f} x",
            thousands(max(each["peak_mb"] for each in results)),
            thousands(last["fills"]),
            f"{last['final_equity']:,.2f}",
            f"{gap:+.6f}",
        ]
        rows.append([*row, *([thousands(_per_bar(results))] if counter else [])])
        if abs(gap) > 1e-5 and name in _DIFFERENCES:
            notes.append(f"{name}: {_DIFFERENCES[name]}")
    cells = task.bars * len(task.symbols)
    title = f"EMA cross, {len(task.symbols)} symbols x {task.bars:,} one-minute bars = {cells:,}"
    show(title, [*header, *([f"{counter} a bar"] if counter else [])], rows)
    for note in notes:
        print(f"  {note}")
    if ours["refused"]:
        print(f"  {OURS} refused {ours['refused']} decisions: the work is not the same")


def _speed(results: list[dict[str, Any]]) -> float:
    return median(each["bars"] / each["engine_cpu_s"] for each in results)


def _per_bar(results: list[dict[str, Any]]) -> float:
    return median(each["instructions"] / each["bars"] for each in results)


if __name__ == "__main__":
    main()
