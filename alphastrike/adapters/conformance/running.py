"""One case on one adapter, in simulated time."""

from importlib import import_module

from alphastrike.adapters.conformance import account_state, market_data, order_entry, streams
from alphastrike.adapters.conformance.venue import CASES, VenueUnderTest
from alphastrike.transport.virtual_time import run_in_simulated_time

MODULES = (market_data, order_entry, account_state, streams)


def case_ids() -> dict[str, int]:
    """Number of every case by its id, in order."""
    return {f"{number}-{CASES[number].__name__.removeprefix('check_')}": number for number in sorted(CASES)}


def run_case(adapter_name: str, number: int) -> None:
    """Check it; skips with the adapter's reason where it opts out."""
    # The composition root is named, not imported: it is above us.
    plugin = import_module("alphastrike.app.discovery").available("adapters")[adapter_name]()
    make = import_module("alphastrike.app.contract_venue").contract_venue

    async def work() -> None:
        VenueUnderTest(plugin, None).skip_if_opted_out(CASES[number].__name__)
        venue = VenueUnderTest(plugin, await make(plugin))
        try:
            await venue.choose_symbol()
            await CASES[number](venue)
        finally:
            await venue.close()

    run_in_simulated_time(work())
