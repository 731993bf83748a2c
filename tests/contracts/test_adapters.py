"""Every adapter that is found passes every case of the conformance kit."""

import pytest

from alphastrike.adapters.conformance.running import case_ids, run_case
from alphastrike.app.discovery import available


@pytest.mark.parametrize("adapter", sorted(available("adapters")))
@pytest.mark.parametrize("case", case_ids())
def test_adapter_passes(adapter, case):
    run_case(adapter, case_ids()[case])


def test_no_adapter_opts_out_of_a_case_that_does_not_exist():
    names = {f"check_{case.partition('-')[2]}" for case in case_ids()}

    for name, load in available("adapters").items():
        assert set(load().contract_opt_outs) <= names, name
