"""Our MessagePack equals the reference library's on everything an action can hold."""

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.adapters.hyperliquid.packing import pack

LENGTHS = (0, 15, 16, 31, 32, 255, 256, 65_535, 65_536)
EDGES = sorted(
    {sign * (2**power + off) for power in range(64) for off in (-1, 0, 1) for sign in (1, -1)}
    - {-(2**63) - 1}
)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=40)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner))


@given(values)
@settings(max_examples=60)
def test_values_are_packed_as_the_reference_packs_them(value):
    assert pack(value) == msgpack.packb(value)


@pytest.mark.parametrize("length", LENGTHS)
def test_every_form_of_a_length_is_the_shortest(length):
    examples = ("x" * length, [True] * length, {str(number): 1 for number in range(length)})

    assert [pack(value) for value in examples] == [msgpack.packb(value) for value in examples]


def test_integers_at_every_edge_are_the_shortest():
    assert [pack(edge) for edge in EDGES] == [msgpack.packb(edge) for edge in EDGES]


@pytest.mark.parametrize("value", [1.5, {"p": 0.1}, object(), 2**64, -(2**63) - 1])
def test_what_is_never_signed_is_refused(value):
    with pytest.raises(ValueError, match="observed"):
        pack(value)
