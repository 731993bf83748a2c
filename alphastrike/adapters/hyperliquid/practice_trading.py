"""`POST /exchange` of the simulated venue: who signed, may they, and what becomes of each part."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from alphastrike.adapters.hyperliquid.practice_info import Info
from alphastrike.adapters.hyperliquid.practice_orders import (
    MISSING,
    OrderRefused,
    checked_instrument,
    judged,
    to_order,
)
from alphastrike.adapters.hyperliquid.practice_parties import Denied, Parties
from alphastrike.adapters.hyperliquid.practice_words import Listing
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.orders import OrderState
from alphastrike.domain.practice import PracticeAccount, PracticeExchange

Native = Mapping[str, Any]

_SOONEST_SWITCH_MS = 5_000
_DEFAULT = {"type": "default"}
_CHAIN = ("hyperliquidChain", "string")
_NONCE = ("nonce", "uint64")
_ENDED = {OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED}
_USER_SIGNED = {
    "approveAgent": (
        "ApproveAgent",
        (_CHAIN, ("agentAddress", "address"), ("agentName", "string"), _NONCE),
    ),
    "approveBuilderFee": (
        "ApproveBuilderFee",
        (_CHAIN, ("maxFeeRate", "string"), ("builder", "address"), _NONCE),
    ),
}


class Trading:
    """Actions of accounts, judged and carried out on the exchange."""

    def __init__(self, exchange: PracticeExchange, parties: Parties, info: Info) -> None:
        """Trade on this exchange."""
        self._exchange = exchange
        self._parties = parties
        self._info = info
        self._listing = Listing(exchange)
        self._names = count(1)
        self._switches: dict[str, int] = {}  # api key -> when to cancel everything
        self._actions: dict[str, Callable[[PracticeAccount, Native], Any]] = {
            "order": self._place,
            "cancel": self._cancel,
            "cancelByCloid": self._cancel,
            "modify": self._modify,
            "batchModify": self._modify,
            "scheduleCancel": self._schedule_cancel,
            "updateLeverage": self._update_leverage,
            "approveAgent": self._approve_agent,
            "approveBuilderFee": self._approve_builder,
            "setReferrer": lambda _account, _action: _DEFAULT,
            "noop": lambda _account, _action: _DEFAULT,
        }

    def carry_out(self, request: Native) -> dict[str, Any]:
        """The venue's answer to a signed request."""
        action = request["action"]
        kind = str(action["type"])
        if kind not in self._actions:
            return {"status": "err", "response": f"Action {kind} is not part of this simulation."}
        try:
            if kind in _USER_SIGNED:
                account = self._parties.user(request, *_USER_SIGNED[kind])
            else:
                account = self._parties.signer(request)
            return {"status": "ok", "response": self._actions[kind](account, action)}
        except Denied as denied:
            return {"status": "err", "response": str(denied)}

    def tick(self) -> None:
        """Cancel everything of accounts whose dead-man switch is due."""
        now_ms = self._exchange.now_ms
        due = [key for key, at_ms in self._switches.items() if at_ms <= now_ms]
        for key in due:
            del self._switches[key]
            account = self._exchange.account(key)
            if account is None:
                continue
            for known in account.orders(working=True):
                account.cancel(known.order.symbol, known.result.order_id)

    def _place(self, account: PracticeAccount, action: Native) -> Any:
        self._parties.check_builder(account, action.get("builder"))
        return _statuses("order", [self._placed(account, wire) for wire in action["orders"]])

    def _placed(self, account: PracticeAccount, wire: Native, replaced: str | None = None) -> Any:
        cloid = wire.get("c")
        name = cloid or f"order-{next(self._names)}"
        if replaced is not None and cloid is not None:
            name = f"{cloid}#{next(self._names)}"
        try:
            instrument = checked_instrument(self._listing, wire)
            order = to_order(wire, instrument, name)
            return judged(account, self._exchange, order, int(wire["a"]), cloid)
        except OrderRefused as refused:
            return {"error": f"{refused} asset={wire['a']}"}

    def _cancel(self, account: PracticeAccount, action: Native) -> Any:
        answers: list[Any] = []
        for wanted in action["cancels"]:
            asset = int(wanted.get("a", wanted.get("asset", -1)))
            gone = self._ended(account, asset, wanted.get("o", wanted.get("cloid")))
            answers.append({"error": f"{MISSING} asset={asset}"} if gone is None else "success")
        return _statuses("cancel", answers)

    def _ended(self, account: PracticeAccount, asset: int, oid: object) -> str | None:
        """Cancel a working order of an asset; its client id, None when there is no such order."""
        instrument, known = self._listing.by_asset(asset), self._info.order_of(account, oid)
        if instrument is None or known is None or known.order.symbol != instrument.symbol:
            return None
        if known.result.state in _ENDED:
            return None
        account.cancel(known.order.symbol, known.result.order_id)
        return known.order.client_order_id

    def _modify(self, account: PracticeAccount, action: Native) -> Any:
        answers: list[Any] = []
        for wanted in action.get("modifies", [action]):
            wire = wanted["order"]
            gone = self._ended(account, int(wire["a"]), wanted["oid"])
            answers.append(
                {"error": f"Cannot modify canceled or filled order asset={wire['a']}"}
                if gone is None
                else self._placed(account, wire, gone)
            )
        return _statuses("order", answers)

    def _schedule_cancel(self, account: PracticeAccount, action: Native) -> Any:
        at_ms = action.get("time")
        if at_ms is None:
            self._switches.pop(account.key.api_key, None)
        elif int(at_ms) < self._exchange.now_ms + _SOONEST_SWITCH_MS:
            raise Denied("Scheduled cancel time must be at least 5 seconds in the future.")
        else:
            self._switches[account.key.api_key] = int(at_ms)
        return _DEFAULT

    def _update_leverage(self, account: PracticeAccount, action: Native) -> Any:
        instrument = self._listing.by_asset(int(action["asset"]))
        if instrument is None:
            raise Denied(f"Invalid asset {action['asset']}")
        leverage, mode = (
            int(action["leverage"]),
            MarginMode.CROSS if action["isCross"] else MarginMode.ISOLATED,
        )
        highest = max(tier.max_leverage for tier in instrument.margin_tiers)
        if not 1 <= leverage <= highest:
            raise Denied(f"Invalid leverage value {leverage}; the most for this asset is {highest}")
        try:
            if mode is not account.margin_mode:
                account.set_margin_mode(mode)
        except VenueRejected:
            raise Denied("Cannot switch leverage type with open position.") from None
        try:
            account.set_leverage(instrument.symbol, leverage)
        except VenueRejected:
            raise Denied("Insufficient margin for this leverage.") from None
        return _DEFAULT

    def _approve_agent(self, account: PracticeAccount, action: Native) -> Any:
        self._parties.approve_agent(account, str(action["agentAddress"]))
        return _DEFAULT

    def _approve_builder(self, account: PracticeAccount, action: Native) -> Any:
        self._parties.approve_builder(account, str(action["builder"]))
        return _DEFAULT


def _statuses(kind: str, statuses: list[Any]) -> dict[str, Any]:
    return {"type": kind, "data": {"statuses": statuses}}
