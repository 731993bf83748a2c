"""Base units are the float nearest to the exact decimal."""

from dataclasses import replace
from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    ("step", "lots", "expected"),
    [
        ("0.001", 3, 0.003),
        ("0.05", -7, -0.35),
        ("1", 12, 12.0),
        ("10", 3, 30.0),
        ("1E+1", 3, 30.0),
        ("1E-8", 1, 1e-8),
    ],
)
def test_quantity_is_what_the_decimal_says(a_run, step, lots, expected):
    from alphastrike.backtest.quantities import base_quantity

    instrument = replace(a_run(symbols=1, bars=60).instruments[0], quantity_step=Decimal(step))

    assert base_quantity([lots], [0], (instrument,)).tolist() == [expected]
