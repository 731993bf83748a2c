"""Who may do what at the simulated venue: addresses, agents, nonces, builders and request weights."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from alphastrike.adapters.hyperliquid.signing import Envelope, Wallet, recover_signer, recover_user
from alphastrike.domain.practice import PracticeAccount, PracticeExchange

Native = Mapping[str, Any]

_NONCES_KEPT = 100
_OLDEST_NONCE_MS = 2 * 86_400_000
_NEWEST_NONCE_MS = 86_400_000
_WEIGHT_A_MINUTE = 1_200.0
_MINUTE_MS = 60_000
_NOBODY = "0x" + "0" * 40


class Denied(Exception):
    """The venue refuses a whole request, in these words."""


class Parties:
    """Accounts by address, the agents they approved and the nonces each key has used.

    `networks` are those whose signatures count: a venue of one network knows nobody who signs for
    the other.
    """

    def __init__(self, exchange: PracticeExchange, networks: frozenset[str]) -> None:
        """Know the exchange's accounts, without agents."""
        self._exchange = exchange
        self._networks = networks
        self._agents: dict[str, str] = {}  # agent's address -> account's
        self._nonces: dict[str, list[int]] = {}
        self._builders: set[tuple[str, str]] = set()

    def account(self, address: str) -> PracticeAccount | None:
        """The account of an address; an agent's address is nobody's."""
        wanted = address.lower()
        found = (known for known in self._exchange.accounts if address_of(known) == wanted)
        return next(found, None)

    def role(self, address: str) -> dict[str, Any]:
        """What the venue knows an address as."""
        if self.account(address) is not None:
            return {"role": "user"}
        master = self._agents.get(address.lower())
        return {"role": "missing"} if master is None else {"role": "agent", "data": {"user": master}}

    def signer(self, request: Native) -> PracticeAccount:
        """The account a signed request acts for; `Denied` for a stranger, a used nonce or a late request."""
        action, signature = request["action"], request["signature"]
        envelopes = [
            Envelope(
                int(request["nonce"]), is_mainnet, request.get("vaultAddress"), request.get("expiresAfter")
            )
            for is_mainnet in sorted(network == "mainnet" for network in self._networks)
        ]
        recovered = [recover_signer(action, envelope, signature) or _NOBODY for envelope in envelopes]
        for address in recovered:
            account = self.account(self._agents.get(address, address))
            if account is not None:
                self._check_vault(request.get("vaultAddress"))
                self._check_times(address, int(request["nonce"]), request.get("expiresAfter"))
                return account
        raise Denied(f"User or API Wallet {recovered[0]} does not exist.")

    def user(self, request: Native, kind: str, fields: tuple[tuple[str, str], ...]) -> PracticeAccount:
        """The account whose own key signed a typed message of this kind; agents may not."""
        action = request["action"]
        address = recover_user(action, request["signature"], kind, fields)
        account = None if address is None else self.account(address)
        named = {"Mainnet": "mainnet", "Testnet": "testnet"}.get(str(action.get("hyperliquidChain")))
        if account is None or named not in self._networks:
            raise Denied(f"Must deposit before performing actions. User: {address}")
        self._check_times(address_of(account), int(request["nonce"]), None)
        return account

    def approve_agent(self, account: PracticeAccount, agent: str) -> None:
        """Let a key sign orders for an account."""
        self._agents[agent.lower()] = address_of(account)

    def approve_builder(self, account: PracticeAccount, builder: str) -> None:
        """Let a builder take a fee of an account's orders."""
        self._builders.add((address_of(account), builder.lower()))

    def check_builder(self, account: PracticeAccount, builder: Native | None) -> None:
        """`Denied` when an order names a builder the account has not approved."""
        if builder is not None and (address_of(account), str(builder["b"]).lower()) not in self._builders:
            raise Denied("Builder fee has not been approved.")

    def _check_vault(self, vault: str | None) -> None:
        if vault is not None:
            raise Denied(f"Vault not registered: {vault}")

    def _check_times(self, address: str, nonce: int, expires_after: int | None) -> None:
        now_ms, used = self._exchange.now_ms, self._nonces.setdefault(address, [])
        if expires_after is not None and expires_after < now_ms:
            raise Denied(f"Action expired: expiresAfter {expires_after} is before {now_ms}")
        if not now_ms - _OLDEST_NONCE_MS < nonce < now_ms + _NEWEST_NONCE_MS:
            raise Denied(f"Invalid nonce: {nonce} is not within two days before and one day after {now_ms}")
        if nonce in used:
            raise Denied(f"Invalid nonce: duplicate nonce {nonce}")
        if len(used) >= _NONCES_KEPT and nonce < used[0]:
            raise Denied(f"Invalid nonce: {nonce} is lower than the {_NONCES_KEPT} highest of this signer")
        used.append(nonce)
        used.sort()
        del used[:-_NONCES_KEPT]


class Weights:
    """The request weight of one address: 1,200 a minute, used up one by one and coming back steadily."""

    def __init__(self, now_ms: int) -> None:
        """Start with all of it."""
        self._left = _WEIGHT_A_MINUTE
        self._at_ms = now_ms

    def take(self, weight: int, now_ms: int) -> bool:
        """Whether a request of this weight is still allowed; it is counted when it is."""
        back = (now_ms - self._at_ms) * _WEIGHT_A_MINUTE / _MINUTE_MS
        self._left, self._at_ms = min(_WEIGHT_A_MINUTE, self._left + max(0.0, back)), now_ms
        if weight > self._left:
            return False
        self._left -= weight
        return True


def address_of(account: PracticeAccount) -> str:
    """The address of an account, lower case."""
    return _address(account.key.private_key)


@cache
def _address(private_key: str) -> str:
    return Wallet(private_key).address
