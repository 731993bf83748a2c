"""What the control compares, and how it says what differs."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.backtest.replay.control import difference, path_of
from alphastrike.domain.records import EQUITY, FILL
from tests.builders import an_instrument

INSTRUMENTS = (an_instrument("BTCUSDT"), an_instrument("ETHUSDT"))


def a_path(equity=(100.0, 101.0, np.nan), lots=(3, -2)):
    rows = np.zeros(len(equity), dtype=EQUITY)
    rows["ts_ms"], rows["equity"] = np.arange(1, len(equity) + 1) * 10, equity
    fills = np.zeros(len(lots), dtype=FILL)
    fills["ts_ms"], fills["symbol"], fills["lots"] = np.arange(len(lots)) * 10 + 5, 1, np.abs(lots)
    fills["side"] = np.sign(lots)
    return path_of(rows, fills, INSTRUMENTS)


def test_a_path_is_in_the_words_of_a_run_folder():
    path = a_path()

    assert path.fills["symbol"].tolist() == ["ETHUSDT", "ETHUSDT"]
    assert path.fills["side"].tolist() == ["BUY", "SELL"]
    assert path.fills["quantity"].tolist() == [0.003, 0.002]


def test_the_same_is_the_same_unknown_numbers_too():
    assert difference(a_path(), a_path(), 0, 100) is None


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            a_path(equity=(100.0, 101.00000000000001, np.nan)),
            "equity.equity at 20 ms: recorded 101.0, replayed",
        ),
        (a_path(equity=(100.0, 101.0)), "equity: recorded 3 rows, replayed 2"),
        (a_path(lots=(3, 2)), "fills.side at 15 ms: recorded SELL, replayed BUY"),
        (a_path(lots=(3,)), "fills: recorded 2 rows, replayed 1"),
    ],
    ids=["one bit", "a close missing", "other side", "a fill missing"],
)
def test_the_first_difference_is_named(other, said):
    assert difference(a_path(), other, 0, 100).startswith(said)


def test_what_lies_outside_the_window_is_not_compared():
    other = a_path(equity=(99.0, 101.0, 7.0), lots=(1, -2))

    assert difference(a_path(), other, 10, 20) is None
    assert difference(a_path(), replace(other, fills=a_path(lots=(3, 2)).fills), 10, 20) is not None
