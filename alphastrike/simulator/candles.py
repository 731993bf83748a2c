"""Candles of one symbol, kept by the minute and joined to any longer interval."""

from collections.abc import Iterator
from dataclasses import replace

from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.practice import CandleMoved
from alphastrike.simulator.feed import FeedStep

MINUTE_MS = 60_000
_MINUTES_KEPT = 20_000


class CandleShelf:
    """The forming minute and the closed ones before it."""

    def __init__(self, symbol: str) -> None:
        """Start empty."""
        self._symbol = symbol
        self._minutes: dict[int, UnifiedCandle] = {}  # by open time, oldest first
        self._watched = {MINUTE_MS}
        self._now_ms = 0

    def watch(self, interval_ms: int) -> None:
        """Tell of candles of this interval from now on."""
        self._watched.add(interval_ms)

    def take(self, step: FeedStep) -> Iterator[CandleMoved]:
        """Add a step; tells of the candles it left behind, then of those it is in."""
        before_ms, self._now_ms = self._now_ms, step.at_ms
        if before_ms:
            yield from self._closed_since(before_ms)
        open_ms = step.at_ms // MINUTE_MS * MINUTE_MS
        known = self._minutes.get(open_ms)
        self._minutes[open_ms] = (
            _opened(self._symbol, open_ms, step) if known is None else _grown(known, step)
        )
        if len(self._minutes) > _MINUTES_KEPT:
            del self._minutes[next(iter(self._minutes))]
        for interval_ms in sorted(self._watched):
            candle = self._joined(step.at_ms // interval_ms * interval_ms, interval_ms)
            if candle is not None:
                yield CandleMoved(step.at_ms, candle)

    def between(self, interval_ms: int, start_ms: int, end_ms: int) -> tuple[UnifiedCandle, ...]:
        """Candles opening in [start, end), oldest first."""
        first_ms = -(-start_ms // interval_ms) * interval_ms
        found: list[UnifiedCandle] = []
        if not self._minutes:
            return ()
        first_ms = max(first_ms, next(iter(self._minutes)) // interval_ms * interval_ms)
        last_ms = min(end_ms - 1, self._now_ms)
        for open_ms in range(first_ms, last_ms + 1, interval_ms):
            candle = self._joined(open_ms, interval_ms)
            if candle is not None:
                found.append(candle)
        return tuple(found)

    def _closed_since(self, before_ms: int) -> Iterator[CandleMoved]:
        for interval_ms in sorted(self._watched):
            open_ms = before_ms // interval_ms * interval_ms
            if before_ms < open_ms + interval_ms - 1 and self._now_ms >= open_ms + interval_ms:
                candle = self._joined(open_ms, interval_ms)
                if candle is not None:
                    yield CandleMoved(candle.close_time_ms, candle)

    def _joined(self, open_ms: int, interval_ms: int) -> UnifiedCandle | None:
        minutes = range(open_ms, min(open_ms + interval_ms, self._now_ms + 1), MINUTE_MS)
        parts = [self._minutes[minute] for minute in minutes if minute in self._minutes]
        if not parts:
            return None
        return UnifiedCandle(
            symbol=self._symbol,
            interval_ms=interval_ms,
            open_time_ms=open_ms,
            open=parts[0].open,
            high=max(part.high for part in parts),
            low=min(part.low for part in parts),
            close=parts[-1].close,
            volume=sum(part.volume for part in parts),
            taker_buy_volume=sum(part.taker_buy_volume or 0.0 for part in parts),
            is_closed=self._now_ms >= open_ms + interval_ms - 1,
        )


def _opened(symbol: str, open_ms: int, step: FeedStep) -> UnifiedCandle:
    return UnifiedCandle(
        symbol=symbol,
        interval_ms=MINUTE_MS,
        open_time_ms=open_ms,
        open=step.open,
        high=step.high,
        low=step.low,
        close=step.close,
        volume=step.volume,
        taker_buy_volume=_bought(step),
    )


def _grown(candle: UnifiedCandle, step: FeedStep) -> UnifiedCandle:
    return replace(
        candle,
        high=max(candle.high, step.high),
        low=min(candle.low, step.low),
        close=step.close,
        volume=candle.volume + step.volume,
        taker_buy_volume=(candle.taker_buy_volume or 0.0) + _bought(step),
    )


def _bought(step: FeedStep) -> float:
    return step.volume if step.close >= step.open else 0.0
