"""Trades and best quotes summed up by the minute, and order books too."""

import math
from collections.abc import Iterator
from heapq import nlargest, nsmallest

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.intervals import HOUR_MS

MINUTE_MS = 60_000
_HOUR_MINUTES = HOUR_MS // MINUTE_MS
_LEVELS = 10
_REACH = 5e-4
_Made = tuple[str, Integers, Floats, int]


def trade_columns(ts_ms: Integers, quantity: Floats, sold: NDArray[np.bool_]) -> Iterator[_Made]:
    """Trades and taker buys of every whole minute, and the branching ratio of the last hour's counts.

    `sold` marks trades whose aggressor sold. The ratio is 1 - sqrt(mean / variance) of the sixty minutes'
    counts, 0 where they scatter less than chance would (Hardiman and Bouchaud 2014). The first and the
    last minute are left out: a file may begin and end within them.
    """
    minute = ts_ms // MINUTE_MS
    first, minutes = _whole_minutes(minute)
    inside = (minute >= first) & (minute < first + minutes)
    at = minute[inside] - first
    count = np.bincount(at, minlength=minutes).astype(np.float64)
    weights = np.where(sold, 0.0, quantity)[inside]
    bought = np.bincount(at, weights=weights, minlength=minutes).astype(np.float64)
    known = (first + 1 + np.arange(minutes, dtype=np.int64)) * MINUTE_MS - 1
    yield "trade_count", known + 1, count, MINUTE_MS
    yield "taker_buy_volume", known + 1, bought, MINUTE_MS
    if minutes >= _HOUR_MINUTES:
        windows = np.lib.stride_tricks.sliding_window_view(count, _HOUR_MINUTES)
        yield "trade_clustering", known[_HOUR_MINUTES - 1 :], branching_ratio(windows), 0


def branching_ratio(counts: Floats) -> Floats:
    """1 - sqrt(mean / variance) over the last axis, in [0, 1): how many trades trades beget."""
    variance = counts.var(axis=-1)
    scatter = np.divide(counts.mean(axis=-1), variance, out=np.ones(variance.shape), where=variance > 0.0)
    ratio: Floats = 1.0 - np.sqrt(np.minimum(scatter, 1.0))
    return ratio


def quote_columns(
    ts_ms: Integers, bid: Floats, bid_size: Floats, ask: Floats, ask_size: Floats
) -> Iterator[_Made]:
    """Order flow imbalance of every whole minute over its mean depth, and the micro price at its end."""
    minute = ts_ms // MINUTE_MS
    first, minutes = _whole_minutes(minute)
    inside = (minute >= first) & (minute < first + minutes)
    at = minute[inside] - first
    change = np.concatenate([[0.0], order_flow(bid, bid_size, ask, ask_size)])
    flow = np.bincount(at, weights=change[inside], minlength=minutes)
    depth = np.bincount(at, weights=0.5 * (bid_size + ask_size)[inside], minlength=minutes)
    count = np.bincount(at, minlength=minutes)
    held = count > 0
    mean = np.divide(depth, count, out=np.full(minutes, np.nan), where=held)
    known = (first + 1 + np.arange(minutes, dtype=np.int64)) * MINUTE_MS - 1
    yield "order_flow_imbalance", known[held] + 1, flow[held] / mean[held], MINUTE_MS
    last = np.searchsorted(minute, first + np.arange(minutes), side="right") - 1
    gap = microprice_gap(bid_size[last], ask_size[last])
    yield "microprice_gap", known, gap, 0


def order_flow(bid: Floats, bid_size: Floats, ask: Floats, ask_size: Floats) -> Floats:
    """e_n of every quote after the first (Cont, Kukanov and Stoikov 2014): growth of demand less supply."""
    bids = np.where(bid[1:] >= bid[:-1], bid_size[1:], 0.0) - np.where(
        bid[1:] <= bid[:-1], bid_size[:-1], 0.0
    )
    asks = np.where(ask[1:] <= ask[:-1], ask_size[1:], 0.0) - np.where(
        ask[1:] >= ask[:-1], ask_size[:-1], 0.0
    )
    flow: Floats = bids - asks
    return flow


def microprice_gap(bid_size: Floats, ask_size: Floats) -> Floats:
    """(Micro price - mid) in half spreads, which is (bid - ask size) over their sum; -1 to 1."""
    total = bid_size + ask_size
    gap: Floats = np.divide(bid_size - ask_size, total, out=np.zeros(total.shape), where=total > 0.0)
    return gap


def book_columns(
    ts_ms: Integers, is_bid: NDArray[np.bool_], price: Floats, quantity: Floats
) -> Iterator[_Made]:
    """Depth-weighted imbalance of the ten best levels, the mean of each whole minute's seconds.

    Rows are new quantities of levels, 0 takes one away. Levels weigh exp(-distance from the mid / 5 bp)
    (Gould and Bonart 2016).
    """
    first, minutes = _whole_minutes(ts_ms // MINUTE_MS)
    total, count = np.zeros(minutes), np.zeros(minutes)
    books: tuple[dict[float, float], dict[float, float]] = ({}, {})
    second = int(ts_ms[0]) // 1000 if len(ts_ms) else 0
    rows = zip(ts_ms.tolist(), is_bid.tolist(), price.tolist(), quantity.tolist(), strict=True)
    for time, bid, level, size in rows:
        if time // 1000 > second:
            minute = second // 60 - first
            imbalance = _imbalance(*books)
            if 0 <= minute < minutes and imbalance is not None:
                total[minute] += imbalance
                count[minute] += 1.0
            second = time // 1000
        book = books[0] if bid else books[1]
        if size > 0.0:
            book[level] = size
        else:
            book.pop(level, None)
    held = count > 0.0
    known = (first + 1 + np.arange(minutes, dtype=np.int64)) * MINUTE_MS - 1
    yield "book_imbalance", known[held], total[held] / count[held], 0


def _imbalance(bids: dict[float, float], asks: dict[float, float]) -> float | None:
    """Weighted imbalance of the ten best levels; None of a book that is empty or crossed."""
    if not bids or not asks:
        return None
    best_bids, best_asks = nlargest(_LEVELS, bids), nsmallest(_LEVELS, asks)
    mid = 0.5 * (best_bids[0] + best_asks[0])
    if best_bids[0] >= best_asks[0]:
        return None
    bid = sum(bids[level] * math.exp(-(mid - level) / mid / _REACH) for level in best_bids)
    ask = sum(asks[level] * math.exp(-(level - mid) / mid / _REACH) for level in best_asks)
    return (bid - ask) / (bid + ask)


def _whole_minutes(minute: Integers) -> tuple[int, int]:
    """Number of the first minute that is whole, and how many there are up to the last."""
    if not len(minute):
        return 0, 0
    return int(minute[0]) + 1, max(0, int(minute[-1]) - int(minute[0]) - 1)
