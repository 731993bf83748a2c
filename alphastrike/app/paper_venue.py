"""The simulated venue on somebody else's feed: it lives through each close as it is delivered."""

import numpy as np

from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import Command
from alphastrike.domain.events import CandlesClosed, Event

_COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")


class PaperVenue:
    """`live.driver.Venue` over the simulated session."""

    def __init__(self, session: SimulatedSession, symbols: tuple[str, ...]) -> None:
        """Trade these symbols, sorted."""
        self._session = session
        self._rows = {symbol: row for row, symbol in enumerate(symbols)}

    def live_through(self, candles: CandlesClosed) -> tuple[Event, ...]:
        """Match, settle and liquidate over these candles; returns what happened, in order."""
        return self._session.feed(self._one_bar(candles), 0)

    def send(self, command: Command, now_ms: int) -> tuple[Event, ...]:
        """Carry out a command; returns the answer."""
        return self._session.send(command, now_ms)

    def _one_bar(self, candles: CandlesClosed) -> CandleHistory:
        columns = {name: np.full((len(self._rows), 1), np.nan) for name in _COLUMNS}
        for candle in candles.candles:
            row = self._rows[candle.symbol]
            for name in _COLUMNS:
                value = getattr(candle, name)
                columns[name][row, 0] = np.nan if value is None else value
        return CandleHistory(
            symbols=tuple(self._rows),
            interval_ms=candles.interval_ms,
            open_time_ms=np.array([candles.open_time_ms], dtype=np.int64),
            open=columns["open"],
            high=columns["high"],
            low=columns["low"],
            close=columns["close"],
            volume=columns["volume"],
            taker_buy_volume=columns["taker_buy_volume"],
        )
