"""A third party's books from the Parquet files alone."""

import pytest

from alphastrike.backtest.accounting import read_columns, recompute_equity
from alphastrike.backtest.artifacts import write_run
from alphastrike.domain.errors import DataError


def test_equity_is_recomputed_from_the_files_at_every_row(a_run, tmp_path):
    result = a_run(symbols=3, bars=600)
    write_run(result, tmp_path / "run")
    fills = read_columns(tmp_path / "run" / "fills.parquet")
    funding = read_columns(tmp_path / "run" / "funding.parquet")

    equity = recompute_equity(fills, funding, result.history, result.initial_equity)

    assert fills["ts_ms"].size > 50
    assert funding["ts_ms"].size > 50
    assert equity == pytest.approx(result.equity["equity"], rel=1e-12)


def test_a_missing_close_is_carried_forward(a_run, tmp_path):
    result = a_run(symbols=1, bars=200)
    write_run(result, tmp_path / "run")
    fills = read_columns(tmp_path / "run" / "fills.parquet")
    funding = read_columns(tmp_path / "run" / "funding.parquet")
    result.history.close[0, -1] = float("nan")

    equity = recompute_equity(fills, funding, result.history, result.initial_equity)

    assert equity[-1] == pytest.approx(equity[-2])


def test_a_cent_that_vanished_is_seen(a_run, tmp_path):
    result = a_run(symbols=1, bars=200)
    write_run(result, tmp_path / "run")
    fills = read_columns(tmp_path / "run" / "fills.parquet")
    fills["fee"] = fills["fee"].copy()
    fills["fee"][0] += 0.01

    equity = recompute_equity(
        fills, read_columns(tmp_path / "run" / "funding.parquet"), result.history, result.initial_equity
    )

    assert equity[-1] - result.equity["equity"][-1] == pytest.approx(-0.01, abs=1e-8)


def test_a_missing_artefact_is_named(tmp_path):
    with pytest.raises(DataError, match=r"fills\.parquet: no such file"):
        read_columns(tmp_path / "fills.parquet")
