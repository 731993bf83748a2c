"""The scoreboard of a run folder, against numbers worked by hand."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from alphastrike.backtest.parquet import write_signals
from alphastrike.backtest.result import SignalCatalogue
from alphastrike.backtest.scoreboard import scoreboard, vote_likeness, wilson_interval
from alphastrike.backtest.scoreboard_tables import as_dict, as_tables
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.records import SIGNAL

DAYS = 40
CATALOGUE = SignalCatalogue(
    ("early", "late", "other"), ("volume", "volume", "macro"), ("shadow", "active", "retired", "dead")
)


def a_folder(place, days=DAYS, **changes):
    """Two symbols, three signals; `late` says what `early` says, `other` the opposite every other day."""
    rows = np.zeros((days, 2, 3), dtype=SIGNAL)
    rows["ts_ms"] = (np.arange(1, days + 1) * DAY_MS - 1)[:, None, None]
    rows["symbol"] = np.arange(2)[None, :, None]
    rows["signal"] = np.arange(3)
    side = np.where(np.arange(days) % 2 == 0, 1.0, -1.0)[:, None]
    rows["value"][:, :, 0] = 0.5 * side
    rows["value"][:, :, 1] = 0.25 * side
    rows["value"][:, :, 2] = np.where(np.arange(days)[:, None] % 4 < 2, -side, side) * 0.5
    rows["weight"] = np.array([0.02, 0.01, 0.0])
    rows["accuracy"] = np.array([0.55, 0.53, np.nan])
    rows["samples"] = np.array([400.0, 200.0, 0.0])
    rows["state"] = np.array([1, 1, 2])
    for name, value in changes.items():
        rows[name] = value
    run = SimpleNamespace(
        signals=rows.reshape(-1),
        catalogue=CATALOGUE,
        history=SimpleNamespace(symbols=("AUSDT", "BUSDT")),
    )
    write_signals(run, place / "signals.parquet")
    return place


def test_signals_are_ranked_by_what_their_word_weighs(tmp_path):
    board = scoreboard(a_folder(tmp_path))

    assert [score.signal for score in board.signals] == ["early", "late", "other"]
    assert [score.state for score in board.signals] == ["active", "active", "retired"]
    assert board.signals[0].weight == 0.02


def test_contribution_is_the_share_of_weight_times_vote(tmp_path):
    board = scoreboard(a_folder(tmp_path))

    assert [score.contribution for score in board.signals] == pytest.approx([0.8, 0.2, 0.0])


def test_an_accuracy_comes_with_its_interval_and_an_unknown_one_without(tmp_path):
    early, _, other = scoreboard(a_folder(tmp_path)).signals

    assert (early.low, early.high) == wilson_interval(0.55, 400.0)
    assert (other.accuracy, other.low, other.high) == (None, None, None)


def test_wilsons_interval_of_a_textbook_case():
    # 15 of 20: 0.531 to 0.888 (Newcombe 1998 gives the method; worked by hand).
    assert wilson_interval(0.75, 20.0) == pytest.approx((0.5313, 0.8881), abs=5e-4)


def test_likeness_is_agreement_where_both_vote(tmp_path):
    board = scoreboard(a_folder(tmp_path))

    assert board.likeness[0].tolist() == [1.0, 1.0, 0.0]
    assert (board.signals[0].nearest, board.signals[0].likeness) == ("late", 1.0)


def test_a_pair_that_seldom_votes_together_is_not_compared():
    signs = np.zeros((40, 2))
    signs[:29] = 1.0

    assert np.isnan(vote_likeness(signs)).all()


def test_categories_pool_their_signals(tmp_path):
    volume, macro = scoreboard(a_folder(tmp_path)).categories

    assert (volume.category, volume.signals, volume.active) == ("volume", 2, 2)
    assert volume.accuracy == pytest.approx((0.55 * 400 + 0.53 * 200) / 600)
    assert volume.weight == pytest.approx(0.03)
    assert volume.likeness == pytest.approx(0.0)
    assert macro.accuracy is None


def test_an_alert_is_seen(tmp_path):
    board = scoreboard(a_folder(tmp_path, alert=np.array([0, 0, 1])))
    signals, _ = as_tables(board)

    assert signals.warnings == (2,)
    assert signals.rows[2][2] == "retired !"
    assert "check sign or labels: other" in signals.note


def test_the_document_is_plain_json(tmp_path):
    document = json.loads(json.dumps(as_dict(scoreboard(a_folder(tmp_path, days=3))), allow_nan=False))

    assert [score["signal"] for score in document["signals"]] == ["early", "late", "other"]
    assert document["likeness"][0][1] is None


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"no signals\.parquet there"):
        scoreboard(tmp_path)


def test_a_run_without_signals_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no signal was recorded"):
        scoreboard(a_folder(tmp_path, days=0))


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "signals.parquet").write_text("nothing", encoding="utf-8")

    with pytest.raises(DataError, match="not readable"):
        scoreboard(tmp_path)


def test_rows_that_are_not_a_grid_are_refused(tmp_path):
    folder = a_folder(tmp_path, signal=np.arange(DAYS * 6).reshape(DAYS, 2, 3) % 2)

    with pytest.raises(DataError, match="one for each signal"):
        scoreboard(folder)
