"""What must hold at a venue before anything is sent to it, looked at one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.exchange import TellsAccountTerms, VenueCapabilities
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import Clock

_NEEDED = ("supports_conditional", "supports_reduce_only", "supports_user_streams", "supports_cancel")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was there, and what may be."""

    name: str
    observed: str
    allowed: str
    passes: bool

    def line(self) -> str:
        """For a person."""
        mark = "ok  " if self.passes else "FAIL"
        return f"{mark} {self.name}: {self.observed}" + ("" if self.passes else f"; allowed {self.allowed}")


@dataclass(frozen=True, slots=True)
class PreflightTerms:
    """What is to be traded and how. `margin_mode` and `leverage` are the venue's settings."""

    instruments: tuple[UnifiedInstrument, ...]
    leverage: int
    margin_mode: MarginMode
    most_clock_skew_ms: int
    least_balance: float
    known_orders: tuple[tuple[str, str], ...]  # (symbol, client id) of every order sent, newest last
    knows_positions: bool  # a journal or the operator answers for positions that are there
    refuses_withdrawal: bool = False  # a key that may withdraw will not do

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is traded."""
        return tuple(instrument.symbol for instrument in self.instruments)


async def preflight(connection: VenueConnection, clock: Clock, terms: PreflightTerms) -> tuple[Check, ...]:
    """Look at everything, and set margin mode and leverage; `VenueError` when the venue cannot be asked.

    Nothing is asked or set of a symbol that a journal trades and the venue does not list any more.
    """
    listed = {each.symbol for each in await connection.rest.get_instruments()}
    gone = tuple(symbol for symbol in terms.symbols if symbol not in listed)
    every, traded = terms, tuple(each for each in terms.instruments if each.symbol in listed)
    terms = replace(terms, instruments=traded)
    if not traded:
        return (Check("symbols", f"{', '.join(gone)} not listed", "one that the venue lists", passes=False),)
    return (
        *(Check(each, "not listed any more: nothing is sent for it", "", passes=True) for each in gone),
        *_capabilities(connection.rest.capabilities),
        await _clock(connection, clock, terms),
        await _key(connection, terms),
        await _position_mode(connection),
        *await _balance(connection, terms),
        *await _positions(connection, every),
        await _orders(connection, terms),
        *await _settings(connection, terms),
    )


def _capabilities(able: VenueCapabilities) -> tuple[Check, ...]:
    missing = [name for name in _NEEDED if not getattr(able, name)]
    needs = "a venue with stops, reduce-only orders, cancellation and streams of the account"
    return (Check("abilities", f"without {', '.join(missing)}" if missing else "all", needs, not missing),)


async def _clock(connection: VenueConnection, clock: Clock, terms: PreflightTerms) -> Check:
    asked_ms = clock.now_ms()
    server_ms = await connection.rest.get_server_time_ms()
    skew_ms = server_ms - (asked_ms + clock.now_ms()) // 2
    allowed = f"up to {terms.most_clock_skew_ms} ms; set this machine's clock, or live.most_clock_skew_ms"
    return Check("clock", f"{skew_ms:+} ms", allowed, abs(skew_ms) <= terms.most_clock_skew_ms)


async def _key(connection: VenueConnection, terms: PreflightTerms) -> Check:
    """A key that only trades: whoever finds it can lose money with it and take none."""
    rest = connection.rest
    allowed = "one that may not withdraw: make a key at the venue that trades only, or approve an agent's"
    try:
        may = await rest.can_withdraw() if isinstance(rest, TellsAccountTerms) else None
    except VenueRejected as refusal:
        return Check("key", f"not told: {refusal}", allowed, passes=not terms.refuses_withdrawal)
    observed = {None: "the venue does not tell", True: "may withdraw", False: "may not withdraw"}[may]
    return Check("key", observed, allowed, passes=not (may and terms.refuses_withdrawal))


async def _position_mode(connection: VenueConnection) -> Check:
    rest = connection.rest
    nets = await rest.is_one_way() if isinstance(rest, TellsAccountTerms) else True
    observed = "one-way" if nets else "hedge: long and short beside each other"
    return Check(
        "position mode", observed, "one-way: change it at the venue while nothing is open", passes=nets
    )


async def _balance(connection: VenueConnection, terms: PreflightTerms) -> tuple[Check, ...]:
    asset = terms.instruments[0].quote_asset
    balances = [each for each in await connection.rest.get_balances() if each.asset == asset]
    free = float(sum(each.available for each in balances))
    allowed = f"at least {terms.least_balance:g} (live.least_balance)"
    checks = [Check("free balance", f"{free:,.2f} {asset}", allowed, free >= terms.least_balance)]
    for instrument in terms.instruments:
        least = float(instrument.min_notional)
        affordable = free * terms.leverage
        words = f"smallest order {least:g}, affordable {affordable:,.0f}"
        checks.append(Check(instrument.symbol, words, "an order that can be paid for", affordable >= least))
    return tuple(checks)


async def _positions(connection: VenueConnection, terms: PreflightTerms) -> tuple[Check, ...]:
    held = {each.symbol: each.quantity for each in await connection.rest.get_positions()}
    foreign = {symbol: quantity for symbol, quantity in held.items() if symbol not in terms.symbols}
    own = {symbol: quantity for symbol, quantity in held.items() if symbol in terms.symbols}
    return (
        Check(
            "positions in other symbols",
            _listed(foreign),
            "none: they share the margin; close them, or use another account",
            not foreign,
        ),
        Check(
            "positions",
            _listed(own),
            "none that this state folder does not know; close them, or --adopt to have them taken over",
            terms.knows_positions or not own,
        ),
    )


async def _orders(connection: VenueConnection, terms: PreflightTerms) -> Check:
    """Of a journal that goes on nothing is asked by id here: its stops must not wait for that."""
    strange = await _strangers(connection, terms)
    allowed = "none that this state folder does not know; cancel them, or --adopt to have them cancelled"
    passes = terms.knows_positions or not strange
    return Check("open orders", ", ".join(strange) or "none unknown", allowed, passes)


async def _strangers(connection: VenueConnection, terms: PreflightTerms) -> list[str]:
    known = {client_id for _, client_id in terms.known_orders}
    strange: list[str] = []
    for symbol in terms.symbols:
        working = await connection.rest.get_open_orders(symbol)
        strange += [
            f"{symbol} {order.client_order_id or order.order_id}"
            for order in working
            if order.client_order_id not in known
        ]
    return strange


async def _settings(connection: VenueConnection, terms: PreflightTerms) -> tuple[Check, ...]:
    return tuple([await _setting(connection, symbol, terms) for symbol in terms.symbols])


async def _setting(connection: VenueConnection, symbol: str, terms: PreflightTerms) -> Check:
    words = f"{terms.margin_mode.value} margin, {terms.leverage}x"
    held = await connection.rest.get_positions(symbol)
    allowed = "venue.leverage and venue.margin_mode as the venue takes them"
    if any(each.leverage == terms.leverage and each.margin_mode is terms.margin_mode for each in held):
        return Check(f"{symbol} margin", words, allowed, passes=True)
    try:
        if not held:
            await connection.rest.set_margin_mode(symbol, terms.margin_mode)
        await connection.rest.set_leverage(symbol, terms.leverage)
    except VenueRejected as refusal:
        return Check(f"{symbol} margin", str(refusal), allowed, passes=False)
    return Check(f"{symbol} margin", words, allowed, passes=True)


def _listed(positions: Mapping[str, object]) -> str:
    return ", ".join(f"{symbol} {quantity}" for symbol, quantity in positions.items()) or "none"


def failed(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Those that do not pass."""
    return tuple(check for check in checks if not check.passes)
