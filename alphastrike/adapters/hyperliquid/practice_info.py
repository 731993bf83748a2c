"""`POST /info` of the simulated venue: one answer a question type, and what it weighs."""

from collections.abc import Callable, Mapping
from typing import Any

from alphastrike.adapters.hyperliquid import natives
from alphastrike.adapters.hyperliquid.mappers import INTERVALS
from alphastrike.adapters.hyperliquid.natives import number
from alphastrike.adapters.hyperliquid.practice_order_words import booked, fills_of, status_of
from alphastrike.adapters.hyperliquid.practice_parties import Parties
from alphastrike.adapters.hyperliquid.practice_words import Listing, account_state, order_book
from alphastrike.adapters.hyperliquid.symbols import to_coin
from alphastrike.domain.practice import FundingPaid, PracticeAccount, PracticeExchange, PracticeOrder

Question = Mapping[str, Any]

_MOST_ROWS = 2_000
_MOST_CANDLES = 5_000
_MOST_RATES = 500
_FOREVER_MS = 2**62
_LIGHT = {
    "l2Book",
    "allMids",
    "clearinghouseState",
    "orderStatus",
    "spotClearinghouseState",
    "exchangeStatus",
}
_USDC = {
    "name": "USDC",
    "szDecimals": 8,
    "weiDecimals": 8,
    "index": 0,
    "tokenId": "0x6d1e7cde53ba9467b783cb7c530ce054",
    "isCanonical": True,
    "evmContract": None,
    "fullName": None,
}


class NoSuchQuestion(Exception):
    """The venue knows no such question, or misses a field of it."""


class Info:
    """Answers from the exchange as it stands."""

    def __init__(self, exchange: PracticeExchange, parties: Parties) -> None:
        """Read this exchange."""
        self._exchange = exchange
        self._parties = parties
        self._listing = Listing(exchange)
        self._answers: dict[str, Callable[[Question], Any]] = {
            "allMids": lambda _: self._listing.mids(),
            "meta": lambda _: self._listing.meta(),
            "metaAndAssetCtxs": lambda _: [self._listing.meta(), self._listing.contexts()],
            "spotMeta": lambda _: {"universe": [], "tokens": [_USDC]},
            "spotMetaAndAssetCtxs": lambda _: [{"universe": [], "tokens": [_USDC]}, []],
            "perpDexs": lambda _: [None],
            "exchangeStatus": lambda _: {"specialStatuses": None, "time": exchange.now_ms},
            "l2Book": self._book,
            "recentTrades": self._trades,
            "candleSnapshot": self._candles,
            "fundingHistory": self._funding_history,
            "clearinghouseState": self._state,
            "spotClearinghouseState": lambda _: {"balances": []},
            "openOrders": self._open_orders,
            "frontendOpenOrders": self._open_orders,
            "historicalOrders": self._history,
            "orderStatus": self._order_status,
            "userFills": self._fills,
            "userFillsByTime": self._fills,
            "userFunding": self._user_funding,
            "userNonFundingLedgerUpdates": lambda _: [],
            "activeAssetData": self._asset_data,
            "userFees": lambda _: {"userCrossRate": "0.00045", "userAddRate": "0.00015"},
            "userRateLimit": lambda _: {"cumVlm": "0.0", "nRequestsUsed": 0, "nRequestsCap": 10_000},
            "userRole": lambda question: parties.role(question["user"]),
            "userAbstraction": lambda _: "default",
            "extraAgents": lambda _: [],
            "subAccounts": lambda _: None,
            "maxBuilderFee": lambda _: 0,
        }

    def answer(self, question: Question) -> Any:
        """The answer; `NoSuchQuestion` for what the venue could not read."""
        kind = question.get("type")
        if kind not in self._answers:
            raise NoSuchQuestion(str(kind))
        try:
            return self._answers[kind](question)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoSuchQuestion(f"{kind}: {error!r}") from error

    def weight(self, question: Question) -> int:
        """What a question costs of the 1,200 a minute, before its answer is known."""
        kind = question.get("type")
        return 2 if kind in _LIGHT else 60 if kind == "userRole" else 20

    def order_of(self, account: PracticeAccount, oid: object) -> PracticeOrder | None:
        """An account's order by the venue's number or by cloid; the latest where a cloid was replaced."""
        text = str(oid)
        if text.startswith("0x"):
            named = (
                known
                for known in reversed(account.orders())
                if known.order.client_order_id.partition("#")[0] == text
            )
            return next(named, None)
        found = (account.find(known.symbol, order_id=text) for known in self._exchange.instruments())
        return next((known for known in found if known is not None), None)

    def _account(self, question: Question) -> PracticeAccount | None:
        return self._parties.account(question["user"])

    def _symbol(self, coin: str) -> str:
        known = self._listing.by_coin(coin)
        if known is None:
            raise ValueError(f"unknown coin {coin}")
        return known.symbol

    def _book(self, question: Question) -> Any:
        if self._listing.by_coin(question["coin"]) is None:
            return None
        return order_book(self._exchange, self._symbol(question["coin"]))

    def _trades(self, question: Question) -> Any:
        latest = self._exchange.trades(self._symbol(question["coin"]), 10)
        return [natives.trade(known) for known in reversed(latest)]

    def _candles(self, question: Question) -> Any:
        asked = question["req"]
        found = self._exchange.candles(
            self._symbol(asked["coin"]),
            INTERVALS[asked["interval"]],
            int(asked["startTime"]),
            int(asked.get("endTime") or self._exchange.now_ms) + 1,
        )
        return [natives.candle(known) for known in found[-_MOST_CANDLES:]]

    def _funding_history(self, question: Question) -> Any:
        start, end = _range(question)
        found = self._exchange.funding_rates(self._symbol(question["coin"]), start, end)
        return [natives.funding_rate(known) for known in found[:_MOST_RATES]]

    def _state(self, question: Question) -> Any:
        account = self._account(question)
        if account is not None:
            return account_state(account, self._exchange.now_ms)
        nothing = dict.fromkeys(("accountValue", "totalNtlPos", "totalRawUsd", "totalMarginUsed"), "0.0")
        return {
            "marginSummary": nothing,
            "crossMarginSummary": dict(nothing),
            "crossMaintenanceMarginUsed": "0.0",
            "withdrawable": "0.0",
            "assetPositions": [],
            "time": self._exchange.now_ms,
        }

    def _asset_data(self, question: Question) -> Any:
        account, symbol = self._account(question), self._symbol(question["coin"])
        mode, leverage = ("cross", 20) if account is None else (account.margin_mode.value, account.leverage)
        return {
            "user": question["user"],
            "coin": question["coin"],
            "leverage": {"type": mode, "value": leverage},
            "maxTradeSzs": ["0.0", "0.0"],
            "availableToTrade": ["0.0", "0.0"],
            "markPx": number(self._exchange.mark(symbol).mark_price),
        }

    def _open_orders(self, question: Question) -> Any:
        account = self._account(question)
        return [] if account is None else [booked(known) for known in account.orders(working=True)]

    def _history(self, question: Question) -> Any:
        account = self._account(question)
        known = () if account is None else account.orders()[-_MOST_ROWS:]
        return [_with_status(order) for order in reversed(known)]

    def _order_status(self, question: Question) -> Any:
        account = self._account(question)
        known = None if account is None else self.order_of(account, question["oid"])
        if known is None:
            return {"status": "unknownOid"}
        return {"status": "order", "order": _with_status(known)}

    def _fills(self, question: Question) -> Any:
        account = self._account(question)
        start, end = _range(question)
        found = [] if account is None else fills_of(account)
        return [fill for fill in found if start <= fill["time"] < end][:_MOST_ROWS]

    def _user_funding(self, question: Question) -> Any:
        account = self._account(question)
        start, end = _range(question)
        paid = () if account is None else account.funding()
        return [funding_delta(known) for known in paid if start <= known.event_time_ms < end]


def funding_delta(paid: FundingPaid) -> dict[str, Any]:
    """Funding that was exchanged, as the account's ledger has it; paid amounts are negative."""
    size = -paid.payment / (paid.mark_price * paid.rate) if paid.rate else paid.payment * 0
    delta = {
        "type": "funding",
        "coin": to_coin(paid.symbol),
        "usdc": number(paid.payment),
        "szi": number(round(size, 8)),
        "fundingRate": number(paid.rate),
        "nSamples": None,
    }
    return {"time": paid.event_time_ms, "hash": natives.NO_HASH, "delta": delta}


def _with_status(known: PracticeOrder) -> dict[str, Any]:
    return {"order": booked(known), "status": status_of(known), "statusTimestamp": known.updated_ms}


def _range(question: Question) -> tuple[int, int]:
    end = question.get("endTime")
    return int(question.get("startTime") or 0), _FOREVER_MS if end is None else int(end) + 1
