"""Whose conformance to check: `--adapter NAME`, or every adapter that can be found."""

from importlib import import_module
from typing import Any

import pytest

pytest.register_assert_rewrite(
    *(f"alphastrike.adapters.conformance.{name}" for name in ("market_data", "order_entry", "account_state")),
    "alphastrike.adapters.conformance.streams",
)


def adapters() -> dict[str, Any]:
    """Loaders of every adapter by name. The composition root is named, not imported: it is above us."""
    found: dict[str, Any] = import_module("alphastrike.app.discovery").available("adapters")
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run of every case for every adapter asked for."""
    if "adapter_name" in metafunc.fixturenames:
        found = adapters()
        names = metafunc.config.getoption("--adapter") or sorted(found)
        for name in names:
            if name not in found:
                raise pytest.UsageError(f"--adapter: observed {name}, allowed one of {', '.join(found)}")
        metafunc.parametrize("adapter_name", names)
