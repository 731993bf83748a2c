"""One spelling for every symbol, whatever the venue or tool calls it."""

import re

_QUOTES = ("FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD")
_CONTRACT_WORDS = {"SWAP", "PERP", "PERPETUAL", "FUTURES"}
_NAMED_AS_USDT = {"hyperliquid": "USDC"}
_THOUSANDS = re.compile(r"k([A-Z][A-Z0-9]*)")
_BARE_COIN = re.compile(r"(?=.*[A-Z])[A-Z0-9]{1,15}")


def canonical_symbol(name: str, venue: str | None = None) -> str | None:
    """`BTCUSDT` for any usual spelling of it, or None when `name` is no symbol.

    Accepted: `BTCUSDT`, `BTC/USDT:USDT`, `BTC_USDT_USDT`, `BTC-USDT-SWAP`, `cmt_btcusdt`, and a
    bare upper-case coin: `BTC` is `BTCUSDT`. Hyperliquid quotes in USD and settles in USDC, yet its
    perpetuals are named like everyone's USDT ones here, so that one coin has one name on all
    venues: its `BTC` and `BTC/USDC:USDC` are `BTCUSDT`. Its `k` means thousand: `kPEPE` is
    `1000PEPEUSDT`, the contract Binance lists under that name.
    """
    tokens = [token for token in re.split(r"[/:_\-\s]+", name.strip()) if token]
    if tokens and tokens[0].lower() == "cmt":
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
    return base + ("USDT" if quote == _NAMED_AS_USDT.get(venue or "") else quote)


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
