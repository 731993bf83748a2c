"""Real money only when it was asked for twice and typed once; else a test network or a practice exchange."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.venue_reach import real_access
from alphastrike.domain.errors import ConfigError
from alphastrike.transport.adapter import VenueAccess, WireAdapter
from alphastrike.transport.credentials import Credentials, load_credentials

# How adapters spell the network on which nothing real is at stake, and the other one.
_PRACTICE, _REAL = frozenset({"demo", "test", "testnet"}), frozenset({"live", "mainnet"})


_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Arming:
    """What the command line says.

    `words` stand for what would be asked, `keys` for the environment; `practice` is what a practice exchange
    said of itself.
    """

    is_mainnet: bool
    words: str | None
    ask: Callable[[str], str]
    keys: Path | None = None
    practice: Path | None = None


def armed(
    adapter: WireAdapter, config: AlphaStrikeConfig, arming: Arming, environment: Mapping[str, str]
) -> tuple[Any, VenueAccess]:
    """The adapter's settings for the network asked for, and the way there with a key.

    `ConfigError` for real money that was not asked for twice, and for a missing key.
    """
    if arming.practice is not None:
        if arming.is_mainnet:
            raise ConfigError("--practice: observed with --mainnet, allowed one of them")
        facts = _facts(arming.practice, adapter.dialect)
        return adapter.Config(), real_access(facts, Credentials.of(facts))
    if arming.is_mainnet:
        _check_mainnet(adapter.name, config, arming)
    settings = adapter.Config(network=_network(adapter, is_mainnet=arming.is_mainnet))
    credentials = load_credentials(adapter.name, environment, arming.keys)
    parts = (credentials.api_key, credentials.private_key)
    if not any(part.get_secret_value() for part in parts):
        prefix = f"ALPHASTRIKE_{adapter.name.upper().replace('-', '_')}_"
        raise ConfigError(
            f"{adapter.name}: observed no key, allowed {prefix}API_KEY and {prefix}API_SECRET (or "
            f"{prefix}PRIVATE_KEY) in the environment, or --keys FILE of mode 0600"
        )
    return settings, real_access({}, credentials)


def _facts(file: Path, dialect: str) -> dict[str, str]:
    """What `alphastrike venue simulate --json` printed; only an exchange on this machine is believed."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        facts = {str(name): str(value) for name, value in said.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"--practice: {file} cannot be used ({type(error).__name__}), allowed the line that "
            "`alphastrike venue simulate --json` prints"
        ) from None
    if facts.get("dialect") != dialect:
        raise ConfigError(
            f"--practice: observed an exchange that speaks {facts.get('dialect')}, allowed {dialect}"
        )
    hosts = {urlsplit(value).hostname for name, value in facts.items() if name.endswith("_url")}
    if not hosts or not hosts <= _LOOPBACK:
        raise ConfigError(f"--practice: observed {sorted(map(str, hosts))}, allowed this machine")
    return facts


def _check_mainnet(name: str, config: AlphaStrikeConfig, arming: Arming) -> None:
    if not config.live.allow_mainnet:
        raise ConfigError(
            "--mainnet: observed without live.allow_mainnet, allowed only where the configuration says "
            "`[live] allow_mainnet = true` as well; --testnet needs neither"
        )
    wanted = f"trade real money at {name}"
    said = arming.ask(f"Type `{wanted}`") if arming.words is None else arming.words
    if said.strip() != wanted:
        raise ConfigError(f"--confirm: observed {said!r}, allowed {wanted!r}; nothing was started")


def _network(adapter: WireAdapter, *, is_mainnet: bool) -> str:
    field = adapter.Config.model_fields.get("network")
    known = () if field is None else get_args(field.annotation)
    wanted = _REAL if is_mainnet else _PRACTICE
    for name in known:
        if name in wanted:
            return str(name)
    kind = "mainnet" if is_mainnet else "testnet"
    raise ConfigError(
        f"--{kind}: observed {adapter.name}, which has {', '.join(known) or 'none'}, allowed a venue with one"
    )
