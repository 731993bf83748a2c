"""The radix sort against numpy's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.validation.ordering import ascending_order


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_any_finite_values_come_out_sorted(values):
    array = np.array(values)

    ordered = array[ascending_order(array)]

    np.testing.assert_array_equal(ordered, np.sort(array))


def test_equal_values_keep_their_order():
    array = np.array([2.0, -1.0, 2.0, -1.0, 0.0])

    order = ascending_order(array)

    np.testing.assert_array_equal(order, [1, 3, 4, 0, 2])
