"""The books of a run folder, gone through by somebody who knows only its files and the sources.

Nothing of `alphastrike` is used here: Parquet in, arithmetic, and what does not agree.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

Columns = dict[str, np.ndarray]

# A funding row that a venue publishes this soon after an open belongs to that open.
AT_OPEN_MS = 60_000
# Half spread 0.5 bp, slippage 1 bp and impact of up to 5 bp, as the default venue charges them.
MOST_COST = 6.5e-4
TAKER_FEE = 5e-4
# What is decided at a close, as against what rests at the venue and is met inside a candle.
DECIDED = ("entry", "flip", "signal_exit", "time_stop", "leverage_cut")


@dataclass(frozen=True, slots=True)
class Books:
    """A run folder with the source files it claims to come from."""

    summary: dict[str, Any]
    fills: Columns
    funding: Columns
    equity: Columns
    decisions: Columns
    candles: dict[str, Columns]
    rates: dict[str, Columns]

    @property
    def interval_ms(self) -> int:
        """Width of a candle."""
        return int(self.summary["interval_ms"])

    def own(self, table: Columns, symbol: str) -> Columns:
        """The rows of one symbol."""
        mine = table["symbol"] == symbol
        return {name: column[mine] for name, column in table.items()}

    def opens(self, ts_ms: np.ndarray) -> np.ndarray:
        """Open of the candle that contains each time."""
        return ts_ms // self.interval_ms * self.interval_ms

    def last_close(self, symbol: str, before_ms: np.ndarray) -> np.ndarray:
        """The latest close printed before each time; 0 when there was none."""
        candles = self.candles[symbol]
        known = np.searchsorted(candles["ts_ms"] + self.interval_ms, before_ms, side="right")
        return np.concatenate(([0.0], candles["close"]))[known]


def read_books(run: Path, candles: Path, funding: Path) -> Books:
    """Open a run folder beside the folder of candles and the one of funding rates it was made from."""
    tables = {name: _columns(run / f"{name}.parquet") for name in ("fills", "funding", "equity", "decisions")}
    return Books(
        summary=json.loads((run / "summary.json").read_text()),
        candles=_sources(candles, 0),
        rates=_sources(funding, 2_000) if funding.is_dir() else {},
        **tables,
    )


def equity_recomputed(books: Books) -> np.ndarray:
    """Equity at every row of `equity.parquet`: cash after fills and funding, and positions at the close."""
    at_ms = books.equity["ts_ms"]
    total = np.full(at_ms.size, books.summary["initial_equity"])
    for symbol in books.summary["symbols"]:
        fills, paid = books.own(books.fills, symbol), books.own(books.funding, symbol)
        signed = _signed(fills)
        total += _sum_until(fills["ts_ms"], -signed * fills["price"] - fills["fee"], at_ms)
        total += _sum_until(paid["ts_ms"], paid["payment"], at_ms)
        total += _sum_until(fills["ts_ms"], signed, at_ms) * books.last_close(symbol, at_ms + 1)
    return total


def funding_due(books: Books, symbol: str) -> Columns:
    """What had to be paid: every row of the source that found a position, computed from fills and closes."""
    fills, rates = books.own(books.fills, symbol), books.rates.get(symbol)
    if rates is None:
        return {name: np.zeros(0) for name in ("ts_ms", "rate", "mark_price", "position", "payment")}
    ts_ms = rates["ts_ms"]
    opened = books.opens(ts_ms)
    inside = (opened >= books.summary["start_ms"]) & (ts_ms <= books.summary["end_ms"])
    # Due at an open: on what was held before anything filled there, at the close just printed.
    at_open = ts_ms - opened <= AT_OPEN_MS
    position = _sum_until(fills["ts_ms"], _signed(fills), np.where(at_open, opened - 1, ts_ms))
    mark = books.last_close(symbol, np.where(at_open, opened, ts_ms))
    owed = inside & (np.abs(position) > 1e-9 * _size(position))
    due = {
        "ts_ms": ts_ms,
        "rate": rates["rate"],
        "mark_price": mark,
        "position": position,
        "payment": -position * mark * rates["rate"],
    }
    return {name: column[owed] for name, column in due.items()}


def broken_fills(books: Books) -> Iterator[str]:
    """Everything about the fills that the candles, the fee and the decisions contradict."""
    for symbol in books.summary["symbols"]:
        fills = books.own(books.fills, symbol)
        signed = _signed(fills)
        notional = fills["quantity"] * fills["price"]
        if not np.allclose(np.cumsum(signed), fills["position_after"], rtol=0, atol=1e-9 * _size(signed)):
            yield f"{symbol}: positions are not the running sum of fills"
        if not np.allclose(fills["fee"], notional * TAKER_FEE, rtol=1e-9, atol=0):
            yield f"{symbol}: fees are not the taker rate of notional"
        yield from _broken_prices(books, symbol, fills, np.sign(signed))
        yield from _broken_times(books, symbol, fills)


def _broken_prices(books: Books, symbol: str, fills: Columns, side: np.ndarray) -> Iterator[str]:
    candles = books.candles[symbol]
    row = np.searchsorted(candles["ts_ms"], books.opens(fills["ts_ms"]))
    candle = {name: column[np.minimum(row, candles["ts_ms"].size - 1)] for name, column in candles.items()}
    if not (candle["ts_ms"] == books.opens(fills["ts_ms"])).all():
        yield f"{symbol}: a fill without a candle"
        return
    decided = np.isin(fills["reason"], DECIDED)
    at_open = fills["ts_ms"] == candle["ts_ms"]
    if (decided & ~at_open).any():
        yield f"{symbol}: an order decided at a close filled elsewhere than at an open"
    tick = _tick(candles)
    worse = side * (fills["price"] - candle["open"])
    if (at_open & ((worse < -1e-9) | (worse > MOST_COST * candle["open"] + tick))).any():
        yield f"{symbol}: a fill at an open better than the open, or dearer than the costs allow"
    reach = MOST_COST * candle["high"] + tick
    if ((fills["price"] > candle["high"] + reach) | (fills["price"] < candle["low"] - reach)).any():
        yield f"{symbol}: a fill outside its candle"
    if (fills["quantity"] > 0.1 * candle["volume"] * (1 + 1e-9)).any():
        yield f"{symbol}: a fill of more than a tenth of the candle's volume"


def _broken_times(books: Books, symbol: str, fills: Columns) -> Iterator[str]:
    """An order's first fill comes at the first open after a close that ordered it, or rests until later."""
    decisions = books.own(books.decisions, symbol)
    ordered = decisions["ts_ms"][decisions["outcome"] == "ordered"]
    _, first = np.unique(fills["order_id"], return_index=True)
    first = first[np.isin(fills["reason"][first], DECIDED)]
    before = np.searchsorted(ordered, fills["ts_ms"][first], side="left")
    if (before == 0).any():
        yield f"{symbol}: a fill that no decision came before"
        return
    decided_ms = ordered[before - 1]
    if (fills["ts_ms"][first] < decided_ms + 1).any():
        yield f"{symbol}: a fill before the open after its decision"
    candles = books.candles[symbol]
    opens = candles["ts_ms"][candles["volume"] > 0.0]  # nobody fills an order where nothing was traded
    next_open = opens[np.searchsorted(opens, decided_ms + 1)]
    if (fills["ts_ms"][first] != next_open).any():
        yield f"{symbol}: a first fill later than the first open after its decision"


def _signed(fills: Columns) -> np.ndarray:
    return np.where(fills["side"] == "BUY", fills["quantity"], -fills["quantity"])


def _tick(candles: Columns) -> float:
    """The decimal step on which the first prices lie, which is all a run knows of the tick."""
    prices = np.concatenate([candles[name][:64] for name in ("open", "high", "low", "close")])
    on_step = [np.allclose(prices, np.round(prices, places), rtol=1e-9, atol=0) for places in range(11)]
    return 10.0 ** -on_step.index(True)


def _size(values: np.ndarray) -> float:
    return float(np.abs(values).max(initial=1.0))


def _sum_until(ts_ms: np.ndarray, amount: np.ndarray, until_ms: np.ndarray) -> np.ndarray:
    total = np.concatenate(([0.0], np.cumsum(amount)))
    return total[np.searchsorted(ts_ms, until_ms, side="right")]


def _sources(folder: Path, same_ms: int) -> dict[str, Columns]:
    """Source files by the symbol a run calls them; rows that several files hold count once."""
    found: dict[str, list[Columns]] = {}
    for path in sorted(folder.glob("*.parquet")):
        name = path.name.partition("_")[0]
        name = f"1000{name[1:]}" if name.startswith("k") else name
        symbol = name if name.endswith("USDT") else f"{name}USDT"
        found.setdefault(symbol, []).append(_columns(path))
    return {symbol: _merged(tables, same_ms) for symbol, tables in found.items()}


def _merged(tables: list[Columns], same_ms: int) -> Columns:
    joined = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    order = np.argsort(joined["ts_ms"], kind="stable")
    times = joined["ts_ms"][order]
    new = np.diff(times, prepend=times[0] - same_ms - 1) > same_ms
    return {name: column[order][new] for name, column in joined.items()}


def _columns(path: Path) -> Columns:
    table = pq.read_table(path)
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
