"""Does a bar cost the same however long the history, and a fill however many there were?

Run: `python benchmarks/scaling.py --work /tmp/benchmarks`

On a random walk, so that the ensemble has the same to do at every bar: no signal ever earns a weight.
"""

import argparse
from pathlib import Path
from typing import Any

from market import names_of, random_walk
from measuring import middle, staged
from run_alphastrike import unconstrained
from stages import ACCOUNT
from tables import show

_LENGTHS = (1, 2, 4)
_EVERY_BARS = (10_000, 1_000, 100, 10, 1)
_FLIP = Path(__file__).parent / "flip_strategy.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for candles")
    parser.add_argument("--symbols", type=int, default=10)
    parser.add_argument("--bars", type=int, default=131_400, help="one-minute bars a symbol, at length 1")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    folder = random_walk(options.work, options.symbols, options.bars * max(_LENGTHS))
    data = {"path": str(folder), "symbols": names_of(options.symbols)}
    for name in ("ema_cross", "ensemble"):
        config = {"data": data, "strategy": {"name": name}}
        if name == "ema_cross":
            config |= unconstrained(options.symbols)
        lengths = {f"{length} x": (config, length * options.bars) for length in _LENGTHS}
        _report(f"{name} by length of history", _measured(lengths, options))
    flips = {
        f"turns every {every:,} bars": (
            {
                "data": data,
                "strategy": {"file": str(_FLIP), "flip": {"every_bars": every}},
                **unconstrained(options.symbols),
            },
            options.bars,
        )
        for every in _EVERY_BARS
    }
    _report("By number of fills", _measured(flips, options))


def _measured(
    runs: dict[str, tuple[dict[str, Any], int]], options: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """Interleaved, so that a busy minute does not hit one row alone."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in runs}
    for _ in range(options.repeat):
        for name, (config, bars) in runs.items():
            results[name].append(staged(options.work, config, bars))
    return {name: middle(each) for name, each in results.items()}


def _report(title: str, runs: dict[str, dict[str, Any]]) -> None:
    rows = []
    base = next(iter(runs.values()))
    for name, run in runs.items():
        cost = run["engine_cpu_s"] / run["bars"]
        more_fills = run["fills"] - base["fills"]
        account = run["split"][ACCOUNT] - base["split"][ACCOUNT] * run["bars"] / base["bars"]
        rows.append(
            [
                name,
                f"{run['bars']:,}",
                f"{run['fills']:,}",
                f"{cost * 1e9:.0f}",
                f"{cost / (base['engine_cpu_s'] / base['bars']):.2f}",
                f"{account / more_fills * 1e9:,.0f}" if more_fills > run["bars"] // 20 else "-",
                f"{run['peak_mb']:,.0f}",
            ]
        )
    show(title, ["", "bars", "fills", "ns a bar", "to the first", "ns a fill more", "peak MB"], rows)


if __name__ == "__main__":
    main()
