"""Binance's account endpoints at the practice exchange."""

from collections.abc import Callable, Mapping
from typing import Any

from alphastrike.adapters.binance.practice_account_words import balance_words, position_words
from alphastrike.adapters.binance.practice_gate import Asked, Refused
from alphastrike.adapters.binance.practice_order_words import fill_words
from alphastrike.adapters.binance.practice_words import bracket_words, text
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import InsufficientMargin, VenueRejected
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.practice import PracticeAccount, PracticeExchange

_FILLS_SPAN_MS = 7 * DAY_MS  # as long as one answer reaches


class PracticeMoney:
    """Positions, balances and settings of one exchange's accounts."""

    def __init__(self, exchange: PracticeExchange, symbol: Callable[[Asked], str]) -> None:
        """`symbol` reads and checks a request's symbol."""
        self._exchange = exchange
        self._symbol = symbol
        self.routes: Mapping[tuple[str, str], tuple[int, Callable[[Asked], Any]]] = {
            ("GET", "account"): (5, self._account),
            ("GET", "balance"): (5, lambda asked: [self._balance(_account(asked))]),
            ("GET", "positionRisk"): (5, self._positions),
            ("GET", "userTrades"): (5, self._fills),
            ("GET", "income"): (30, self._income),
            ("GET", "leverageBracket"): (1, self._brackets),
            ("GET", "symbolConfig"): (5, self._configuration),
            ("POST", "leverage"): (1, self._leverage),
            ("POST", "marginType"): (1, self._margin_type),
            ("GET", "positionSide/dual"): (30, lambda _: {"dualSidePosition": False}),
            ("POST", "positionSide/dual"): (1, self._dual),
            ("GET", "multiAssetsMargin"): (30, lambda _: {"multiAssetsMargin": False}),
            ("GET", "commissionRate"): (20, self._commission),
        }

    def _balance(self, account: PracticeAccount) -> dict[str, Any]:
        return balance_words(account.balance(), self._exchange.now_ms)

    def _account(self, asked: Asked) -> Any:
        account, now_ms = _account(asked), self._exchange.now_ms
        row = self._balance(account)
        return {
            "totalInitialMargin": row["initialMargin"],
            "totalMaintMargin": "0",
            "totalWalletBalance": row["walletBalance"],
            "totalUnrealizedProfit": row["unrealizedProfit"],
            "totalMarginBalance": row["marginBalance"],
            "totalPositionInitialMargin": row["initialMargin"],
            "totalOpenOrderInitialMargin": "0",
            "totalCrossWalletBalance": row["walletBalance"],
            "totalCrossUnPnl": row["crossUnPnl"],
            "availableBalance": row["availableBalance"],
            "maxWithdrawAmount": row["availableBalance"],
            "canTrade": True,
            "canDeposit": True,
            "canWithdraw": True,
            "feeTier": 0,
            "updateTime": now_ms,
            "assets": [row],
            "positions": [position_words(position, now_ms) for position in account.positions()],
        }

    def _positions(self, asked: Asked) -> Any:
        symbol = self._symbol(asked) if "symbol" in asked.params else None
        return [position_words(each, self._exchange.now_ms) for each in _account(asked).positions(symbol)]

    def _fills(self, asked: Asked) -> Any:
        """By number without end, or seven days: from `startTime` on, else the last ones."""
        after = int(asked.params.get("fromId", 0))
        since = int(asked.params.get("startTime", 0 if after else self._exchange.now_ms - _FILLS_SPAN_MS))
        until = self._exchange.now_ms if after else since + _FILLS_SPAN_MS
        found = [
            fill_words(fill)
            for fill in _account(asked).fills(self._symbol(asked))
            if since <= fill.event_time_ms <= until and int(fill.fill_id) >= after
        ]
        return found[: int(asked.params.get("limit", 500))]

    def _income(self, asked: Asked) -> Any:
        return [
            {
                "symbol": paid.symbol,
                "incomeType": "FUNDING_FEE",
                "income": text(paid.payment),
                "asset": "USDT",
                "info": "FUNDING_FEE",
                "time": paid.event_time_ms,
                "tranId": number,
                "tradeId": "",
            }
            for number, paid in enumerate(_account(asked).funding(), 1)
            if asked.params.get("symbol", paid.symbol) == paid.symbol
        ]

    def _brackets(self, asked: Asked) -> Any:
        rows = [bracket_words(instrument) for instrument in self._exchange.instruments()]
        if "symbol" not in asked.params:
            return rows
        symbol = self._symbol(asked)
        return [row for row in rows if row["symbol"] == symbol]

    def _configuration(self, asked: Asked) -> Any:
        account = _account(asked)
        isolated = account.margin_mode is MarginMode.ISOLATED
        wanted = self._symbol(asked) if "symbol" in asked.params else None
        return [
            {
                "symbol": instrument.symbol,
                "marginType": "ISOLATED" if isolated else "CROSSED",
                "isAutoAddMargin": False,
                "leverage": account.leverage,
                "maxNotionalValue": "1000000000",
            }
            for instrument in self._exchange.instruments()
            if wanted in {None, instrument.symbol}
        ]

    def _leverage(self, asked: Asked) -> Any:
        symbol, leverage = self._symbol(asked), asked.params.get("leverage", "")
        try:
            _account(asked).set_leverage(symbol, int(leverage))
        except ValueError as error:
            raise Refused(400, -1102, "Mandatory parameter 'leverage' was malformed.") from error
        except InsufficientMargin as refusal:
            raise Refused(400, -2027, str(refusal)) from refusal
        except VenueRejected as refusal:
            raise Refused(400, -4028, f"Leverage {leverage} is not valid: {refusal}") from refusal
        return {"symbol": symbol, "leverage": int(leverage), "maxNotionalValue": "1000000000"}

    def _margin_type(self, asked: Asked) -> Any:
        self._symbol(asked)
        names = {"ISOLATED": MarginMode.ISOLATED, "CROSSED": MarginMode.CROSS}
        mode, account = names.get(asked.params.get("marginType", "")), _account(asked)
        if mode is None:
            raise Refused(400, -4049, "Invalid margin type.")
        if mode is account.margin_mode:
            raise Refused(400, -4046, "No need to change margin type.")
        try:
            account.set_margin_mode(mode)
        except VenueRejected as refusal:
            message = "Margin type cannot be changed if there exists position."
            raise Refused(400, -4048, message) from refusal
        return {"code": 200, "msg": "success"}

    def _dual(self, asked: Asked) -> Any:
        if asked.params.get("dualSidePosition", "false").lower() == "true":
            raise Refused(400, -4067, "Position side cannot be changed if there exists open orders.")
        raise Refused(400, -4059, "No need to change position side.")

    def _commission(self, asked: Asked) -> Any:
        instrument = self._exchange.instrument(self._symbol(asked))
        assert instrument is not None
        return {
            "symbol": instrument.symbol,
            "makerCommissionRate": text(instrument.maker_fee_rate),
            "takerCommissionRate": text(instrument.taker_fee_rate),
        }


def _account(asked: Asked) -> PracticeAccount:
    if asked.account is None:
        raise Refused(401, -2014, "API-key format invalid.")
    return asked.account
