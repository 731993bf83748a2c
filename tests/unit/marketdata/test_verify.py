"""The data check finds what is odd and never fails over what is broken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alphastrike.domain.errors import DataError
from alphastrike.marketdata.config import MarketdataConfig
from alphastrike.marketdata.findings import Finding, Severity
from alphastrike.marketdata.verify import verify

Columns = dict[str, list[Any]]
START = 1_704_067_200_000
HOUR = 3_600_000


def the_one(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_sound_candles_have_no_findings(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    assert verify(csv_file("BTCUSDT.csv", candles(bars=60))) == ()


def test_a_gap_is_found_at_the_row_behind_it(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = {name: values[:5] + values[7:] for name, values in candles(bars=30).items()}

    finding = the_one(verify(csv_file("BTCUSDT.csv", rows)))

    assert (finding.severity, finding.rule, finding.symbol, finding.row) == (
        Severity.WARNING,
        "gap",
        "BTCUSDT",
        6,
    )
    assert finding.observed == "2 candles missing, 2024-01-01 05:00:00 UTC to 2024-01-01 06:00:00 UTC"
    assert finding.limit == "a candle every 1h"


def test_silence_is_found_from_its_first_row(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(bars=30)
    rows["volume"][4:7] = [0.0] * 3
    rows["volume"][9:11] = [0.0] * 2

    finding = the_one(verify(csv_file("BTCUSDT.csv", rows)))

    assert (finding.rule, finding.row, finding.count) == ("no volume", 5, 3)


def test_a_frozen_close_is_found_from_its_first_row(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(bars=40)
    for name in ("open", "high", "low", "close"):
        rows[name][10:22] = [110.0] * 12
        rows[name][30:41] = [130.0] * 10

    finding = the_one(verify(csv_file("BTCUSDT.csv", rows)))

    assert (finding.rule, finding.row, finding.count, finding.column) == ("frozen close", 11, 12, "close")


def test_a_jump_is_found_and_a_lesser_move_is_not(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(bars=30)
    for name in ("open", "high", "low", "close"):
        rows[name][20:] = [value * 2 for value in rows[name][20:]]

    finding = the_one(verify(csv_file("BTCUSDT.csv", rows)))

    assert (finding.rule, finding.row) == ("price jump", 21)
    assert finding.observed == "+101.7 % to 240.0"


def test_a_last_candle_with_hardly_any_volume_is_found(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(bars=30)
    rows["volume"][-1] = 0.1

    finding = the_one(verify(csv_file("BTCUSDT.csv", rows)))

    assert (finding.rule, finding.row) == ("last candle may be truncated", 30)


def test_every_broken_rule_of_a_file_is_found(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(bars=30)
    rows["ts_ms"][3] = START
    rows["ts_ms"][8] = rows["ts_ms"][7]
    rows["close"][5] = -1.0
    rows["high"][6] = 1.0

    findings = verify(csv_file("BTCUSDT.csv", rows))

    errors = {(finding.rule, finding.row) for finding in findings if finding.severity is Severity.ERROR}
    assert errors >= {
        ("unsorted rows", 4),
        ("duplicated time", 9),
        ("price is zero or negative", 6),
        ("high below low", 7),
    }


def test_mixed_units_of_time_are_found(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(bars=30)
    rows["ts_ms"][20:] = [ts * 1_000 for ts in rows["ts_ms"][20:]]

    finding = the_one(verify(csv_file("BTCUSDT.csv", rows)))

    assert (finding.rule, finding.row, finding.count) == ("mixed units of time", 21, 10)


def test_spot_passed_off_as_a_perpetual_is_found_by_equal_closes(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path]
) -> None:
    spot = parquet_file(
        "spot.parquet", candles(bars=30), symbol="BTCUSDT", venue="binance_spot", market="spot"
    )
    claimed = parquet_file("a/BTCUSDT.parquet", candles(bars=30), venue="binance_usdm")

    finding = the_one(verify(claimed, reference=spot))

    assert (finding.severity, finding.rule) == (Severity.ERROR, "spot passed off as a perpetual")
    assert finding.observed.startswith(
        "100.0 % of 30 common closes equal spot.parquet, median difference +0.0 bps"
    )


def test_a_perpetual_beside_its_spot_reference_is_fine(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path]
) -> None:
    spot = parquet_file("spot.parquet", candles(bars=30), symbol="BTCUSDT", market="spot")
    rows = candles(bars=30)
    rows["close"] = [value * 1.0004 for value in rows["close"]]
    perpetual = parquet_file("a/BTCUSDT.parquet", rows)

    assert verify(perpetual, reference=spot) == ()


def test_closes_unlike_the_perpetual_of_the_same_venue_are_found(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path]
) -> None:
    told = {"symbol": "BTCUSDT", "venue": "binance_usdm", "market": "perp"}
    perpetual = parquet_file("perp.parquet", candles(bars=30), **told)
    rows = candles(bars=30)
    rows["close"] = [value * 1.0004 for value in rows["close"]]
    claimed = parquet_file("a/BTCUSDT.parquet", rows, **told)

    finding = the_one(verify(claimed, reference=perpetual))

    assert finding.rule == "differs from the perpetual"
    assert "median difference +4.0 bps" in finding.observed


def test_overlapping_files_are_found(candles: Callable[..., Columns], csv_file: Callable[..., Path]) -> None:
    csv_file("BTCUSDT-a.csv", candles(bars=30))
    folder = csv_file("BTCUSDT-b.csv", candles(bars=30, start_ms=START + 29 * HOUR)).parent

    finding = the_one(verify(folder))

    assert (finding.rule, finding.file.name) == ("overlaps another file", "BTCUSDT-b.csv")


def test_only_so_many_findings_of_one_rule_are_listed(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    kept = [row for row in range(40) if row not in {5, 10, 15}]
    rows = {name: [values[row] for row in kept] for name, values in candles(bars=40).items()}

    findings = verify(csv_file("BTCUSDT.csv", rows), config=MarketdataConfig(findings_per_rule=2))

    assert [finding.row for finding in findings] == [6, 10]
    assert findings[1].observed.endswith("; and 1 more like it")


def test_funding_is_checked_too(csv_file: Callable[..., Path]) -> None:
    path = csv_file(
        "BTCUSDT-fundingRate.csv",
        {"calc_time": [START + HOUR * row for row in range(4)], "rate": [1e-4, 0.5, 1e-4, 1e-4]},
    )

    finding = the_one(verify(path))

    assert (finding.rule, finding.row) == ("rate too large for a fraction", 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("BTCUSDT.csv", b""),
        ("BTCUSDT.csv", b"ts_ms,open\n1,2\n"),
        ("BTCUSDT.csv", b"ts_ms,open,high,low,close,volume\n"),
        ("BTCUSDT.csv", b"ts_ms,open,high,low,close,volume\nx,y,z,a,b,c\n"),
        ("BTCUSDT.csv", b"ts_ms,open,high,low,close,volume\n,,,,,\n,,,,,\n"),
        ("BTCUSDT.parquet", b"PAR1"),
        ("BTCUSDT.parquet", b"PAR1 and then nothing of use PAR1"),
        ("BTC_USDT-1h.feather", b"ARROW1\x00\x00"),
        ("BTC_USDT-1h.json", b"[[1,2,3"),
        ("BTC_USDT-1h.json", b'[["a","b","c","d","e","f"]]'),
        ("BTCUSDT-1h.zip", b"PK\x03\x04"),
        ("BTCUSDT.csv", b"\xff\xfe\x00"),
    ],
)
def test_a_broken_file_is_a_finding_and_never_a_crash(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    findings = verify(tmp_path)

    assert findings
    assert {finding.file for finding in findings} == {path}


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        verify(tmp_path / "nowhere")


def test_funding_in_percent_is_suspected(csv_file: Callable[..., Path]) -> None:
    times = [START + 8 * HOUR * row for row in range(5)]
    path = csv_file("BTCUSDT-fundingRate.csv", {"calc_time": times, "rate": [0.01, 0.02, 0.01, -0.01, 0.01]})

    finding = the_one(verify(path))

    assert (finding.severity, finding.rule) == (Severity.WARNING, "rates look like percent")
