"""One number for what was loaded, whatever files it came from."""

import hashlib
from collections.abc import Sequence

import numpy as np

from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.funding import FundingHistory
from alphastrike.marketdata.series import SeriesColumn


def candles_hash(history: CandleHistory) -> str:
    """SHA-256 (hex) of the candles that exist: symbols, interval, open times and values.

    Independent of file names, formats, of how rows were spread over files, and of the empty
    cells of the grid.
    """
    digest = hashlib.sha256(f"candles {history.interval_ms}".encode())
    for row, symbol in enumerate(history.symbols):
        held = ~np.isnan(history.close[row])
        everything = bool(held.all())
        digest.update(f" {symbol} {np.count_nonzero(held)} ".encode())
        digest.update(history.open_time_ms[held].tobytes())
        for values in (history.open, history.high, history.low, history.close, history.volume):
            digest.update((values[row] if everything else values[row][held]).data)
        digest.update(_one_nan(history.taker_buy_volume[row][held]).data)
    return digest.hexdigest()


def funding_hash(funding: FundingHistory) -> str:
    """SHA-256 (hex) of the rates that exist: symbols, due times and rates."""
    digest = hashlib.sha256(b"funding")
    for row, symbol in enumerate(funding.symbols):
        ts_ms, rate = funding.of(row)
        digest.update(f" {symbol} {len(ts_ms)} ".encode() + ts_ms.tobytes() + rate.tobytes())
    return digest.hexdigest()


def series_hash(content_hash: str, columns: Sequence[SeriesColumn]) -> str:
    """The hash of the candles together with that of the series joined to them; the same without any."""
    if not columns:
        return content_hash
    digest = hashlib.sha256(content_hash.encode())
    for column in columns:
        digest.update(f" {column.name} {column.symbol} {len(column.values)} ".encode())
        digest.update(column.available_ms.tobytes() + column.values.tobytes())
    return digest.hexdigest()


def _one_nan(values: Floats) -> Floats:
    """The values with every NaN in the same bits, whatever wrote it."""
    missing = np.isnan(values)
    return np.where(missing, np.nan, values) if missing.any() else values
