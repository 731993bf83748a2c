"""One exchange of the library, made to mind: our wire, clock and limits, and nothing it was not asked for."""

from typing import Any

from alphastrike.adapters.ccxt.config import PROVEN, UNPROVEN, CcxtConfig, Manners
from alphastrike.adapters.ccxt.session import SenderSession
from alphastrike.domain.errors import ConfigError
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.limits import Budgets, RateRule

_TIMEOUT_MS = 10_000


def manners_of(config: CcxtConfig) -> Manners:
    """What is known of the exchange; `ConfigError` where nothing is and that was not allowed."""
    if config.exchange not in PROVEN and not config.allow_unproven:
        raise ConfigError(
            f"exchange: observed {config.exchange!r}, allowed {', '.join(sorted(PROVEN))}; another one with "
            "allow_unproven = true: nobody has recorded what the library sends there unasked"
        )
    return PROVEN.get(config.exchange, UNPROVEN)


def opened_exchange(config: CcxtConfig, access: VenueAccess) -> Any:
    """An exchange object of the library, which is imported here and nowhere before: it costs seconds."""
    from ccxt import async_support  # noqa: PLC0415

    if config.exchange not in async_support.exchanges:
        raise ConfigError(f"exchange: observed {config.exchange!r}, allowed one that ccxt knows")
    manners = manners_of(config)
    kind = _quiet(getattr(async_support, config.exchange))
    key = access.credentials
    exchange = kind(
        {
            "apiKey": key.api_key.get_secret_value() or None,
            "secret": key.api_secret.get_secret_value() or None,
            "password": key.passphrase.get_secret_value() or None,
            "privateKey": key.private_key.get_secret_value() or None,
            "walletAddress": _address(key),
            "session": SenderSession(access.sender, access.endpoints.get("rest_url")),
            "timeout": _TIMEOUT_MS,
            "enableRateLimit": True,
            "options": {"defaultType": "swap", "maxRetriesOnFailure": 0, "fetchCurrencies": False},
        }
    )
    exchange.milliseconds = access.clock.now_ms
    exchange.nonce = access.clock.now_ms
    exchange.throttle = _throttle(exchange, access)
    if access.endpoints.get("network", config.network) == "test":
        use_test_network = exchange.enable_demo_trading if manners.test_by_demo else exchange.set_sandbox_mode
        use_test_network(True)  # noqa: FBT003
    return exchange


def _address(key: Credentials) -> str | None:
    """Whose account it is: named, or the private key's own."""
    named, private_key = key.account_address.get_secret_value(), key.private_key.get_secret_value()
    if named or not private_key:
        return named or None
    from eth_account import Account  # noqa: PLC0415

    return str(Account.from_key(private_key).address)


def _quiet(kind: Any) -> Any:
    """The exchange without what it does on its own when it is first used: approvals of fees and referrers."""

    class Quiet(kind):  # type: ignore[misc]
        async def initialize_client(self) -> bool:
            """Nothing: the library would sign two actions here, one of them a fee."""
            return True

    Quiet.__name__ = kind.__name__
    return Quiet


def _throttle(exchange: Any, access: VenueAccess) -> Any:
    """The library's own weights under our buckets, which mind our clock."""
    per_second = max(1.0, 1000.0 / float(exchange.rateLimit))
    budgets = Budgets((RateRule("requests", per_second, 1.0),), access.clock)

    async def throttle(cost: float | None = None) -> None:
        await budgets.draw({"requests": float(cost or 1.0)})

    return throttle
