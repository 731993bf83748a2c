"""Funding rates of several symbols in one pair of columns."""

import numpy as np

from alphastrike.domain.funding import FundingHistory

HISTORY = FundingHistory(
    symbols=("AUSDT", "BUSDT", "CUSDT"),
    ts_ms=np.array([1, 2, 3]),
    rate=np.array([0.1, 0.2, 0.3]),
    offsets=np.array([0, 1, 1, 3]),
)


def test_each_symbol_has_its_own_rows():
    found = [tuple(column.tolist() for column in HISTORY.of(row)) for row in range(3)]

    assert found == [([1], [0.1]), ([], []), ([2, 3], [0.2, 0.3])]


def test_symbols_without_a_rate_are_named():
    assert HISTORY.symbols_without_rates == ("BUSDT",)
