"""What a run reads: candles and funding from files, or the embedded synthetic market."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig, DataConfig
from alphastrike.app.data_notes import funding_notes, left_out_notes, silence_notes
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.funding import FundingHistory


@dataclass(frozen=True, slots=True)
class Inputs:
    """Candles and funding on the run's symbols; `label` and `notes` are lines for people."""

    history: CandleHistory
    funding: FundingHistory
    content_hash: str
    label: str
    is_synthetic: bool
    notes: tuple[str, ...]


def load_inputs(config: AlphaStrikeConfig) -> Inputs:
    """Read or generate what `config.data` asks for."""
    return _synthetic(config) if config.data.path is None else _recorded(config.data)


def _recorded(data: DataConfig) -> Inputs:
    from alphastrike.marketdata.candles import load_candles  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.fingerprint import series_hash  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.funding import load_funding  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.series import joined_series, with_funding  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.series_files import read_series  # noqa: PLC0415 - slow to import

    if data.path is None:
        raise ConfigError("data.path: missing; allowed: a candle file, a folder of them, or the store")
    loaded = load_candles(
        data.path, symbols=data.symbols or None, interval=data.interval, start_ms=data.start, end_ms=data.end
    )
    symbols = loaded.history.symbols
    funding = (
        no_funding(symbols) if data.funding is None else load_funding(data.funding, symbols, loaded.venue)
    )
    history = with_funding(loaded.history, funding)
    columns = tuple(column for path in data.series for column in read_series(path))
    history = joined_series(history, columns)
    spot = ["market: these are spot candles, traded as if they were a perpetual's"]
    notes = (
        *left_out_notes(loaded.skipped),
        *(spot if loaded.market == "spot" else ()),
        *silence_notes(loaded.history),
        *funding_notes(loaded.history, funding),
    )
    content = series_hash(loaded.content_hash, columns)
    return Inputs(history, funding, content, loaded.label, is_synthetic=False, notes=notes)


def _synthetic(config: AlphaStrikeConfig) -> Inputs:
    from alphastrike.marketdata.fingerprint import candles_hash  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.series import with_funding  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.synthetic.config import embedded_default  # noqa: PLC0415
    from alphastrike.marketdata.synthetic.market import generate  # noqa: PLC0415

    data = config.data
    if data.start is not None or data.end is not None or data.interval is not None:
        raise ConfigError(
            "data.start, data.end, data.interval: observed without data.path; "
            "allowed with --data, the embedded synthetic market is always whole"
        )
    settings = embedded_default().model_copy(update={"seed": config.backtest.seed})
    market = generate(settings)
    history, funding = market.history, market.funding
    if data.symbols:
        history, funding = only_symbols(history, funding, data.symbols)
    content = candles_hash(history)
    history = with_funding(history, funding)
    return Inputs(history, funding, content, market.label, is_synthetic=True, notes=())


def no_funding(symbols: tuple[str, ...]) -> FundingHistory:
    """A funding history without a row."""
    offsets = np.zeros(len(symbols) + 1, dtype=np.int64)
    return FundingHistory(symbols, np.zeros(0, dtype=np.int64), np.zeros(0), offsets)


def only_symbols(
    history: CandleHistory, funding: FundingHistory, symbols: tuple[str, ...]
) -> tuple[CandleHistory, FundingHistory]:
    """The same market with these symbols alone; `ConfigError` for one it does not have."""
    from alphastrike.app.config_keys import unknown  # noqa: PLC0415 - only a wrong name needs it

    for symbol in symbols:
        if symbol not in history.symbols:
            raise ConfigError(f"data.symbols: {unknown(symbol, list(history.symbols))}")
    kept = tuple(sorted(symbols))
    rows = [history.symbols.index(symbol) for symbol in kept]
    columns: dict[str, Any] = {
        name: np.ascontiguousarray(getattr(history, name)[rows])
        for name in ("open", "high", "low", "close", "volume", "taker_buy_volume")
    }
    parts = [funding.of(row) for row in rows]
    offsets = np.cumsum([0, *(len(times) for times, _ in parts)], dtype=np.int64)
    times = np.concatenate([times for times, _ in parts])
    rates = np.concatenate([rate for _, rate in parts])
    return (
        CandleHistory(kept, history.interval_ms, history.open_time_ms, **columns),
        FundingHistory(kept, times, rates, offsets),
    )
