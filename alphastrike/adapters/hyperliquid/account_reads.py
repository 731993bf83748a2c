"""The account by request: who it is, its money, positions, orders and fills."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.account_mappers import to_balance, to_fill, to_order, to_positions
from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.hyperliquid.market_reads import MarketReads
from alphastrike.adapters.hyperliquid.wire_rules import question
from alphastrike.domain.account import UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import AuthError, BadCredentials, WrongNetwork
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult

_MOST_FILLS = 2_000
_UNIFIED = {"unifiedAccount", "portfolioMargin"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who trades: addresses in lower case. `signer` is None when nothing can be signed."""

    network: str
    signer: str | None = None
    account_address: str | None = None
    vault_address: str | None = None


class AccountReads:
    """Reads about one account. `user` is its address: the venue knows nothing about an agent's own."""

    def __init__(self, market: MarketReads, identity: Identity, ids: ClientIds) -> None:
        """Ask about the named account, else the one the signer acts for."""
        self._market = market
        self._identity = identity
        self._ids = ids
        self._is_agent = False
        self._user = identity.vault_address or identity.account_address

    @property
    def user(self) -> str:
        """Address of the account; `BadCredentials` when neither key nor address is configured."""
        if self._user is None:
            raise BadCredentials(
                "hyperliquid: observed neither private_key nor account_address, needed for anything about "
                "an account; allowed: ALPHASTRIKE_HYPERLIQUID_PRIVATE_KEY, or account_address to look"
            )
        return self._user

    @property
    def is_known(self) -> bool:
        """Whether there is an account to ask about."""
        return self._user is not None

    async def identify(self) -> None:
        """Find out whom the key acts for, and whether this network knows them; a fault says what to do."""
        if self._identity.signer is None:
            return
        role = await self._role(self._identity.signer)
        master = str((role.get("data") or {}).get("user") or "").lower()
        self._is_agent = role["role"] == "agent"
        if self._is_agent:
            if self._user is None:
                self._user = master
            elif self._identity.vault_address is None and self._user != master:
                raise BadCredentials(
                    f"private_key: observed an agent of {master}, allowed one of account_address {self._user}"
                )
        elif self._user in {None, self._identity.signer}:
            self._user = self._identity.signer
            if role["role"] == "missing":
                raise self._unknown(self._identity.signer)
        elif self._identity.vault_address is None:
            raise await self.explained()

    @property
    def can_withdraw(self) -> bool | None:
        """Only an account's own key moves money out; an agent's trades and no more. None without a key."""
        signer = self._identity.signer
        return None if signer is None else not self._is_agent

    async def explained(self) -> AuthError:
        """Why the venue knows nobody behind a signature: the account, the key or the network signed for."""
        user, signer = self._user or "", self._identity.signer
        if (await self._role(user))["role"] == "missing":
            return self._unknown(user)
        role = await self._role(signer or user)
        if signer == user or str((role.get("data") or {}).get("user") or "").lower() == user:
            return WrongNetwork(
                f"network: observed {self._identity.network}, for which the orders were signed; the venue at "
                "rest_url knows the key and not its signature; allowed: the network that venue belongs to"
            )
        return BadCredentials(
            f"private_key: observed {signer}, no agent of {user} on {self._identity.network}, or no longer; "
            "allowed: the account's own key, or an agent it approved that has not expired"
        )

    async def balances(self) -> Sequence[UnifiedBalance]:
        """The account's USDC; in a unified account it lies with the spot balances."""
        balance = to_balance(await self._state())
        mode = await self._market.ask(question("userAbstraction", user=self.user))
        if mode in _UNIFIED:
            spot = await self._market.ask(question("spotClearinghouseState", user=self.user))
            held = [entry for entry in spot["balances"] if entry["coin"] == balance.asset]
            total = sum((Decimal(entry["total"]) for entry in held), Decimal(0))
            free = total - sum((Decimal(entry["hold"]) for entry in held), Decimal(0))
            balance = replace(balance, wallet=total, available=free)
        return [balance] if balance.wallet or balance.unrealized_pnl else []

    async def positions(self, symbol: str | None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        if symbol is not None:
            self._market.asset(symbol)
        return [held for held in to_positions(await self._state()) if symbol in {None, held.symbol}]

    async def open_orders(self, symbol: str | None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work, oldest first."""
        if symbol is not None:
            self._market.asset(symbol)
        answer = await self._market.ask(question("frontendOpenOrders", user=self.user))
        oldest = sorted(answer, key=lambda native: (native["timestamp"], native["oid"]))
        mapped = (to_order(native, "open", self._ids.name) for native in oldest)
        return [order for order in mapped if order is not None and symbol in {None, order.symbol}]

    async def order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order, with its average price from its fills; None when never seen."""
        cloid = self._ids.cloid(client_order_id)
        answer = await self._market.ask(question("orderStatus", user=self.user, oid=cloid))
        if answer.get("status") != "order":
            return None
        told = answer["order"]
        order = to_order(told["order"], told["status"], self._ids.name)
        if order is None or order.symbol != symbol:
            return None
        order = replace(order, client_order_id=client_order_id)
        if order.filled_quantity == 0:
            return order
        fills = await self.fills(symbol, int(told["order"]["timestamp"]))
        own = [fill for fill in fills if fill.order_id == order.order_id]
        quantity = sum((fill.quantity for fill in own), Decimal(0))
        paid = sum((fill.quantity * fill.price for fill in own), Decimal(0))
        return replace(order, average_price=paid / quantity) if quantity else order

    async def fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """Executions from `since_ms` on, oldest first, page by page; each once."""
        self._market.asset(symbol)
        found: dict[str, UnifiedFill] = {}
        start_ms = max(0, since_ms)
        while True:
            page = await self._market.ask(
                question("userFillsByTime", user=self.user, startTime=start_ms, aggregateByTime=False)
            )
            fresh = {str(native["tid"]): native for native in page if str(native["tid"]) not in found}
            mapped = ((tid, to_fill(native, self.user, self._ids.name)) for tid, native in fresh.items())
            found |= {tid: fill for tid, fill in mapped if fill is not None}
            if len(page) < _MOST_FILLS or not fresh:
                break
            start_ms = max(int(native["time"]) for native in page)
        kept = (fill for fill in found.values() if fill.symbol == symbol and fill.event_time_ms >= since_ms)
        return sorted(kept, key=lambda fill: (fill.event_time_ms, int(fill.fill_id)))

    async def margin_setting(self, symbol: str) -> tuple[int, bool]:
        """A symbol's leverage and whether its margin is cross, as the account has them set."""
        coin = self._market.asset(symbol).coin
        answer = await self._market.ask(question("activeAssetData", user=self.user, coin=coin))
        return int(answer["leverage"]["value"]), answer["leverage"]["type"] == "cross"

    async def _state(self) -> Any:
        return await self._market.ask(question("clearinghouseState", user=self.user))

    async def _role(self, address: str) -> Any:
        return await self._market.ask(question("userRole", user=address))

    def _unknown(self, address: str) -> WrongNetwork:
        other = "mainnet" if self._identity.network == "testnet" else "testnet"
        return WrongNetwork(
            f"network: observed {self._identity.network}, which knows no account {address}; allowed: a "
            f"network the account has deposited on. Is it a {other} key, or mistyped?"
        )
