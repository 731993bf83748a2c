"""Every case, on every adapter asked for."""

import pytest

from alphastrike.adapters.conformance.running import case_ids, run_case


@pytest.mark.parametrize("case_id", case_ids())
def test_case(adapter_name: str, case_id: str) -> None:
    """Hold an adapter to one case."""
    run_case(adapter_name, case_ids()[case_id])
