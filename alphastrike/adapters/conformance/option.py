"""The pytest option `--adapter`: known before a test is looked for, as the command line is read by then."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add it."""
    parser.getgroup("alphastrike").addoption(
        "--adapter",
        action="append",
        default=[],
        metavar="NAME",
        help="adapter that alphastrike.adapters.conformance checks; repeat for several, leave out for all",
    )
