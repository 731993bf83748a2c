"""Nothing is recorded before both flags are true."""

import pytest

from alphastrike.traces.config import TracesConfig
from alphastrike.traces.gate import BANNER, is_open


@pytest.mark.parametrize(
    ("enabled", "acknowledged", "opens", "said"),
    [
        (False, False, False, []),
        (False, True, False, []),
        (True, False, False, [BANNER]),
        (True, True, True, []),
    ],
)
def test_both_flags_open_the_gate_and_one_shows_the_banner(enabled, acknowledged, opens, said):
    heard = []

    result = is_open(TracesConfig(enabled=enabled, acknowledged_terms=acknowledged), heard.append)

    assert (result, heard) == (opens, said)
