"""`--adapter NAME`: whose conformance to check; every adapter that can be found, if left out."""

from importlib import import_module
from typing import Any

import pytest

pytest.register_assert_rewrite(
    *(f"alphastrike.adapters.conformance.{name}" for name in ("market_data", "order_entry", "account_state")),
    "alphastrike.adapters.conformance.streams",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option, unless somebody has."""
    parser.addoption("--adapter", action="append", default=[], help="adapter to check; repeat for several")


def adapters() -> dict[str, Any]:
    """Loaders of every adapter by name. The composition root is named, not imported: it is above us."""
    found: dict[str, Any] = import_module("alphastrike.app.discovery").available("adapters")
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run of every case for every adapter asked for."""
    if "adapter_name" in metafunc.fixturenames:
        names = metafunc.config.getoption("--adapter") or sorted(adapters())
        metafunc.parametrize("adapter_name", names)
