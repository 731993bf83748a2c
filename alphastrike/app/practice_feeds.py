"""The market of a practice exchange: made, or recorded and played from now on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.simulator.book_feed import COLUMNS, BookFeed
from alphastrike.simulator.feed import CandleFeed, Feed, MadeFeed, practice_instrument


@dataclass(frozen=True, slots=True)
class Recording:
    """What to play. `path` as for a backtest, or a Parquet file of a recorded order book.

    `past` candles of the recording are over when the exchange opens, so that there is a history to ask for.
    """

    path: Path
    symbols: tuple[str, ...] = ()
    interval: str | None = None
    past: int = 0


def practice_feed(recording: Recording | None, seed: int, now_ms: int) -> Feed:
    """A feed that begins now; made from the seed where nothing is to be played."""
    if recording is None:
        return MadeFeed(seed, now_ms)
    columns = _book_columns(recording.path)
    if columns is not None:
        return BookFeed(_symbol_of(recording), columns, now_ms)
    return _candle_feed(recording, now_ms)


def _candle_feed(recording: Recording, now_ms: int) -> Feed:
    from alphastrike.marketdata.candles import load_candles  # noqa: PLC0415 - slow to import

    loaded = load_candles(
        recording.path, symbols=recording.symbols or None, interval=recording.interval
    ).history
    bars = len(loaded.open_time_ms)
    if not 0 <= recording.past < bars:
        raise ConfigError(
            f"--past: observed {recording.past}, allowed 0 to {bars - 1}: {bars} candles are recorded"
        )
    length, first_ms = loaded.interval_ms, int(loaded.open_time_ms[0])
    open_ms = now_ms // length * length - recording.past * length
    history = replace(loaded, open_time_ms=loaded.open_time_ms + (open_ms - first_ms))
    instruments = tuple(
        practice_instrument(symbol, *_steps_at(history.close[row]))
        for row, symbol in enumerate(history.symbols)
    )
    return CandleFeed(history, instruments)


def _steps_at(closes: Any) -> tuple[str, str]:
    """Steps of price and quantity as a venue has them at such a price: five digits, and about 60 quote."""
    price = next((float(close) for close in closes if close > 0.0), 1.0)
    return _power(math.floor(math.log10(price)) - 5), _power(math.floor(math.log10(60.0 / price)))


def _power(exponent: int) -> str:
    return f"{10.0**exponent:.{max(0, -exponent)}f}"


def _symbol_of(recording: Recording) -> str:
    if len(recording.symbols) > 1:
        listed = ", ".join(recording.symbols)
        raise ConfigError(f"--symbols: observed {listed}, allowed one: {recording.path} holds one order book")
    return recording.symbols[0] if recording.symbols else recording.path.stem.partition("_")[0].upper()


def _book_columns(path: Path) -> dict[str, Any] | None:
    """The columns of a recorded order book; None for whatever else it is."""
    if path.suffix != ".parquet" or not path.is_file():
        return None
    import pyarrow  # noqa: PLC0415 - slow to import
    from pyarrow import parquet  # noqa: PLC0415 - slow to import

    try:
        names: Sequence[str] = parquet.read_schema(path).names
    except pyarrow.ArrowInvalid:
        return None
    if not set(COLUMNS) <= set(names):
        return None
    wanted = [name for name in (*COLUMNS, "prev_final_update_id") if name in names]
    table = parquet.read_table(path, columns=wanted)
    return {name: table[name].to_numpy(zero_copy_only=False) for name in wanted}
