"""Bits of whole numbers, compiled and interpreted."""

import numpy as np
import pytest

from alphastrike.numerics.bits import count_bits, lowest_bit
from alphastrike.numerics.compiled import compiled


@compiled
def asked(number):
    return lowest_bit(number), count_bits(number)


@pytest.mark.parametrize("places", [(0,), (63,), (3, 17, 40), tuple(range(64)), (31, 32)])
def test_both_ways_agree_on_every_place(places):
    number = np.uint64(sum(1 << place for place in places))

    assert (lowest_bit(number), count_bits(number)) == (min(places), len(places))
    assert asked(number) == (min(places), len(places))
