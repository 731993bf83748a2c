"""Exit codes say whose fault it was."""

import pytest

from alphastrike.cli.exits import Exit, exit_code, missing_package
from alphastrike.domain.errors import (
    AlphaStrikeError,
    ConfigError,
    DataError,
    InvariantBroken,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (ConfigError("x"), 2),
        (DataError("x"), 2),
        (InvariantBroken("x"), 3),
        (VenueUnreachable("x"), 4),
        (VenueRejected("x"), 1),
        (VenueOutcomeUnknown("id", "venue"), 1),
        (AlphaStrikeError("x"), 1),
    ],
)
def test_every_fault_has_its_code(fault, code):
    assert exit_code(fault) == code


def test_codes_never_change():
    assert {code.name: code.value for code in Exit} == {
        "OK": 0,
        "FAILED": 1,
        "UNUSABLE_INPUT": 2,
        "HALTED": 3,
        "UNREACHABLE": 4,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("module", "extra"), [("lightgbm", "ml"), ("sqlalchemy.orm", "llm"), ("websockets", "venues")]
)
def test_a_missing_package_is_named_with_its_extra(module, extra):
    assert missing_package(module).endswith(f"pip install 'alphastrike[{extra}]'")
