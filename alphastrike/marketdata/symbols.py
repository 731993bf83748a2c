"""One spelling for every symbol, whatever the venue or tool calls it."""

import re

from alphastrike.marketdata.sources import named_as_usdt, symbol_prefixes

_QUOTES = ("FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD")
_CONTRACT_WORDS = {"SWAP", "PERP", "PERPETUAL", "FUTURES"}
_THOUSANDS = re.compile(r"k([A-Z][A-Z0-9]*)")
_BARE_COIN = re.compile(r"(?=.*[A-Z])[A-Z0-9]{1,15}")


def canonical_symbol(name: str, venue: str | None = None) -> str | None:
    """`BTCUSDT` for any usual spelling of it, or None when `name` is no symbol.

    Accepted: `BTCUSDT`, `BTC/USDT:USDT`, `BTC_USDT_USDT`, `BTC-USDT-SWAP`, `cmt_btcusdt`, and a
    bare upper-case coin: `BTC` is `BTCUSDT`. One coin has one name on all venues: where a venue says
    that its contracts in another quote are everyone's USDT ones, `BTC/USDC:USDC` is `BTCUSDT`. A `k`
    before a coin means thousand: `kPEPE` is `1000PEPEUSDT`, as others list that contract.
    """
    tokens = [token for token in re.split(r"[/:_\-\s]+", name.strip()) if token]
    if tokens and tokens[0].lower() in symbol_prefixes():
        tokens = tokens[1:]
    while len(tokens) > 1 and tokens[-1].upper() in _CONTRACT_WORDS:
        tokens.pop()
    if not tokens or not all(token.isascii() and token.isalnum() for token in tokens):
        return None
    thousands = _THOUSANDS.fullmatch(tokens[0])
    coin = f"1000{thousands[1]}" if thousands else tokens[0]
    pair = _split(coin, [token.upper() for token in tokens[1:]])
    if pair is None:
        return None
    base, quote = pair
    return base + ("USDT" if named_as_usdt(quote, venue) else quote)


def _split(coin: str, rest: list[str]) -> tuple[str, str] | None:
    """Base and quote of a coin or pair and the tokens behind it: a quote and a settlement asset."""
    if rest:
        known = len(rest) <= 2 and all(token in _QUOTES for token in rest)
        return (coin.upper(), rest[0]) if known else None
    whole = coin.upper()
    for quote in _QUOTES:
        if whole.endswith(quote) and len(whole) > len(quote):
            return whole.removesuffix(quote), quote
    return (coin, "USDT") if _BARE_COIN.fullmatch(coin) else None
