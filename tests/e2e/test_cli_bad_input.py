"""Wrong input: one screen that says what, where, observed and allowed; exit code 2; no traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

HOUR_MS = 3_600_000
START_MS = 1_735_689_600_000  # 2025-01-01
HEADER = "open_time_ms,open,high,low,close,volume"

Rows = list[str]


def _row(bar: int, prices: str = "100,110,90,105", volume: str = "10") -> str:
    return f"{START_MS + bar * HOUR_MS},{prices},{volume}"


def _rows(count: int = 30) -> Rows:
    return [_row(bar) for bar in range(count)]


def _write(path: Path, rows: Rows, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def _one_screen(outcome, *expected: str) -> None:
    assert outcome.exit_code == 2, outcome.stderr
    assert outcome.stdout == ""
    # Whether kernels are there already is the machine's business, not the input's.
    rows = [row for row in outcome.stderr.splitlines() if not row.startswith("compiling kernels")]
    assert rows[0].startswith("error: ")
    assert len(rows) <= 24
    assert "Traceback" not in outcome.stderr
    for text in expected:
        assert text in outcome.stderr, outcome.stderr


def _with(position: int, *replacement: str) -> Callable[[Rows], Rows]:
    return lambda rows: [*rows[:position], *replacement, *rows[position + 1 :]]


BROKEN_FILES = {
    "unsorted": (lambda rows: [*rows[:10], rows[11], rows[10], *rows[12:]], ["row 12", "unsorted", "rise"]),
    "duplicated": (lambda rows: [*rows[:10], rows[9], *rows[10:]], ["row 11", "duplicated time", "rise"]),
    "nan": (_with(5, _row(5, "100,nan,90,105")), ["row 6", "high is no number", "nan"]),
    "negative price": (_with(5, _row(5, "100,110,-90,105")), ["row 6", "column low", "-90", "above 0"]),
    "high below low": (_with(5, _row(5, "100,90,110,105")), ["row 6", "high 90, low 110", "high >= low"]),
    "close outside": (_with(5, _row(5, "100,110,90,120")), ["row 6", "close outside its candle", "120"]),
    "negative volume": (_with(5, _row(5, volume="-1")), ["row 6", "negative volume", "-1", "0 or more"]),
    "seconds": (
        lambda rows: [row.replace("00000,", "00,", 1) for row in rows],
        ["row 1", "seconds", "milliseconds"],
    ),
    "off the grid": (_with(5, _row(5).replace("00000,", "00007,", 1)), ["row 6", "grid"]),
    "no rows": (lambda _rows: [], ["no rows"]),
}


@pytest.mark.parametrize("case", BROKEN_FILES)
def test_broken_rows_are_named(alphastrike, tmp_path, case):
    broken, expected = BROKEN_FILES[case]
    _write(tmp_path / "BTCUSDT-1h.csv", broken(_rows()))

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv")

    _one_screen(outcome, "BTCUSDT-1h.csv", "observed", "allowed", *expected)


def test_a_missing_file_is_named(alphastrike):
    outcome = alphastrike("backtest", "--data", "nowhere.parquet")

    _one_screen(outcome, "nowhere.parquet", "no such file")


def test_an_empty_file_is_named(alphastrike, tmp_path):
    (tmp_path / "BTCUSDT-1h.csv").touch()

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv")

    _one_screen(outcome, "BTCUSDT-1h.csv", "empty file", "0 bytes")


def test_an_empty_folder_is_named(alphastrike, tmp_path):
    (tmp_path / "candles").mkdir()

    outcome = alphastrike("backtest", "--data", "candles")

    _one_screen(outcome, "candles", "no candle file")


def test_unknown_columns_are_named(alphastrike, tmp_path):
    _write(tmp_path / "BTCUSDT-1h.csv", ["1,2,3"], header="colour,size,shape")

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv")

    _one_screen(outcome, "BTCUSDT-1h.csv", "colour")


def test_files_that_overlap_are_named(alphastrike, tmp_path):
    folder = tmp_path / "candles"
    folder.mkdir()
    _write(folder / "BTCUSDT-1h-a.csv", _rows(20))
    _write(folder / "BTCUSDT-1h-b.csv", [_row(bar, "100,110,90,101") for bar in range(10, 30)])

    outcome = alphastrike("backtest", "--data", "candles")

    _one_screen(outcome, "BTCUSDT-1h-b.csv")


def test_an_interval_the_data_do_not_have_is_named(alphastrike, tmp_path):
    _write(tmp_path / "BTCUSDT-1h.csv", _rows())

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv", "--interval", "4h")

    _one_screen(outcome, "1h", "4h", "--interval")


def test_an_interval_nobody_has_is_named(alphastrike):
    outcome = alphastrike("backtest", "--interval", "7m")

    _one_screen(outcome, "option --interval", "'7m'", "one of", "1h")


def test_an_unknown_symbol_is_named_with_the_nearest(alphastrike, tmp_path):
    _write(tmp_path / "BTCUSDT-1h.csv", _rows())

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv", "--symbols", "BTCUSD,DOGEUSDT")

    _one_screen(outcome, "unknown symbol", "BTCUSDT", "--symbols")


def test_an_unknown_symbol_of_the_synthetic_market_is_named(alphastrike):
    outcome = alphastrike("backtest", "--symbols", "BTCUSD")

    _one_screen(outcome, "BTCUSD", "did you mean BTCUSDT?")


def test_an_end_before_the_start_is_named(alphastrike):
    outcome = alphastrike("backtest", "--start", "2025-02-01", "--end", "2025-01-01")

    _one_screen(outcome, "option --end", "after data.start")


def test_a_time_range_beside_the_data_is_named(alphastrike, tmp_path):
    _write(tmp_path / "BTCUSDT-1h.csv", _rows())

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv", "--start", "2030-01-01")

    _one_screen(outcome, "2025-01-01", "--start")


def test_a_start_in_seconds_is_named(alphastrike):
    outcome = alphastrike("backtest", "--start", "1735689600")

    _one_screen(outcome, "option --start", "is it in seconds")


def test_an_unknown_key_is_named_with_line_and_nearest_name(alphastrike, tmp_path):
    (tmp_path / "alphastrike.toml").write_text("[venue]\nlevrage = 3\n")

    outcome = alphastrike("backtest")

    _one_screen(outcome, "alphastrike.toml:2", "levrage", "did you mean leverage?")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ALPHASTRIKE__RISK__LEVERAGE__BASE", "500"),
        ("ALPHASTRIKE__VENUE__LEVERAGE", "0"),
        ("ALPHASTRIKE__VENUE__LEVERAGE", "2000"),
        ("ALPHASTRIKE__RISK__LEVERAGE__HIGHEST", "nan"),
    ],
)
def test_impossible_leverage_is_named(alphastrike, monkeypatch, setting, value):
    monkeypatch.setenv(setting, value)

    outcome = alphastrike("backtest")

    _one_screen(outcome, f"environment {setting}", f"observed '{value}'", "allowed")


def test_an_unknown_strategy_is_named_with_the_nearest(alphastrike):
    outcome = alphastrike("backtest", "--strategy", "ema_cros")

    _one_screen(outcome, "ema_cros", "did you mean ema_cross?")


def test_a_strategy_file_that_is_not_there_is_named(alphastrike):
    outcome = alphastrike("backtest", "--strategy", "mine.py")

    _one_screen(outcome, "mine.py", "a Python file that exists")


@pytest.mark.parametrize("mode", ["on", "banana"])
def test_a_circuit_breaker_that_is_not_there_is_named(alphastrike, mode):
    outcome = alphastrike("backtest", "--llm", mode)

    _one_screen(outcome, "option --llm", f"observed '{mode}'", "'off'")


def test_a_run_folder_with_foreign_files_is_refused_before_the_run(alphastrike, tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "photo.jpg").touch()

    outcome = alphastrike("backtest", "--out", "precious")

    _one_screen(outcome, "precious", "photo.jpg")
    assert (tmp_path / "precious" / "photo.jpg").exists()


def test_an_unknown_option_is_named(alphastrike):
    outcome = alphastrike("backtest", "--sead", "3")

    assert outcome.exit_code == 2
    assert "--seed" in outcome.stderr


def test_a_funding_file_that_is_no_funding_file_is_named(alphastrike, tmp_path):
    _write(tmp_path / "BTCUSDT-1h.csv", _rows())

    outcome = alphastrike("backtest", "--data", "BTCUSDT-1h.csv", "--funding", "BTCUSDT-1h.csv")

    _one_screen(outcome, "BTCUSDT-1h.csv", "no funding file")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nowhere", "--at", "2025-01-01", "--symbol", "BTCUSDT"), "no summary.json"),
        ((".", "--at", "noon", "--symbol", "BTCUSDT"), "--at: observed 'noon'"),
    ],
)
def test_why_says_what_it_cannot_use(alphastrike, arguments, expected):
    _one_screen(alphastrike("why", *arguments), expected)
