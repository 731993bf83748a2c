"""What the practice exchange knows, in the venue's words."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid import account_natives, natives
from alphastrike.adapters.hyperliquid.funding import premium
from alphastrike.adapters.hyperliquid.mappers import Levels
from alphastrike.adapters.hyperliquid.natives import number
from alphastrike.adapters.hyperliquid.precision import decimals_of, reachable_price
from alphastrike.adapters.hyperliquid.symbols import to_coin, to_symbol
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.practice import MarkMoved, PracticeAccount, PracticeExchange

Native = dict[str, Any]

_FIRST_TABLE = 51
_BOOK_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """The exchange's instruments by the venue's numbers."""

    exchange: PracticeExchange

    def by_asset(self, asset: int) -> UnifiedInstrument | None:
        """The instrument of an asset number, or None."""
        listed = self.exchange.instruments()
        return listed[asset] if 0 <= asset < len(listed) else None

    def by_coin(self, coin: str) -> UnifiedInstrument | None:
        """The instrument of a coin, or None."""
        return self.exchange.instrument(to_symbol(coin) or "")

    def meta(self) -> Native:
        """What is listed, with a margin table each."""
        listed = self.exchange.instruments()
        return {
            "universe": [self._entry(index, known) for index, known in enumerate(listed)],
            "marginTables": [[_FIRST_TABLE + index, _table(known)] for index, known in enumerate(listed)],
            "collateralToken": 0,
        }

    def contexts(self) -> list[Native]:
        """Prices and funding of everything listed, in the order of the numbers."""
        return [context(self.exchange, known.symbol) for known in self.exchange.instruments()]

    def mids(self) -> dict[str, str]:
        """The middle of every book."""
        return {
            to_coin(known.symbol): _mid(self.exchange, known.symbol) for known in self.exchange.instruments()
        }

    def _entry(self, index: int, known: UnifiedInstrument) -> Native:
        entry: Native = {
            "name": to_coin(known.symbol),
            "szDecimals": decimals_of(known.quantity_step),
            "maxLeverage": known.margin_tiers[0].max_leverage,
            "marginTableId": _FIRST_TABLE + index,
        }
        if not self.exchange.is_trading(known.symbol):
            entry["isDelisted"] = True
        return entry


def context(exchange: PracticeExchange, symbol: str, mark: MarkMoved | None = None) -> Native:
    """Prices and funding of a symbol."""
    moved, (bid, ask) = mark or exchange.mark(symbol), _quote(exchange, symbol)
    average = premium(bid, ask, moved.index_price)
    return {
        "funding": number(moved.funding_rate),
        "openInterest": "0.0",
        "prevDayPx": number(moved.mark_price),
        "dayNtlVlm": "0.0",
        "premium": number(round(average, 10)),
        "oraclePx": number(moved.index_price),
        "markPx": number(moved.mark_price),
        "midPx": _mid(exchange, symbol),
        "impactPxs": [number(bid), number(ask)],
        "dayBaseVlm": "0.0",
    }


def order_book(exchange: PracticeExchange, symbol: str) -> Native:
    """The best twenty levels, in the venue's own price steps: finer levels are added up into them."""
    book = exchange.book(symbol)
    instrument = exchange.instrument(symbol)
    decimals = 0 if instrument is None else decimals_of(instrument.quantity_step)
    bids, asks = _stepped(book.bids, decimals, upward=False), _stepped(book.asks, decimals, upward=True)
    return natives.order_book(replace(book, bids=bids[:_BOOK_DEPTH], asks=asks[:_BOOK_DEPTH]))


def account_state(account: PracticeAccount, now_ms: int) -> Native:
    """Margin and positions of an account."""
    positions, balance = account.positions(), account.balance()
    worth = balance.wallet + balance.unrealized_pnl
    entries = [account_natives.position(held) for held in positions]
    notional = sum((abs(held.quantity) * held.mark_price for held in positions), Decimal(0))
    net = sum((held.quantity * held.mark_price for held in positions), Decimal(0))
    used = sum((Decimal(entry["position"]["marginUsed"]) for entry in entries), Decimal(0))
    summary = {
        "accountValue": number(worth),
        "totalNtlPos": number(notional),
        "totalRawUsd": number(worth - net),
        "totalMarginUsed": number(used),
    }
    return {
        "marginSummary": summary,
        "crossMarginSummary": dict(summary),
        "crossMaintenanceMarginUsed": "0.0",
        "withdrawable": number(balance.available),
        "assetPositions": entries,
        "time": now_ms,
    }


def _stepped(levels: Levels, decimals: int, *, upward: bool) -> Levels:
    found: dict[Decimal, Decimal] = {}
    for price, quantity in levels:
        step = reachable_price(price, decimals, upward=upward)
        found[step] = found.get(step, Decimal(0)) + quantity
    return tuple(found.items())


def _mid(exchange: PracticeExchange, symbol: str) -> str:
    return number(sum(_quote(exchange, symbol)) / 2)


def _quote(exchange: PracticeExchange, symbol: str) -> tuple[Decimal, Decimal]:
    """Best bid and ask as the book shows them."""
    bids, asks = order_book(exchange, symbol)["levels"]
    return Decimal(bids[0]["px"]), Decimal(asks[0]["px"])


def _table(known: UnifiedInstrument) -> Native:
    tiers = [
        {"lowerBound": number(tier.floor_notional), "maxLeverage": tier.max_leverage}
        for tier in known.margin_tiers
    ]
    return {"description": "", "marginTiers": tiers}
