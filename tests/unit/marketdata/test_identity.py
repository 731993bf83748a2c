"""What names and folders say about a file."""

from pathlib import Path

import pytest

from alphastrike.marketdata.identity import identity_from_name, market_of
from alphastrike.marketdata.tables import FileIdentity, Kind

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/x/BTCUSDT-1h-2024-01.zip", FileIdentity(Kind.CANDLES, "BTCUSDT", None, HOUR, None)),
        (
            "/x/data/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.csv",
            FileIdentity(Kind.CANDLES, "BTCUSDT", "binance_usdm", HOUR, "perp"),
        ),
        (
            "/x/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01-02.zip",
            FileIdentity(Kind.CANDLES, "BTCUSDT", "binance_spot", HOUR, "spot"),
        ),
        ("/x/BTCUSDT-fundingRate-2024-01.zip", FileIdentity(Kind.FUNDING, "BTCUSDT")),
        (
            "/x/binance/futures/BTC_USDT_USDT-1h-futures.feather",
            FileIdentity(Kind.CANDLES, "BTCUSDT", "binance_usdm", HOUR, "perp"),
        ),
        (
            "/x/binance/BTC_USDT-1h.feather",
            FileIdentity(Kind.CANDLES, "BTCUSDT", "binance_spot", HOUR, None),
        ),
        (
            "/x/hyperliquid/futures/kPEPE_USDC_USDC-1h-futures.feather",
            FileIdentity(Kind.CANDLES, "1000PEPEUSDT", "hyperliquid", HOUR, "perp"),
        ),
        (
            "/x/okx/futures/SOL_USDT_USDT-8h-funding_rate.feather",
            FileIdentity(Kind.FUNDING, "SOLUSDT", "okx_swap", 8 * HOUR, "perp"),
        ),
        (
            "/x/okx/futures/SOL_USDT_USDT-8h-mark.feather",
            FileIdentity(Kind.MARK, "SOLUSDT", "okx_swap", 8 * HOUR, "perp"),
        ),
        ("/x/funding/hyperliquid/BTC_2023.csv", FileIdentity(Kind.FUNDING, "BTCUSDT", "hyperliquid")),
        ("/x/okx_swap/5m/SOLUSDT.parquet", FileIdentity(Kind.CANDLES, "SOLUSDT", "okx_swap", 300_000)),
        ("/x/BTCUSDT_20250913-20260319.parquet", FileIdentity(Kind.CANDLES, "BTCUSDT")),
        ("/x/prices.csv", FileIdentity(Kind.CANDLES)),
    ],
)
def test_name_and_folders_tell_symbol_venue_interval_kind_and_market(
    path: str, identity: FileIdentity
) -> None:
    assert identity_from_name(Path(path)) == identity


def test_the_market_of_a_venue_is_in_its_name() -> None:
    assert [market_of(venue) for venue in ("binance_spot", "okx_swap", None)] == ["spot", "perp", None]
