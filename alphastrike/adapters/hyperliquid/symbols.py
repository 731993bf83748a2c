"""Coins and symbols. `BTCUSDT` is nominal here: contracts are quoted and margined in USDC."""

import re

_QUOTE = "USDT"
_COIN = re.compile(r"k?[A-Z0-9]+")
_THOUSAND = "1000"


def to_symbol(coin: str) -> str | None:
    """The symbol of a coin: BTC is BTCUSDT, kPEPE is 1000PEPEUSDT.

    None for what is no perpetual of the venue's own market: spot pairs (`@107`, `PURR/USDC`),
    markets of other deployers (`dex:COIN`) and anything unknown.
    """
    if not _COIN.fullmatch(coin):
        return None
    if coin.startswith("k"):
        return f"{_THOUSAND}{coin[1:]}{_QUOTE}"
    return f"{coin}{_QUOTE}"


def to_coin(symbol: str) -> str:
    """The coin of a symbol, the way back from `to_symbol`."""
    name = symbol.removesuffix(_QUOTE)
    if name.startswith(_THOUSAND) and name != _THOUSAND:
        return "k" + name.removeprefix(_THOUSAND)
    return name
