"""One spelling for every symbol."""

import pytest

from alphastrike.marketdata.symbols import canonical_symbol


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("BTCUSDT", "BTCUSDT"),
        ("btcusdt", "BTCUSDT"),
        ("BTC/USDT:USDT", "BTCUSDT"),
        ("BTC_USDT_USDT", "BTCUSDT"),
        ("BTC-USDT-SWAP", "BTCUSDT"),
        ("BTC-USDT", "BTCUSDT"),
        ("cmt_btcusdt", "BTCUSDT"),
        ("BTC", "BTCUSDT"),
        ("BTC-PERP", "BTCUSDT"),
        ("kPEPE", "1000PEPEUSDT"),
        ("1000PEPEUSDT", "1000PEPEUSDT"),
        ("ETHUSDC", "ETHUSDC"),
        ("BTCFDUSD", "BTCFDUSD"),
        ("KAVAUSDT", "KAVAUSDT"),
    ],
)
def test_every_usual_spelling_becomes_the_house_spelling(name: str, symbol: str) -> None:
    assert canonical_symbol(name) == symbol


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("BTC", "BTCUSDT"),
        ("BTC/USDC:USDC", "BTCUSDT"),
        ("kPEPE_USDC_USDC", "1000PEPEUSDT"),
    ],
)
def test_a_coin_of_hyperliquid_has_the_name_it_has_everywhere(name: str, symbol: str) -> None:
    assert canonical_symbol(name, "hyperliquid") == symbol


@pytest.mark.parametrize(
    "name", ["", "prices", "my data", "BTC_EURO", "../BTCUSDT", "BTC_USDT_USDT_X", "2024"]
)
def test_what_is_no_symbol_is_not_made_one(name: str) -> None:
    assert canonical_symbol(name) is None
