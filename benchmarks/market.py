"""The candles of the benchmarks: seeded, written once, read by every engine."""

from pathlib import Path

import kernels  # noqa: F401 - before any compiled code

from alphastrike.marketdata.store import list_store, save_history
from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
from alphastrike.marketdata.synthetic.market import driftless_random_walk, generate

SYMBOLS = (
    "ADAUSDT",
    "AVAXUSDT",
    "BNBUSDT",
    "BTCUSDT",
    "DOGEUSDT",
    "ETHUSDT",
    "LINKUSDT",
    "LTCUSDT",
    "SOLUSDT",
    "XRPUSDT",
)
MINUTE_MS = 60_000
SEED = 7
START_MS = int(SyntheticConfig.model_fields["start_ms"].default)


def random_walk(work: Path, symbols: int, bars: int) -> Path:
    """Folder with one Parquet file of one-minute candles a symbol: prices nobody can foresee."""
    return _written(work, "random", symbols, bars)


def planted_market(work: Path, symbols: int, bars: int) -> Path:
    """As `random_walk`, with the weak alphas of the embedded market, so that the ensemble trades."""
    return _written(work, "planted", symbols, bars)


def names_of(symbols: int) -> list[str]:
    """The symbols of a market of this size."""
    return ["BTCUSDT"] if symbols == 1 else list(SYMBOLS[:symbols])


def _written(work: Path, kind: str, symbols: int, bars: int) -> Path:
    """Generate what is not there yet. A longer market begins with the shorter one."""
    hours = -(-bars // 60)
    root = work / "candles" / f"{kind}-{symbols}x{hours * 60}"
    if not (root.is_dir() and len(list_store(root)) == symbols):
        alphas = embedded_default().alphas if kind == "planted" else ()
        config = SyntheticConfig(
            name="synthetic benchmark",
            symbols=tuple(names_of(symbols)),
            interval="1m",
            length_hours=hours,
            seed=SEED,
            alphas=alphas,
        )
        market = generate(config) if kind == "planted" else driftless_random_walk(config)
        save_history(market.history, root, "synthetic")
    return root / "synthetic" / "1m"
