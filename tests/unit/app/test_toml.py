"""TOML: where keys stand, and values written back."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.app.toml_lines import key_lines, line_of
from alphastrike.app.toml_text import to_toml, toml_value

TEXT = '''
top = 1
[data]
# symbols = []
symbols = [
  "BTCUSDT", # [risk]
  "ETHUSDT",
]
note = """
[nowhere]
seed = 1
"""
"quoted key" = 2
[risk.leverage]
base = 3
deep.er = 4
inline = { a = 1, b = { c = 2 } }
[[rows]]
x = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("data",), 3),
        (("data", "symbols"), 5),
        (("data", "note"), 9),
        (("data", "quoted key"), 13),
        (("risk", "leverage"), 14),
        (("risk", "leverage", "base"), 15),
        (("risk", "leverage", "deep", "er"), 16),
        (("risk", "leverage", "inline", "b", "c"), 17),
        (("rows",), 18),
    ],
)
def test_a_key_is_found_on_its_line(path, line):
    lines = key_lines(TEXT)

    assert line_of(path, lines) == line


def test_text_that_only_looks_like_a_key_is_none():
    lines = key_lines(TEXT)

    assert ("nowhere",) not in lines
    assert ("data", "seed") not in lines


def test_a_key_nobody_wrote_is_placed_at_the_start():
    assert line_of(("other",), key_lines(TEXT)) == 1


SCALARS = st.one_of(
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab- .é", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text('abc_-. "é', min_size=1), VALUES, max_size=5))
def test_what_is_written_reads_back_as_the_same_values(tables):
    assert tomllib.loads(to_toml(tables)) == tables


def test_unset_keys_are_left_out():
    assert to_toml({"data": {"path": None, "interval": "1h"}}) == '[data]\ninterval = "1h"\n'


def test_a_value_toml_has_no_form_for_is_refused():
    with pytest.raises(TypeError, match="object"):
        toml_value(object())
