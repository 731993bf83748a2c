"""Whose files these are: what venues say of their own data."""

import sys
from pathlib import Path

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.marketdata.identity import identity_from_name
from alphastrike.marketdata.sources import Source, sources

TOLD = """
[[source]]
venue = "kraken_perps"
folders = ["kraken_perps"]
archive = ["dump", "perps"]
exchange = { folder = "kraken", market = "perp" }
named_as_usdt = ["USD"]
symbol_prefixes = ["pf"]
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a package that says something of its data."""

    def install(told):
        package = tmp_path / "elsewhere"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "data_sources.toml").write_text(told)
        facts = tmp_path / "elsewhere-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text("[alphastrike.data_sources]\nelsewhere = elsewhere\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    yield install
    sys.modules.pop("elsewhere", None)


def test_the_sources_are_the_adapters_own():
    assert [source.venue for source in sources()] == [
        "binance_spot",
        "binance_usdm",
        "hyperliquid",
        "okx_spot",
        "okx_swap",
        "weex",
    ]


@pytest.mark.parametrize(
    ("path", "symbol"),
    [
        ("/x/kraken_perps/1h/BTCUSDT.parquet", "BTCUSDT"),
        ("/x/dump/perps/klines/BTCUSDT/1h/pf_BTCUSD-1h-2024-01.csv", "BTCUSDT"),
        ("/x/kraken/futures/ETH_USD_USD-1h-futures.feather", "ETHUSDT"),
    ],
)
def test_an_installed_package_brings_its_own(installed, path, symbol):
    installed(TOLD)

    identity = identity_from_name(Path(path))

    assert (identity.venue, identity.symbol) == ("kraken_perps", symbol)


def test_what_a_file_says_is_read_as_it_stands(installed):
    installed(TOLD)

    assert (
        Source("kraken_perps", ("kraken_perps",), ("dump", "perps"), ("kraken", "perp"), ("USD",), ("pf",))
        in sources()
    )


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("source = 1", "not a list of data sources"),
        ("[[source]]\nfolders = ['a']", "'venue'"),
        ("[[source]]\nvenue = 'a'\nfolder = ['a']", "unknown folder"),
        ("[[source]]\nvenue = 'a'\nfolders = 'a'", "folders: observed 'a', allowed a list of texts"),
        ("[[source]]\nvenue = 'a'\nexchange = { folder = 'a', market = 'swap' }", "market of"),
        ("[[source]]\nvenue = 'weex'", "weex is declared twice"),
        ("[[source", "not a list of data sources"),
    ],
)
def test_a_file_that_says_something_else_is_refused(installed, told, message):
    installed(told)

    with pytest.raises(ConfigError, match=message):
        sources()
