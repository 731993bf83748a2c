"""Requests to the simulated venue."""

from collections.abc import Sequence

from alphastrike.adapters.simulated.exchange import SimulatedExchange
from alphastrike.adapters.simulated.mappers import (
    to_balance,
    to_candle,
    to_funding_rate,
    to_order_book,
    to_position,
    to_ticker,
)
from alphastrike.adapters.simulated.order_rules import CAPABILITIES
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import Unsupported, VenueRejected, VenueUnreachable
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult


class SimulatedRest:
    """`ExchangeRESTProtocol` over a simulated exchange: answers at once, from what has happened so far.

    Nothing is ever lost on the way, so `VenueOutcomeUnknown` does not occur. `VenueUnreachable` is
    raised while not connected, before a symbol's first candle has closed, and when a stream of
    fills or orders is left unread.
    """

    def __init__(self, exchange: SimulatedExchange) -> None:
        """Talk to this exchange once connected."""
        self._exchange = exchange
        self._is_connected = False

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return "simulated"

    @property
    def capabilities(self) -> VenueCapabilities:
        """What this venue can do."""
        return CAPABILITIES

    async def connect(self) -> None:
        """Begin to answer."""
        self._is_connected = True

    async def close(self) -> None:
        """Stop answering; safe to call twice. Orders and positions stay."""
        self._is_connected = False

    async def get_server_time_ms(self) -> int:
        """The last millisecond of the last closed candle."""
        return self._open().now_ms

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every tradable instrument, sorted by symbol."""
        return sorted(self._open().session.instruments, key=lambda instrument: instrument.symbol)

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """Prices after the last candle; see `to_ticker` for the spread."""
        exchange = self._open()
        row = exchange.row(symbol)
        return to_ticker(exchange.session.venue, row, exchange.last_candle(row))

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """At most one derived level a side; see `to_order_book`."""
        exchange = self._open()
        row = exchange.row(symbol)
        if depth < 1:
            raise VenueRejected(f"depth: observed {depth}, allowed at least 1")
        last = exchange.last_candle(row)
        return to_order_book(exchange.session.venue, row, last, exchange.session.instruments[row])

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start_ms, end_ms), oldest first."""
        exchange = self._open()
        row, history = exchange.row(symbol), exchange.history
        exchange.check_interval(interval_ms)
        start = max(0, -((int(history.open_time_ms[0]) - start_ms) // interval_ms))
        stop = min(exchange.bars_lived, -((int(history.open_time_ms[0]) - end_ms) // interval_ms))
        candles = (to_candle(history, row, bar) for bar in range(start, stop))
        return [candle for candle in candles if candle is not None]

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled funding rates due in [start_ms, end_ms), oldest first."""
        exchange = self._open()
        row, rates = exchange.row(symbol), exchange.session.rates
        settled = range(int(rates.offsets[row]), int(rates.cursor[row]))
        due = (index for index in settled if start_ms <= rates.ts_ms[index] < end_ms)
        return [to_funding_rate(exchange.history, rates, row, index) for index in due]

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """The account's one asset; nothing when it is worth nothing."""
        session = self._open().session
        balance = to_balance(session.venue, session.instruments[0].quote_asset)
        return [balance] if balance.wallet or balance.unrealized_pnl else []

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        session = self._open().session
        mapped = (to_position(session.venue, row, session.instruments[row]) for row in self._rows(symbol))
        return [position for position in mapped if position is not None]

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work, conditional ones included; a symbol's oldest first."""
        exchange = self._open()
        return [result for row in self._rows(symbol) for result in exchange.working(row)]

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order; None when none with this id was ever accepted."""
        return self._open().find(symbol, client_order_id)

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Put an order on the book, to meet the market at the next candle's open."""
        return self._open().place(order)

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; one that is gone stays what it is, one never accepted is `VenueRejected`."""
        return self._open().cancel(symbol, client_order_id)

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, conditional ones included."""
        exchange = self._open()
        for result in exchange.working(exchange.row(symbol)):
            exchange.cancel(symbol, result.client_order_id)

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first."""
        exchange = self._open()
        exchange.row(symbol)
        return [fill for fill in exchange.fills if fill.symbol == symbol and fill.event_time_ms >= since_ms]

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """Maintenance-margin brackets of a symbol, smallest notional first."""
        exchange = self._open()
        return exchange.session.instruments[exchange.row(symbol)].margin_tiers

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """Always refused: nothing here happens by the clock on the wall."""
        raise Unsupported(
            f"{symbol} dead-man switch: observed a countdown of {countdown_ms} ms, allowed none at the "
            "simulated venue (supports_dead_man_switch is false)"
        )

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set the leverage of the whole account: this venue has one setting, for every symbol."""
        self._open().set_leverage(symbol, leverage)
        return True

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose the margin mode of the whole account, which must be flat in every symbol."""
        self._open().set_margin_mode(symbol, mode)
        return True

    def _open(self) -> SimulatedExchange:
        if not self._is_connected:
            raise VenueUnreachable("simulated venue: not connected; call connect() first")
        return self._exchange

    def _rows(self, symbol: str | None) -> Sequence[int]:
        exchange = self._open()
        return range(len(exchange.history.symbols)) if symbol is None else (exchange.row(symbol),)
