"""Binance's private WebSocket route at the practice exchange."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from alphastrike.adapters.binance.practice_order_words import STATUS, algo_status, is_conditional
from alphastrike.adapters.binance.practice_words import text
from alphastrike.domain.account import MarginMode
from alphastrike.domain.orders import OrderType
from alphastrike.domain.practice import AccountMoved, ExchangeEvent, Execution, OrderMoved, PracticeExchange
from alphastrike.transport.dialect import WireFrame

_LIFE_MS = 24 * 3_600_000
_REASONS = {"order": "ORDER", "funding": "FUNDING_FEE", "liquidation": "ORDER", "deleveraging": "ORDER"}
_EXECUTIONS = {
    Execution.NEW: "NEW",
    Execution.TRADE: "TRADE",
    Execution.CANCELED: "CANCELED",
    Execution.EXPIRED: "EXPIRED",
    Execution.LIQUIDATION: "TRADE",
    Execution.DELEVERAGING: "TRADE",
}


class KeyBook(Protocol):
    """Whose a listen key is, and whether it still is."""

    def owner(self, listen_key: str) -> str | None:
        """The account's api key, or None."""
        ...


class UserConversation:
    """A private connection: the events of the account its listen key belongs to."""

    def __init__(self, exchange: PracticeExchange, keys: KeyBook, listen_key: str) -> None:
        """Tell of this key's account, while the key lives."""
        self._keys = keys
        self._listen_key = listen_key
        self._api_key = keys.owner(listen_key)
        self._opened_ms = exchange.now_ms
        self.is_over = False

    def opened(self) -> Sequence[WireFrame]:
        """Nothing."""
        return ()

    def hear(self, text: str) -> Sequence[WireFrame]:
        """Requests are acknowledged."""
        try:
            number = json.loads(text).get("id")
        except (ValueError, AttributeError):
            number = None
        return (_frame({"result": None, "id": number}),)

    def tell(self, event: ExchangeEvent) -> Sequence[WireFrame]:
        """Orders and account changes."""
        if isinstance(event, OrderMoved) and event.api_key == self._api_key:
            return self._order(event)
        if isinstance(event, AccountMoved) and event.api_key == self._api_key:
            return (_frame(_account_update(event), "user"),)
        return ()

    def tick(self, now_ms: int) -> Sequence[WireFrame]:
        """Ends with its key, or after 24 hours."""
        self.is_over = self.is_over or now_ms - self._opened_ms >= _LIFE_MS
        if self._keys.owner(self._listen_key) is None:
            self.is_over = True
            body = {"e": "listenKeyExpired", "E": now_ms, "listenKey": self._listen_key}
            return (_frame(body, "control"),)
        return ()

    def _order(self, event: OrderMoved) -> Sequence[WireFrame]:
        frames: list[WireFrame] = []
        order = event.order
        if is_conditional(order) and (not order.is_triggered or event.change is Execution.TRIGGERED):
            return (_frame(_algo_update(event), "user"),)
        frames.append(_frame(_order_update(event), "user"))
        if is_conditional(order) and algo_status(order) == "FINISHED":
            frames.append(_frame(_algo_update(event), "user"))
        return frames


def _order_update(event: OrderMoved) -> dict[str, Any]:
    order, fill = event.order, event.fill
    asked, result = order.order, order.result
    prefix = {Execution.LIQUIDATION: "autoclose-", Execution.DELEVERAGING: "adl_autoclose"}
    return {
        "e": "ORDER_TRADE_UPDATE",
        "E": event.event_time_ms,
        "T": event.event_time_ms,
        "o": {
            "s": asked.symbol,
            "c": prefix[event.change] + result.order_id if event.change in prefix else asked.client_order_id,
            "S": asked.side.name,
            "o": "MARKET" if asked.order_type > OrderType.LIMIT else asked.order_type.name,
            "f": asked.time_in_force.name,
            "q": text(asked.quantity),
            "p": text(asked.price),
            "ap": text(result.average_price),
            "sp": text(asked.trigger_price),
            "x": _EXECUTIONS[event.change],
            "X": STATUS[result.state],
            "i": int(result.order_id),
            "l": text(None if fill is None else fill.quantity),
            "z": text(result.filled_quantity),
            "L": text(None if fill is None else fill.price),
            "N": "USDT",
            "n": text(None if fill is None else fill.fee),
            "T": event.event_time_ms,
            "t": 0 if fill is None else int(fill.fill_id),
            "b": "0",
            "a": "0",
            "m": fill is not None and fill.is_maker,
            "R": asked.reduce_only,
            "wt": "CONTRACT_PRICE",
            "ot": asked.order_type.name,
            "ps": "BOTH",
            "cp": False,
            "rp": "0",
            "pP": False,
            "si": 0,
            "ss": 0,
            "V": "EXPIRE_MAKER",
            "pm": "NONE",
            "gtd": 0,
        },
    }


def _algo_update(event: OrderMoved) -> dict[str, Any]:
    order, asked = event.order, event.order.order
    return {
        "e": "ALGO_UPDATE",
        "T": event.event_time_ms,
        "E": event.event_time_ms,
        "o": {
            "caid": asked.client_order_id,
            "aid": int(order.result.order_id),
            "at": "CONDITIONAL",
            "o": asked.order_type.name,
            "s": asked.symbol,
            "S": asked.side.name,
            "ps": "BOTH",
            "f": asked.time_in_force.name,
            "q": text(asked.quantity),
            "X": algo_status(order),
            "ai": order.result.order_id if order.is_triggered else "",
            "ap": text(order.result.average_price),
            "aq": text(order.result.filled_quantity),
            "act": "MARKET",
            "tp": text(asked.trigger_price),
            "p": "0",
            "V": "EXPIRE_MAKER",
            "wt": "CONTRACT_PRICE",
            "pm": "NONE",
            "cp": False,
            "pP": False,
            "R": asked.reduce_only,
            "tt": event.event_time_ms if order.is_triggered else 0,
            "gtd": 0,
            "rm": "",
        },
    }


def _account_update(event: AccountMoved) -> dict[str, Any]:
    wallet = text(event.balance.wallet)
    return {
        "e": "ACCOUNT_UPDATE",
        "E": event.event_time_ms,
        "T": event.event_time_ms,
        "a": {
            "m": _REASONS.get(event.reason, "ADJUSTMENT"),
            "B": [{"a": event.balance.asset, "wb": wallet, "cw": wallet, "bc": "0"}],
            "P": [
                {
                    "s": position.symbol,
                    "pa": text(position.quantity),
                    "ep": text(position.entry_price),
                    "bep": text(position.entry_price),
                    "cr": "0",
                    "up": text(position.unrealized_pnl),
                    "mt": "isolated" if position.margin_mode is MarginMode.ISOLATED else "cross",
                    "iw": text(position.isolated_margin),
                    "ps": "BOTH",
                }
                for position in event.positions
            ],
        },
    }


def _frame(body: Mapping[str, Any], topic: str = "control") -> WireFrame:
    return WireFrame(json.dumps(body, separators=(",", ":")), topic)
