"""The run folder: columns, exactness, sameness, and what it refuses to overwrite."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from alphastrike.backtest.accounting import read_columns
from alphastrike.backtest.artifacts import ARTIFACTS, refuse_foreign_folder, write_run
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.outcomes import Code

COLUMNS = {
    "fills": "ts_ms symbol side quantity price fee liquidity order_id client_order_id reason position_after",
    "funding": "ts_ms symbol rate mark_price position payment",
    "equity": "ts_ms equity cash unrealized_pnl drawdown leverage gross_notional",
    "decisions": "ts_ms symbol regime forecast conviction leverage target_notional outcome stage code",
    "signals": "ts_ms symbol signal category value weight accuracy samples state alert",
    "interventions": "ts_ms symbol tool params reason trace_id outcome",
}


@pytest.fixture
def run_folder(a_run, tmp_path) -> Path:
    write_run(a_run(symbols=2, bars=300), tmp_path / "run")
    return tmp_path / "run"


def test_a_run_folder_holds_exactly_the_artifacts(run_folder):
    assert sorted(path.name for path in run_folder.iterdir()) == sorted(ARTIFACTS)
    assert [path.name for path in run_folder.parent.iterdir()] == ["run"]


@pytest.mark.parametrize("name", COLUMNS)
def test_documented_columns_come_first_and_in_order(run_folder, name):
    expected = COLUMNS[name].split()

    assert pq.read_schema(run_folder / f"{name}.parquet").names[: len(expected)] == expected


def test_fills_read_back_as_exact_decimals_and_words(run_folder, a_run):
    fills, records = read_columns(run_folder / "fills.parquet"), a_run(symbols=2, bars=300).fills

    first = {name: column[0] for name, column in fills.items()}
    step = 0.001 if first["symbol"] == "AUSDT" else 0.05
    assert first["quantity"] == pytest.approx(records["lots"][0] * step, rel=1e-15)
    assert repr(float(first["quantity"])) == str(round(records["lots"][0] * step, 3))
    assert (first["side"] == "BUY") == (records["side"][0] > 0)
    assert (first["liquidity"], first["reason"]) == ("taker", "entry")
    assert first["client_order_id"] == f"r-0001-{first['symbol']}-1"


def test_positions_are_the_running_sum_of_fills(run_folder):
    fills = read_columns(run_folder / "fills.parquet")
    signed = np.where(fills["side"] == "BUY", 1, -1) * fills["quantity"]

    for symbol in ("AUSDT", "BUSDT"):
        own = fills["symbol"] == symbol
        assert np.cumsum(signed[own]) == pytest.approx(fills["position_after"][own], abs=1e-9)


def test_every_code_has_its_outcome_and_stage(a_run, tmp_path):
    result = a_run(symbols=1, bars=300)
    result.decisions["code"] = [list(Code)[row % len(Code)].value for row in range(300)]

    write_run(result, tmp_path / "run")

    rows = pq.read_table(tmp_path / "run" / "decisions.parquet").to_pylist()
    for row, code in zip(rows, [*Code], strict=False):
        assert row["code"] == code.label
        assert row["outcome"] == ("halted" if code.stage else code.label)
        assert row["stage"] == (code.stage.name.lower() if code.stage else None)


def test_unknown_numbers_are_null(run_folder):
    warm_up = pq.read_table(run_folder / "decisions.parquet").slice(0, 1).to_pylist()[0]

    assert (warm_up["forecast"], warm_up["conviction"], warm_up["regime"]) == (None, None, None)
    assert (warm_up["outcome"], warm_up["stage"], warm_up["code"]) == ("halted", "features", "warm_up")


def test_signals_carry_names_categories_and_states(run_folder):
    rows = pq.read_table(run_folder / "signals.parquet").slice(0, 3).to_pylist()

    assert [(row["signal"], row["category"], row["state"]) for row in rows] == [
        ("trend", "price_action", "active"),
        ("funding_carry", "derivatives", "active"),
        ("reversal", "statistical", "active"),
    ]


def test_a_run_without_records_writes_empty_tables(a_run, tmp_path):
    result = a_run(symbols=1, bars=60, trade_every=0)

    write_run(a_run({"signals": result.signals[:0]}, symbols=1, bars=60, trade_every=0), tmp_path / "run")

    for name in ("fills", "funding", "signals", "interventions"):
        assert pq.read_metadata(tmp_path / "run" / f"{name}.parquet").num_rows == 0


def test_the_same_run_gives_the_same_bytes(a_run, tmp_path):
    write_run(a_run(symbols=2, bars=300), tmp_path / "one")
    write_run(a_run(symbols=2, bars=300), tmp_path / "two")

    for name in ARTIFACTS:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_only_the_summary_knows_the_clock(a_run, tmp_path):
    write_run(a_run(symbols=2, bars=300), tmp_path / "one")
    write_run(a_run({"elapsed_s": 7.0, "engine_s": 5.0}, symbols=2, bars=300), tmp_path / "two")

    differing = [
        name
        for name in ARTIFACTS
        if (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()
    ]
    assert differing == ["summary.json"]


def test_an_earlier_run_is_replaced(run_folder, a_run):
    write_run(a_run(symbols=1, bars=100), run_folder)

    assert json.loads((run_folder / "summary.json").read_text())["symbols"] == ["AUSDT"]
    assert sorted(path.name for path in run_folder.iterdir()) == sorted(ARTIFACTS)


def test_a_new_or_empty_folder_is_free(tmp_path):
    (tmp_path / "empty").mkdir()

    refuse_foreign_folder(tmp_path / "empty")
    refuse_foreign_folder(tmp_path / "new" / "deeper")


def test_a_folder_of_something_else_is_never_replaced(tmp_path, a_run):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(ConfigError, match=r"thesis\.txt and is no run folder"):
        write_run(a_run(bars=60), tmp_path)

    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("content", ["{}", "not json", "[1]"])
def test_somebody_elses_summary_does_not_make_a_run_folder(tmp_path, content):
    (tmp_path / "summary.json").write_text(content)

    with pytest.raises(ConfigError, match="no run folder"):
        refuse_foreign_folder(tmp_path)


def test_a_note_kept_beside_a_run_is_not_lost(run_folder):
    (run_folder / "notes.md").write_text("why this run matters")

    with pytest.raises(ConfigError, match=r"holds notes\.md, which no backtest wrote"):
        refuse_foreign_folder(run_folder)


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "run").write_text("")

    with pytest.raises(ConfigError, match="is a file"):
        refuse_foreign_folder(tmp_path / "run")
