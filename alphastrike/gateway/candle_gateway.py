"""Stage 2 itself: raw candles in, ordered and sane candles out."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import MarketBlock
from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.outcomes import Code
from alphastrike.gateway.config import GatewayConfig
from alphastrike.gateway.kernel_checks import LIMITS, STATE, check

_COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")
_NEVER = np.iinfo(np.int64).min


class CandleGateway:
    """Stage 2: check every candle; the unusable come back NaN in every column, and halted.

    Codes: `NO_CANDLE` before a symbol's first candle and once it has been silent for
    `absent_after_hours`; `GAP` at a missing candle and until the look-back is full again after any
    unusable one (observed: usable candles since, limit: `lookback_bars`); `INSANE_CANDLE` when the
    columns contradict each other (observed: the value that breaks the rule, limit: its bound; a
    count and 0 when some are not numbers); `PRICE_JUMP` (observed: |log return|) and `FROZEN`
    (observed: candles in a row), both of which leave the candle usable; `DUPLICATE` and
    `OUT_OF_ORDER` for times already seen or off the grid, which change no state; `STALE` for
    candles that reach the engine too late to trade on, `EARLY` for those that reach it before their end.
    """

    def __init__(
        self,
        symbols: tuple[str, ...],
        interval_ms: int,
        lookback_bars: int,
        config: GatewayConfig | None = None,
    ) -> None:
        """Know nothing yet. `lookback_bars` is how many candles after a gap features need again."""
        config = config if config is not None else GatewayConfig()
        self._interval_ms = interval_ms
        self._stale_ms = config.stale_after_bars * interval_ms
        self._early_ms = -1_000.0 * config.most_early_seconds
        self._states = np.zeros(len(symbols), dtype=STATE)
        self._last_open_ms = _NEVER
        limits = np.zeros(1, dtype=LIMITS)
        limits["lookback_bars"] = lookback_bars
        limits["absent_bars"] = bars_in(config.absent_after_hours, interval_ms)
        limits["jump_fraction"] = config.jump_fraction
        limits["jump_sigmas"] = config.jump_sigmas
        limits["decay"] = 0.5 ** (interval_ms / (config.jump_half_life_hours * HOUR_MS))
        limits["frozen_closes"] = config.frozen_closes
        limits["frozen_silent"] = config.frozen_silent
        self._limits = limits

    def advance(self, block: MarketBlock, event_time_ms: int | None = None) -> MarketBlock:
        """Check every row. `event_time_ms` is when a stream delivered it; files have none.

        The columns of the result are fresh, writable and C-contiguous.
        """
        columns = np.empty((len(_COLUMNS), *block.close.shape))
        for index, name in enumerate(_COLUMNS):
            columns[index] = getattr(block, name)
        start, skipped = self._place(block, columns)
        if start < block.open_time_ms.size:
            grid = (block.halts.code, block.halts.observed, block.halts.limit)
            check(columns, start, skipped, self._limits[0], self._states, grid)
            self._last_open_ms = int(block.open_time_ms[-1])
        if event_time_ms is not None:
            age = (event_time_ms - (block.open_time_ms + block.interval_ms - 1)).astype(np.float64)
            late = np.broadcast_to(age > self._stale_ms, block.close.shape)
            block.halts.halt(late, Code.STALE, age, self._stale_ms)
            early = np.broadcast_to(age < self._early_ms, block.close.shape)
            block.halts.halt(early, Code.EARLY, age, self._early_ms)
        return replace(block, **dict(zip(_COLUMNS, columns, strict=True)))

    def snapshot(self) -> bytes:
        """The whole state."""
        return np.array([self._last_open_ms], dtype=np.int64).tobytes() + self._states.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of a gateway for the same symbols."""
        self._last_open_ms = int(np.frombuffer(state, dtype=np.int64, count=1)[0])
        self._states[...] = np.frombuffer(state, dtype=STATE, offset=8)

    def _place(self, block: MarketBlock, columns: NDArray[np.float64]) -> tuple[int, int]:
        """First bar to check and how many bars are missing before it; bars before it are halted."""
        times = block.open_time_ms
        if self._last_open_ms == _NEVER:
            return 0, 0
        off_grid = (int(times[0]) - self._last_open_ms) % self._interval_ms != 0
        start = times.size if off_grid else int(np.searchsorted(times, self._last_open_ms, side="right"))
        if start > 0:
            columns[:, :, :start] = np.nan
            allowed = float(self._last_open_ms + self._interval_ms)
            old = np.arange(times.size) < start
            again = times == self._last_open_ms
            for where, code in ((old & again, Code.DUPLICATE), (old & ~again, Code.OUT_OF_ORDER)):
                block.halts.halt(
                    np.broadcast_to(where, block.close.shape), code, times.astype(np.float64), allowed
                )
        if start == times.size:
            return start, 0
        return start, (int(times[start]) - self._last_open_ms) // self._interval_ms - 1
